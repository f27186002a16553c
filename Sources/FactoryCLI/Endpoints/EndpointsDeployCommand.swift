internal import API
internal import ArgumentParser

/// Puts a model version behind an endpoint.
struct EndpointsDeployCommand: FactoryCommand {
  static let configuration = CommandConfiguration(
    commandName: "deploy", abstract: "Puts a model version behind an endpoint.",
    discussion: """
      The new version answers once its replica is healthy; until then, and if it fails, the one \
      before it does. No request fails in between.
      """)

  @OptionGroup var global: GlobalOptions
  @Argument(help: "Name of the endpoint; made if it is new.") var name: String
  @Argument(help: "Name of the registered model.") var model: String
  @Option(help: ArgumentHelp("Version of the model (default: the newest).", valueName: "number"))
  var version: Int?

  func execute() async throws {
    let endpoint = try await connection().post(
      "/api/v1/endpoints/\(FactoryClient.escaped(name))/deployments",
      DeployRequestWire(model: model, version: version), as: EndpointWire.self)
    try EndpointOutput(global.output).show(endpoint)
  }
}
