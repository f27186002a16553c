internal import API
internal import ArgumentParser
import Foundation

/// Shows where runs differ.
struct RunsCompareCommand: FactoryCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Shows runs side by side: their metrics, and the params in which they differ.")

  @OptionGroup var global: GlobalOptions

  @Argument(help: ArgumentHelp("Identifiers of the runs.", valueName: "run"))
  var ids: [String]

  @Flag(help: "Show params that are the same in all runs too.")
  var all = false

  func validate() throws {
    guard ids.count >= 2 else { throw ValidationError("Name two runs or more.") }
  }

  func execute() async throws {
    let client = try await connection()
    var runs: [RunWire] = []
    for id in ids {
      runs.append(try await client.get("/api/v1/runs/\(FactoryClient.escaped(id))"))
    }
    try global.output.show(
      RunListWire(runs: runs), table: RunComparison(runs: runs, showsEqual: all).table,
      quiet: runs.map(\.id))
  }
}

/// Runs beside each other, a column each.
struct RunComparison {
  var runs: [RunWire]
  /// Whether params that are the same in all runs are shown.
  var showsEqual: Bool

  var table: TextTable {
    var rows: [[TextTable.Cell]] = []
    rows.append([.init("name")] + runs.map { .init($0.name) })
    rows.append([.init("status")] + runs.map(\.statusCell))
    for key in keys(\.metrics) {
      let values = runs.map { $0.metrics[key] }
      rows.append(
        [.init("metric \(key)")]
          + values.map { .init($0.map { String(format: "%.6g", $0) } ?? "–") })
    }
    for key in keys(\.params) {
      let values = runs.map { $0.params[key] }
      guard showsEqual || Set(values).count > 1 else { continue }
      rows.append([.init("param \(key)")] + values.map { .init($0 ?? "–") })
    }
    return TextTable(
      [TextTable.Column("")] + runs.map { TextTable.Column(String($0.id.prefix(8))) }, rows: rows)
  }

  private func keys<Value>(_ path: KeyPath<RunWire, [String: Value]>) -> [String] {
    Set(runs.flatMap { $0[keyPath: path].keys }).sorted()
  }
}
