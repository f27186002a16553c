internal import ArgumentParser

/// What is deployed.
struct EndpointsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "endpoints", abstract: "Deploys model versions behind stable URLs.",
    subcommands: [
      EndpointsDeleteCommand.self, EndpointsDeployCommand.self, EndpointsListCommand.self,
      EndpointsShowCommand.self,
    ])
}
