internal import API
internal import ArgumentParser

/// Removes an endpoint.
struct EndpointsDeleteCommand: FactoryCommand {
  static let configuration = CommandConfiguration(
    commandName: "delete", abstract: "Removes an endpoint and ends its replicas.",
    discussion: "The model versions stay registered, and the record of its predictions stays.")

  @OptionGroup var global: GlobalOptions
  @Argument(help: "Name of the endpoint.") var name: String

  func execute() async throws {
    let _: Nothing = try await connection().delete(
      "/api/v1/endpoints/\(FactoryClient.escaped(name))")
    try global.output.show(
      ["deleted": name], text: "Removed the endpoint \(name).", quiet: [name])
  }
}
