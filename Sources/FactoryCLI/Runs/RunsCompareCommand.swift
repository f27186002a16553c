internal import API
internal import ArgumentParser
internal import Basics
import Foundation

/// Shows where runs differ.
struct RunsCompareCommand: FactoryCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Shows runs side by side: their metrics, and the params in which they differ.")

  @OptionGroup var global: GlobalOptions

  @Argument(help: ArgumentHelp("Identifiers of the runs.", valueName: "run"))
  var ids: [String] = []

  @Option(help: ArgumentHelp("All runs right below that one, such as trials.", valueName: "run"))
  var below: String?

  @Option(help: ArgumentHelp("Write a page that needs nothing else.", valueName: "file"))
  var html: String?

  @Option(help: "The metric by which the page orders and colors runs.")
  var metric: String?

  @Flag(help: "Show params that are the same in all runs too.")
  var all = false

  func validate() throws {
    guard ids.isEmpty == (below != nil), ids.count != 1 || html != nil else {
      throw ValidationError("Name two runs or more, or the run above them with --below.")
    }
    try RunOption.check(("below", below))
  }

  func execute() async throws {
    let client = try await connection()
    let ids = try await ids(client)
    if let below, ids.isEmpty {
      throw CLIError(
        .notFound, "No run is right below \(below).",
        hint: "'aifactory runs list --nested' shows runs at all depths.")
    }
    if let html {
      try await writePage(of: ids, to: html, client)
    } else {
      var runs: [RunWire] = []
      for id in ids {
        runs.append(try await client.get("/api/v1/runs/\(FactoryClient.escaped(id))"))
      }
      try global.output.show(
        RunListWire(runs: runs), table: RunComparison(runs: runs, showsEqual: all).table,
        quiet: runs.map(\.id))
    }
  }

  private func ids(_ client: FactoryClient) async throws -> [String] {
    guard let below else { return ids }
    let list = try await client.get(
      "/api/v1/runs", query: [("parent", below), ("limit", "201")], as: RunListWire.self)
    guard list.runs.count <= 200 else {
      throw CLIError(
        .usage, "More than 200 runs are right below \(below); 200 can be compared.",
        hint:
          "'aifactory runs list --parent \(below) --order \"metrics.NAME ASC\" --limit 20' finds the best."
      )
    }
    return list.runs.map(\.id)
  }

  private func writePage(of ids: [String], to file: String, _ client: FactoryClient) async throws {
    var query = [("runs", ids.joined(separator: ",")), ("file", "true")]
    if let metric { query.append(("metric", metric)) }
    let page = try await client.send("GET", "/runs/compare", query: query).body
    let path = try PageFile.write(page, to: file)
    try global.output.show(
      ComparisonFileJSON(html: path, runs: ids),
      text: "\(ids.count) runs are compared in \(path)", quiet: [path])
  }
}

/// What `runs compare --html FILE --output json` prints.
private struct ComparisonFileJSON: Encodable {
  var html: String
  var runs: [String]
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
      [TextTable.Column("")] + runs.map { TextTable.Column(RunMark.of($0.id)) }, rows: rows)
  }

  private func keys<Value>(_ path: KeyPath<RunWire, [String: Value]>) -> [String] {
    Set(runs.flatMap { $0[keyPath: path].keys }).sorted()
  }
}
