internal import API
internal import ArgumentParser
internal import Experimentation
internal import JobProtocol
internal import Optimization
import Foundation

/// Shows one study.
struct StudiesShowCommand: FactoryCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Shows the trials of one search, best first.")

  @OptionGroup var global: GlobalOptions

  @Argument(help: ArgumentHelp("Identifier of the study, or its name.", valueName: "study"))
  var id: String

  @Option(
    help: ArgumentHelp(
      "Write a page that needs nothing else: history, importance, slices, pairs, the best trials.",
      valueName: "file"))
  var html: String?

  @Option(
    help: ArgumentHelp(
      "Which of several goals the page or the drawing is about: its metric, or its number.",
      valueName: "metric"))
  var goal: String?

  @Flag(help: "Draw the values and the best so far instead of the table.")
  var plot = false

  func execute() async throws {
    let study = try await study(id)
    if let html { return try writePage(of: study, to: html) }
    let names = study.metricNames
    if plot {
      let place = try study.goal(goal) ?? 0
      let drawing = SearchPlot(metric: names[place], told: try study.told().projected(on: place))
      return try global.output.show(
        study, text: drawing.text, quiet: study.bestFirst.map { "\($0.number)" })
    }
    let trials = study.bestFirst
    var columns: [TextTable.Column] = [.number("TRIAL"), "OUTCOME"]
    columns += names.map { TextTable.Column.number($0.uppercased()) }
    columns += [.number("STEPS"), .number("SECONDS"), "PARAMETERS"]
    let isNoted = trials.contains { $0.userAttributes != nil }
    if isNoted { columns.append("ATTRIBUTES") }
    let rows = trials.map { trial in
      var cells = [TextTable.Cell("\(trial.number)"), trial.outcomeCell]
      cells += trial.cells(of: names.count)
      let seconds = Double(trial.endedAtMs - trial.startedAtMs) / 1_000
      cells += [
        TextTable.Cell("\(trial.steps)"), TextTable.Cell(String(format: "%.1f", seconds)),
        TextTable.Cell(trial.message ?? trial.settings),
      ]
      if isNoted { cells.append(TextTable.Cell(AttributeWords.line(trial.userAttributes ?? [:]))) }
      return cells
    }
    let table = TextTable(columns, rows: rows, whenEmpty: "No trial has ended yet.")
    let notes = AttributeWords.pairs(study.userAttributes ?? [:]).map { "\($0.key): \($0.value)\n" }
    try global.output.show(
      study,
      text: (notes.isEmpty ? "" : notes.joined() + "\n")
        + table.rendered(on: global.output.terminal),
      quiet: trials.map { "\($0.number)" })
  }

  private func writePage(of study: StudyWire, to file: String) throws {
    let told = try study.told()
    let (names, place) = (study.metricNames, try study.goal(goal) ?? 0)
    let page = StudyPage(
      told.projected(on: place), id: study.id, name: study.name, metric: names[place],
      frontier: names.count > 1 ? StudyFrontier(told, metrics: names) : nil,
      attributes: AttributeWords.pairs(study.userAttributes ?? [:]),
      nowMs: Int64(Date().timeIntervalSince1970 * 1_000))
    let path = try PageFile.write(Array(page.html().utf8), to: file)
    try global.output.show(
      StudyPageJSON(html: path, study: study.id), text: "The search is shown in \(path)",
      quiet: [path])
  }
}

/// What `studies show --html FILE --output json` prints.
private struct StudyPageJSON: Encodable {
  var html: String
  var study: String
}

/// A search drawn in the terminal.
struct SearchPlot {
  /// What the values are.
  var metric: String
  /// With one goal.
  var told: ToldStudy
  var width = Terminal.standard.width - 14

  var text: String {
    var values: [(x: Double, y: Double)] = []
    var best: [(x: Double, y: Double)] = []
    let completed = told.trials.filter { $0.outcome == .completed && $0.value?.isFinite == true }
    guard
      let usual = UsualValues(
        completed.compactMap(\.value), isSmallGood: told.goals[0] == .minimize)
    else { return "Nothing to draw: no trial has completed with a value that counts." }
    for trial in completed {
      guard let value = trial.value, usual.range.contains(value) else { continue }
      values.append((x: Double(trial.number), y: value))
      guard !trial.isInfeasible else { continue }
      let leader = best.last.map { told.goals[0].isBetter(value, than: $0.y) ? value : $0.y }
      best.append((x: Double(trial.number), y: leader ?? value))
    }
    let drawing = CurvePlot(
      curves: [
        CurvePlot.Curve(name: metric, points: values, isDotted: true),
        CurvePlot.Curve(name: "best so far", points: best, isStepped: true),
      ], width: width, height: 14, isLogarithmic: usual.isSpread
    ).text
    let barred = completed.count { $0.isInfeasible }
    let notes =
      (usual.isSpread ? " The axis is logarithmic." : "") + usual.note
      + (barred > 0 ? " Trials that broke a constraint, and are never the best: \(barred)." : "")
    return notes.isEmpty ? drawing : drawing + "\n " + notes
  }
}

extension StudyWire {
  /// Completed trials from the best to the worst, those that broke a constraint by how much, then the others.
  var bestFirst: [Trial] {
    func rank(_ trial: Trial) -> Int {
      guard trial.outcome == "completed" else { return 2 }
      return trial.infeasible == true ? 1 : 0
    }
    return (trials ?? []).sorted { first, second in
      let (one, other) = (rank(first), rank(second))
      if one != other { return one < other }
      let (broken, more) = (first.violation, second.violation)
      return one == 1 && broken != more ? broken < more : isBetter(first, than: second)
    }
  }

  /// Whether a trial comes before another: the better by the first goal, those without a value last.
  func isBetter(_ first: Trial, than second: Trial) -> Bool {
    guard let one = first.value, let other = second.value, one != other else {
      return (first.value == nil ? 1 : 0, first.number)
        < (second.value == nil ? 1 : 0, second.number)
    }
    return goal == "minimize" ? one < other : one > other
  }
}

extension StudyWire.Trial {
  /// By how much it broke constraints.
  fileprivate var violation: Double { TrialConstraints.violation(of: constraints ?? []) }

  /// Its outcome in a table.
  var outcomeCell: TextTable.Cell {
    infeasible == true && outcome == "completed"
      ? TextTable.Cell("infeasible", color: .faint)
      : TextTable.Cell(outcome, color: outcome == "completed" ? .good : .faint)
  }

  /// Its values, as people read them, one for each of so many goals.
  func cells(of goals: Int) -> [TextTable.Cell] {
    let values = values ?? value.map { [$0] } ?? []
    return (0..<goals).map { place in
      guard values.indices.contains(place) else { return "" }
      let error = standardErrors.map { String(format: " ± %.2g", $0[place]) } ?? ""
      return TextTable.Cell(String(format: "%.6g", values[place]) + error)
    }
  }

  /// A value of a parameter as it fits into a table: four digits of a fraction, eight characters of a word.
  private static func short(_ text: String) -> String {
    guard text.count > 8 else { return text }
    guard let number = Double(text), number.isFinite, Int(text) == nil else {
      return Int(text) == nil ? text.prefix(7) + "…" : text
    }
    return String(format: "%.4g", number)
  }

  /// Its parameters in one line.
  var settings: String {
    parameters.sorted { $0.key < $1.key }.map { "\($0.key)=\(Self.short($0.value))" }
      .joined(separator: " ")
  }
}
