internal import API
internal import ArgumentParser
internal import Basics
internal import Serving
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
    let json = try JSONValue(parsing: try await answer(to: body))
    try global.output.show(json, table: Self.table(json), quiet: Self.values(json))
  }

  /// Asks again for some seconds where nobody answers: a gateway or a replica that has ended is
  /// started again, and the gateway may then listen elsewhere.
  private func answer(to body: [UInt8]) async throws -> [UInt8] {
    let path = "/endpoints/\(FactoryClient.escaped(endpoint))/predict"
    let deadline = ContinuousClock.now + .seconds(10)
    while true {
      let client = try await gatewayClient()
      do {
        return try await client.send("POST", path, body: body).body
      } catch let error as APIError
        where error.code == .serverUnreachable || error.code == .replicaUnavailable
      {
        guard ContinuousClock.now < deadline else { throw error }
        try await Task.sleep(for: .milliseconds(250))
      }
    }
  }

  private func input() throws -> [UInt8] {
    if file == "-" { return Array(FileHandle.standardInput.readDataToEndOfFile()) }
    return try FileTree.read(FileTree.absolute(file), limit: 1 << 30)
  }

  /// The gateway itself: a prediction need not pass through the server.
  ///
  /// Asked only while its process lives: another program may have its port by now, and shall not
  /// see the token.
  private func gatewayClient() async throws -> FactoryClient {
    let home = global.factoryHome
    for _ in 0..<200 {
      let client = try await connection()
      guard let server = try ServerFile.running(home) else { return client }
      if let gateway = try GatewayFile.running(home) {
        return FactoryClient(url: gateway.url, token: server.token)
      }
      try await Task.sleep(for: .milliseconds(50))
    }
    return try await connection()
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
      if let number = prediction["value"]?.numberValue { return "\(number)" }
      return prediction["value"].map { $0.isNull ? "" : text($0) } ?? ""
    }
  }

  private static func text(_ value: JSONValue?) -> String {
    switch value {
    case .string(let text): text
    case .number(let number): String(format: "%.4g", number)
    case .null, nil: "-"
    // Models of MLflow's may answer with several values a row.
    case .some(let value): String(decoding: value.encoded(), as: UTF8.self)
    }
  }
}
