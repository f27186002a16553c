internal import API
internal import ArgumentParser
import Foundation

/// Shows one endpoint.
struct EndpointsShowCommand: FactoryCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Shows an endpoint, its deployments and replicas.")

  @OptionGroup var global: GlobalOptions
  @Argument(help: "Name of the endpoint.") var name: String

  func execute() async throws {
    let endpoint = try await connection().get(
      "/api/v1/endpoints/\(FactoryClient.escaped(name))", as: EndpointWire.self)
    try EndpointOutput(global.output).show(endpoint)
  }
}

/// How verbs show one endpoint.
struct EndpointOutput {
  private let output: Output

  init(_ output: Output) { self.output = output }

  func show(_ endpoint: EndpointWire) throws {
    try output.show(endpoint, table: table(endpoint), quiet: [endpoint.url])
  }

  private func table(_ endpoint: EndpointWire) -> TextTable {
    var properties: [(String, TextTable.Cell)] = [
      ("endpoint", TextTable.Cell(endpoint.name)), ("status", .status(endpoint.status)),
      ("url", TextTable.Cell(endpoint.url + "/predict")),
    ]
    if let explanation = endpoint.explanation {
      properties.append(("why", TextTable.Cell(explanation)))
    }
    for deployment in endpoint.deployments.prefix(5) {
      let version = "\(deployment.modelVersion.name) \(deployment.modelVersion.version)"
      let site = deployment.site.map { " on \($0)" } ?? ""
      let reason = deployment.reason.map { ": \($0)" } ?? ""
      let message = deployment.message.map { ", \($0)" } ?? ""
      properties.append(
        ("deployment", TextTable.Cell("\(version)\(site), \(deployment.state)\(reason)\(message)")))
    }
    for replica in endpoint.replicas.prefix(5) {
      let reason = replica.reason.map { ": \($0)" } ?? ""
      properties.append(
        ("replica", TextTable.Cell("\(replica.state)\(reason) (\(replica.job))")))
    }
    return .properties(properties)
  }
}
