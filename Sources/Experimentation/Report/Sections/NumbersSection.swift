import DataPipelines
import Engines

extension Report {
  /// All metrics beside the baselines.
  var numbersSection: String {
    let result = details.result
    let names = MetricName.all(for: details.task).filter { result.metrics[$0.rawValue] != nil }
    let hasLinear = !result.linearBaseline.isEmpty
    var heads: [HTML.Head] = [.text("Metric"), .number("Model")]
    if hasLinear { heads.append(.number("Linear")) }
    heads.append(.number("Trivial"))
    let rows = names.map { name in
      var row = [
        "\(escaped(name.title))&nbsp;<i>\(name.goal == .minimize ? "↓" : "↑")</i>",
        HTML.measured(result.metrics[name.rawValue]),
      ]
      if hasLinear { row.append(HTML.measured(result.linearBaseline[name.rawValue])) }
      row.append(HTML.measured(result.trivialBaseline[name.rawValue]))
      return row
    }
    var notes: [String] = []
    if details.rowsWithoutTarget > 0 {
      let count = NumberText.grouped(details.rowsWithoutTarget)
      notes.append("\(count) test rows have no value of \(details.target) and were left out.")
    }
    if details.rowsOfUnknownClass > 0 {
      notes.append(
        "\(NumberText.grouped(details.rowsOfUnknownClass)) test rows hold classes that training "
          + "never saw; they count as errors.")
    }
    notes += Self.decision(details.model)
    let trivial =
      switch details.task {
      case .regression: "the mean of the training rows"
      case .forecasting: "the last known value of each series"
      case .classification: "the shares of the classes in the training rows"
      }
    return HTML.section(
      "numbers", "Numbers",
      lead: "The model beside the linear and the trivial baseline, each value with its 95 % "
        + "interval; ↓ means smaller is better. "
        + "\(details.main.title) was optimized on validation rows. The trivial baseline predicts "
        + "\(trivial).",
      html: HTML.table(
        heads, rows: rows, mainRow: names.firstIndex(of: details.main)) + HTML.notes(notes))
  }

  /// How the model decides for a class, where that is not the most probable one.
  static func decision(_ model: ModelManifest) -> [String] {
    guard let weights = model.decisionWeights, let classes = model.classes,
      weights.count == classes.count
    else { return [] }
    if weights.count == 2 {
      return [
        "The model decides for \(classes[1]) above a probability of \(NumberText.short(weights[0])), "
          + "chosen on validation rows."
      ]
    }
    return ["The model gives rarer classes more weight when it decides, chosen on validation rows."]
  }
}
