internal import API
internal import ArgumentParser
import Foundation

/// Lists runs.
struct RunsListCommand: FactoryCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Lists runs, newest first.",
    discussion: """
      Stages and trials are runs below that of their workflow run; they are listed with --nested, \
      with --parent RUN, with --deleted, and where a filter finds them.
      """)

  @OptionGroup var global: GlobalOptions

  @Option(help: "How many runs at most.")
  var limit = 20

  @Option(help: "Only runs of the experiment with that name or identifier.")
  var experiment: String?

  @Option(help: "A filter such as \"metrics.rmse < 0.5 AND params.depth = '6'\".")
  var filter: String?

  @Option(help: "What to sort by, such as \"metrics.rmse ASC\".")
  var order: String?

  @Option(help: "Only the runs right below the run with that identifier.")
  var parent: String?

  @Flag(help: "Runs below other runs too.")
  var nested = false

  @Flag(help: "Show those in the trash instead.")
  var deleted = false

  func validate() throws {
    try RunOption.check(("experiment", experiment), ("parent", parent))
  }

  func execute() async throws {
    var query = [("limit", "\(limit)")]
    for (name, value) in [
      ("experiment", experiment), ("filter", filter), ("order", order), ("parent", parent),
    ] {
      if let value { query.append((name, value)) }
    }
    if !nested, !deleted, parent == nil, filter == nil { query.append(("roots", "true")) }
    if deleted { query.append(("deleted", "true")) }
    let list = try await connection().get("/api/v1/runs", query: query, as: RunListWire.self)
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
        whenEmpty: whenEmpty),
      quiet: list.runs.map(\.id))
  }

  /// What stands for a table without rows.
  private var whenEmpty: String {
    if deleted { return "No such run is in the trash." }
    return experiment == nil && filter == nil && parent == nil
      ? "No runs yet. Start one with 'aifactory run FILE'." : "No run fits."
  }
}

/// Options that name a run or what has runs.
enum RunOption {
  /// The server takes an empty word for none, which would widen what was asked for.
  static func check(_ options: (name: String, value: String?)...) throws {
    for (name, value) in options where value?.isEmpty == true {
      throw ValidationError("--\(name) is empty.")
    }
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
  /// `2024-03-01 12:30`, UTC; what was there from the start has no time.
  static func minute(_ ms: Int64) -> String {
    guard ms != 0 else { return "–" }
    return String(
      Date(timeIntervalSince1970: Double(ms) / 1_000)
        .formatted(.iso8601.dateTimeSeparator(.space)).prefix(16))
  }
}
