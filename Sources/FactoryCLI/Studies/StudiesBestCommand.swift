internal import API
internal import ArgumentParser
internal import JobProtocol
internal import Optimization
import Foundation

/// Shows the best trial of a study; with several goals, those that no other beats in all of them.
struct StudiesBestCommand: FactoryCommand {
  static let configuration = CommandConfiguration(
    commandName: "best", abstract: "Shows the best trial of a search and its parameters.")

  @OptionGroup var global: GlobalOptions

  @Argument(help: ArgumentHelp("Identifier of the study, or its name.", valueName: "study"))
  var id: String

  func execute() async throws {
    let study = try await study(id)
    if study.goals != nil { return try showFrontier(study) }
    guard let number = try study.told().best?.number, let best = study.trial(number) else {
      throw CLIError(
        .notFound, "No trial of \(id) has completed with a value that counts.",
        hint: "'aifactory studies show \(id)' says what became of them.")
    }
    var rows: [(String, TextTable.Cell)] = [
      ("trial", .init("\(best.number)")),
      (study.metric, best.cells(of: 1)[0]),
      ("steps", .init("\(best.steps)")),
    ]
    if let constraints = best.constraints {
      let texts = constraints.map { String(format: "%.6g", $0) }
      rows.append(("constraints", .init(texts.joined(separator: ", "))))
    }
    rows += best.parameters.sorted { $0.key < $1.key }.map { ("param \($0.key)", .init($0.value)) }
    rows += AttributeWords.pairs(best.userAttributes ?? [:]).map {
      ("attribute \($0.key)", .init($0.value))
    }
    try global.output.show(
      StudyBestJSON(study: study.id, metric: study.metric, goal: study.goal, trial: best),
      table: .properties(rows), quiet: ["\(best.number)"])
  }
}

extension StudiesBestCommand {
  private func showFrontier(_ study: StudyWire) throws {
    let names = study.metricNames
    let trials = try study.told().frontier.compactMap { study.trial($0.number) }
    var columns: [TextTable.Column] = [.number("TRIAL")]
    columns += names.map { TextTable.Column.number($0.uppercased()) }
    columns.append("PARAMETERS")
    let rows = trials.sorted { study.isBetter($0, than: $1) }.map { trial in
      var cells = [TextTable.Cell("\(trial.number)")]
      cells += trial.cells(of: names.count)
      cells.append(TextTable.Cell(trial.settings))
      return cells
    }
    try global.output.show(
      StudyFrontierJSON(
        study: study.id, metric: study.metric, goals: study.goals ?? [], metrics: names,
        frontier: trials),
      table: TextTable(
        columns, rows: rows, whenEmpty: "No trial has completed with all values."),
      quiet: trials.map { "\($0.number)" })
  }
}

/// What `studies best --output json` prints of a study with several goals.
private struct StudyFrontierJSON: Encodable {
  var study: String
  var metric: String
  var goals: [String]
  var metrics: [String]
  var frontier: [StudyWire.Trial]
}

/// What `studies best --output json` prints.
private struct StudyBestJSON: Encodable {
  var study: String
  var metric: String
  var goal: String
  var trial: StudyWire.Trial
}
