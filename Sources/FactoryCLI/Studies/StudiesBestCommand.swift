internal import API
internal import ArgumentParser
internal import JobProtocol
internal import Optimization
import Foundation

/// Shows the best trial of a study.
struct StudiesBestCommand: FactoryCommand {
  static let configuration = CommandConfiguration(
    commandName: "best", abstract: "Shows the best trial of a search and its parameters.")

  @OptionGroup var global: GlobalOptions

  @Argument(help: ArgumentHelp("Identifier of the study.", valueName: "study"))
  var id: String

  func execute() async throws {
    let study = try await study(id)
    guard let number = try study.told().best?.number, let best = study.trial(number) else {
      throw CLIError(
        .notFound, "No trial of \(id) has completed with a value.",
        hint: "'aifactory studies show \(id)' says what became of them.")
    }
    var rows: [(String, TextTable.Cell)] = [
      ("trial", .init("\(best.number)")),
      (study.metric, .init(best.value.map { String(format: "%.6g", $0) } ?? "–")),
      ("steps", .init("\(best.steps)")),
    ]
    rows += best.parameters.sorted { $0.key < $1.key }.map { ("param \($0.key)", .init($0.value)) }
    try global.output.show(
      StudyBestJSON(study: study.id, metric: study.metric, goal: study.goal, trial: best),
      table: .properties(rows), quiet: ["\(best.number)"])
  }
}

/// What `studies best --output json` prints.
private struct StudyBestJSON: Encodable {
  var study: String
  var metric: String
  var goal: String
  var trial: StudyWire.Trial
}
