internal import API
internal import ArgumentParser

/// Lists endpoints.
struct EndpointsListCommand: FactoryCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Lists endpoints and what answers there.")

  @OptionGroup var global: GlobalOptions

  func execute() async throws {
    let list = try await connection().get("/api/v1/endpoints", as: EndpointListWire.self)
    let rows = list.endpoints.map { endpoint -> [TextTable.Cell] in
      [
        TextTable.Cell(endpoint.name), .status(endpoint.status),
        TextTable.Cell(endpoint.modelVersion.map { "\($0.name) \($0.version)" } ?? "-"),
        TextTable.Cell(endpoint.url + "/predict"),
      ]
    }
    try global.output.show(
      list,
      table: TextTable(
        ["ENDPOINT", "STATUS", "MODEL VERSION", "URL"], rows: rows,
        whenEmpty: "No endpoints yet. 'aifactory endpoints deploy NAME --model MODEL' makes one."),
      quiet: list.endpoints.map(\.name))
  }
}
