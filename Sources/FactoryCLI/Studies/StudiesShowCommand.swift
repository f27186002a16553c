internal import API
internal import ArgumentParser
import Foundation

/// Shows one study.
struct StudiesShowCommand: FactoryCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Shows the trials of one search, best first.")

  @OptionGroup var global: GlobalOptions

  @Argument(help: ArgumentHelp("Identifier of the study.", valueName: "study"))
  var id: String

  func execute() async throws {
    let study = try await connection().get(
      "/api/v1/studies/\(FactoryClient.escaped(id))", as: StudyWire.self)
    let trials = study.bestFirst
    let rows = trials.map { trial in
      [
        TextTable.Cell("\(trial.number)"), trial.outcomeCell,
        TextTable.Cell(trial.value.map { String(format: "%.6g", $0) } ?? ""),
        TextTable.Cell("\(trial.steps)"),
        TextTable.Cell(
          String(format: "%.1f", Double(trial.endedAtMs - trial.startedAtMs) / 1_000)),
        TextTable.Cell(trial.message ?? trial.settings),
      ]
    }
    try global.output.show(
      study,
      table: TextTable(
        [
          .number("TRIAL"), "OUTCOME", .number(study.metric.uppercased()), .number("STEPS"),
          .number("SECONDS"), "PARAMETERS",
        ], rows: rows, whenEmpty: "No trial has ended yet."),
      quiet: trials.map { "\($0.number)" })
  }
}

extension StudyWire {
  /// Completed trials from the best to the worst, then the others.
  var bestFirst: [Trial] {
    (trials ?? []).sorted { first, second in
      let isFirst = first.outcome == "completed"
      let isSecond = second.outcome == "completed"
      if isFirst != isSecond { return isFirst }
      guard let one = first.value, let other = second.value, one != other else {
        return (first.value == nil ? 1 : 0, first.number)
          < (second.value == nil ? 1 : 0, second.number)
      }
      return goal == "minimize" ? one < other : one > other
    }
  }
}

extension StudyWire.Trial {
  /// Its outcome in a table.
  var outcomeCell: TextTable.Cell {
    TextTable.Cell(outcome, color: outcome == "completed" ? .good : .faint)
  }

  /// Its parameters in one line.
  var settings: String {
    parameters.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.prefix(8))" }
      .joined(separator: " ")
  }
}
