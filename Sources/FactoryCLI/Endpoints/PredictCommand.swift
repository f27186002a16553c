internal import API
internal import ArgumentParser
internal import Basics
import Foundation

/// Asks an endpoint for predictions.
struct PredictCommand: FactoryCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict", abstract: "Asks an endpoint for predictions.",
    discussion: """
      FILE holds rows: JSON (an object, or an array of objects or arrays), JSON Lines, or CSV with \
      a header. A minus sign reads standard input.
      """)

  @OptionGroup var global: GlobalOptions
  @Argument(help: "Name of the endpoint.") var endpoint: String
  @Argument(help: "File with rows, or '-'.") var file: String

  func execute() async throws {
    let body = try RowFile(bytes: try input(), name: file).json()
    let client = try await gatewayClient()
    let path = "/endpoints/\(FactoryClient.escaped(endpoint))/predict"
    let answer = try await client.send("POST", path, body: body)
    let json = try JSONValue(parsing: answer.body)
    try global.output.show(json, table: Self.table(json), quiet: Self.values(json))
  }

  private func input() throws -> [UInt8] {
    if file == "-" { return Array(FileHandle.standardInput.readDataToEndOfFile()) }
    return try FileTree.read(FileTree.absolute(file), limit: 1 << 30)
  }

  /// The gateway itself where it is known: a prediction need not pass through the server.
  private func gatewayClient() async throws -> FactoryClient {
    let client = try await connection()
    guard let server = try ServerFile.read(global.factoryHome) else { return client }
    return FactoryClient(url: server.gateway, token: server.token)
  }

  static func table(_ answer: JSONValue) -> TextTable {
    let predictions = answer["predictions"]?.arrayValue ?? []
    var columns: [TextTable.Column] = ["PREDICTION"]
    let first = predictions.first
    let classes = first?["probabilities"]?.objectValue?.map(\.key) ?? []
    columns.append(classes.isEmpty ? .number("VALUE") : "VALUE")
    let hasInterval = first?["interval"] != nil
    if hasInterval { columns.append(.number("90 % INTERVAL")) }
    columns += classes.prefix(6).map { .number("P(\($0))") }
    let rows = predictions.map { prediction -> [String] in
      var row = [prediction["id"]?.stringValue ?? "", text(prediction["value"])]
      if hasInterval {
        row.append("\(text(prediction["interval"]?[0])) to \(text(prediction["interval"]?[1]))")
      }
      return row + classes.prefix(6).map { text(prediction["probabilities"]?[$0]) }
    }
    return TextTable(columns, rows: rows, whenEmpty: "No rows were sent.")
  }

  static func values(_ answer: JSONValue) -> [String] {
    (answer["predictions"]?.arrayValue ?? []).map { prediction in
      if let text = prediction["value"]?.stringValue { return text }
      return prediction["value"]?.numberValue.map { "\($0)" } ?? ""
    }
  }

  private static func text(_ value: JSONValue?) -> String {
    if let text = value?.stringValue { return text }
    return value?.numberValue.map { String(format: "%.4g", $0) } ?? "-"
  }
}
