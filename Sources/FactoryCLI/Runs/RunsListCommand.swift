internal import API
internal import ArgumentParser
import Foundation

/// Lists runs.
struct RunsListCommand: FactoryCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Lists runs, newest first.")

  @OptionGroup var global: GlobalOptions

  @Option(help: "How many runs at most.")
  var limit = 20

  func execute() async throws {
    let list = try await connection().get(
      "/api/v1/runs", query: [("limit", "\(limit)")], as: RunListWire.self)
    let rows = list.runs.map { run in
      [
        TextTable.Cell(run.id), TextTable.Cell(run.name), run.statusCell,
        TextTable.Cell(MomentText.minute(run.startedAtMs)), TextTable.Cell(run.headline),
      ]
    }
    try global.output.show(
      list,
      table: TextTable(
        ["RUN", "NAME", "STATUS", "STARTED", "METRICS"], rows: rows,
        whenEmpty: "No runs yet. Start one with 'aifactory run FILE'."),
      quiet: list.runs.map(\.id))
  }
}

extension RunWire {
  /// Its status in a table.
  var statusCell: TextTable.Cell {
    let color: TextColor? =
      switch status {
      case "FINISHED": .good
      case "RUNNING", "SCHEDULED": .active
      default: .bad
      }
    return TextTable.Cell(status, color: color)
  }

  /// Two metrics in short, those of the test split first.
  var headline: String {
    let names = metrics.keys.sorted {
      ($0.hasPrefix("test_") ? 0 : 1, $0) < ($1.hasPrefix("test_") ? 0 : 1, $1)
    }
    return names.prefix(2).map { "\($0)=\(String(format: "%.4g", metrics[$0] ?? .nan))" }
      .joined(separator: " ")
  }
}

/// Times in tables.
enum MomentText {
  /// `2024-03-01 12:30`, UTC.
  static func minute(_ ms: Int64) -> String {
    String(
      Date(timeIntervalSince1970: Double(ms) / 1_000)
        .formatted(.iso8601.dateTimeSeparator(.space)).prefix(16))
  }
}
