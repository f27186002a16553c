internal import API
internal import ArgumentParser
internal import Optimization
import Foundation

/// Says why a trial tried what it tried, and what became of it.
struct StudiesExplainCommand: FactoryCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Says why a trial tried this point, and why it was stopped or how good it was.")

  @OptionGroup var global: GlobalOptions

  @Argument(help: ArgumentHelp("Identifier of the study, or its name.", valueName: "study"))
  var id: String

  @Argument(help: ArgumentHelp("Number of the trial.", valueName: "trial"))
  var trial: Int

  func execute() async throws {
    let study = try await study(id)
    let explanation = try TrialExplanation(of: trial, in: study.told())
    let words = TrialWords(explanation: explanation, metrics: study.metricNames)
    try global.output.show(
      TrialExplanationJSON(study.id, explanation, metrics: study.metricNames), text: words.text,
      quiet: [explanation.origin.rawValue])
  }
}

/// An explanation as people read it.
struct TrialWords {
  var explanation: TrialExplanation
  /// A name for each goal.
  var metrics: [String]

  var text: String {
    var lines = ["Why this point", "  " + explanation.reason]
    let forecasts =
      explanation.prospects.isEmpty ? [explanation.forecast] : explanation.prospects.map(\.forecast)
    for (metric, forecast) in zip(metrics, forecasts) {
      guard let forecast else { continue }
      lines.append(
        "  The completed trials before it let expect \(metric) \(Self.number(forecast.mean)) "
          + "± \(Self.number(forecast.deviation)) there.")
    }
    if let nearest = explanation.nearest, let distance = explanation.distance {
      let value = nearest.value.map { ", which had \(Self.number($0))" } ?? ""
      lines.append(
        "  The nearest trial before it is \(nearest.number)\(value), at a distance of "
          + "\(Self.number(distance)).")
    }
    if let best = explanation.best {
      let value = best.value.map { " with \(Self.number($0))" } ?? ""
      let goal = explanation.prospects.isEmpty ? "" : " in \(metrics.first ?? "")"
      lines.append("  Against the best by then\(goal), trial \(best.number)\(value):")
      lines += explanation.changes.map {
        "    \($0.parameter): \(Self.short($0.from)) → \(Self.short($0.to))"
      }
      if explanation.changes.isEmpty { lines.append("    nothing differs") }
    }
    for (metric, prospect) in zip(metrics, explanation.prospects).dropFirst() {
      guard let best = prospect.best, let value = best.value else { continue }
      lines.append(
        "  The best by then in \(metric) was trial \(best.number) with \(Self.number(value)).")
    }
    lines.append("What became of it")
    lines += explanation.ending.map { "  " + $0 }
    if !explanation.attributes.isEmpty {
      lines.append("What programs noted of it")
      lines += AttributeWords.pairs(explanation.attributes).map { "  \($0.key): \($0.value)" }
    }
    return lines.map { $0 + "\n" }.joined()
  }

  private static func number(_ value: Double) -> String { String(format: "%.4g", value) }

  private static func short(_ text: String?) -> String {
    guard let text else { return "–" }
    guard text.count > 8, let value = Double(text) else { return text }
    return number(value)
  }
}

/// What `studies explain --output json` prints.
private struct TrialExplanationJSON: Encodable {
  struct Earlier: Encodable {
    var number: Int
    var value: Double?
  }

  struct Change: Encodable {
    var parameter: String
    var from: String?
    var to: String?
  }

  struct Forecast: Encodable {
    var mean: Double
    var deviation: Double

    init(_ forecast: TrialExplanation.Forecast) {
      (mean, deviation) = (forecast.mean, forecast.deviation)
    }
  }

  /// One of several goals.
  struct Prospect: Encodable {
    var metric: String
    var best: Earlier?
    var forecast: Forecast?
  }

  var study: String
  var trial: Int
  var origin: String
  var reason: String
  var best: Earlier?
  var changes: [Change]
  var nearest: Earlier?
  var distance: Double?
  var forecast: Forecast?
  var goals: [Prospect]?
  var ending: [String]
  var userAttributes: [String: String]?

  init(_ study: String, _ explanation: TrialExplanation, metrics: [String]) {
    self.study = study
    trial = explanation.number
    origin = explanation.origin.rawValue
    reason = explanation.reason
    best = explanation.best.map { Earlier(number: $0.number, value: $0.value) }
    changes = explanation.changes.map {
      Change(parameter: $0.parameter, from: $0.from, to: $0.to)
    }
    nearest = explanation.nearest.map { Earlier(number: $0.number, value: $0.value) }
    distance = explanation.distance
    forecast = explanation.forecast.map(Forecast.init)
    if !explanation.prospects.isEmpty {
      goals = zip(metrics, explanation.prospects).map { metric, prospect in
        Prospect(
          metric: metric,
          best: prospect.best.map { Earlier(number: $0.number, value: $0.value) },
          forecast: prospect.forecast.map(Forecast.init))
      }
    }
    ending = explanation.ending
    userAttributes = explanation.attributes.isEmpty ? nil : explanation.attributes
  }
}
