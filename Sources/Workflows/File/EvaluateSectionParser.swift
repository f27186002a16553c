internal import Basics
internal import DataPipelines
internal import Experimentation

/// Reads the `evaluate` section.
enum EvaluateSectionParser {
  static func parse(
    _ file: SectionReader, train: WorkflowDefinition.TrainSection?
  ) -> WorkflowDefinition.EvaluateSection {
    var evaluate = WorkflowDefinition.EvaluateSection()
    guard
      let section = file.section("evaluate", known: ["gates", "slices"] + StagePlaceParser.known)
    else { return evaluate }
    evaluate.place = StagePlaceParser.parse(section, program: "the evaluation")
    evaluate.slices = section.texts("slices") ?? []
    evaluate.gates = section.sections(
      "gates", "a list of gates, such as [{metric: rmse, at_most: 0.75}]",
      known: ["metric", "at_most", "at_least", "slice", "max_gap"]
    ).compactMap { gate($0, task: train?.task) }
    return evaluate
  }

  private static func gate(_ reader: SectionReader, task: LearningTask?) -> Gate? {
    reader.require("metric", "what is measured on the test rows")
    let metric = MetricWords.read("metric", of: reader, task: task)
    var gate = Gate(metric: metric ?? "")
    gate.atMost = reader.number("at_most")
    gate.atLeast = reader.number("at_least")
    gate.slice = reader.text("slice", "the name of a column")
    gate.maxGap = reader.number("max_gap")
    let limits = ["at_most", "at_least", "max_gap"].filter(reader.has)
    guard limits.count == 1 else {
      reader.problems.add(
        reader.line,
        "\(reader.path): expected exactly one limit (at_most, at_least or max_gap), found "
          + (limits.isEmpty ? "none" : limits.joined(separator: " and ")))
      return nil
    }
    guard reader.has("slice") == reader.has("max_gap") else {
      reader.problems.add(
        reader.line,
        "\(reader.path): 'slice' and 'max_gap' belong together; "
          + (reader.has("slice") ? "'max_gap' is missing" : "'slice' is missing"))
      return nil
    }
    if let gap = gate.maxGap, gap < 0 {
      reader.problems.add(
        reader.line(of: "max_gap"), "\(reader.joined("max_gap")): expected 0 or more, found \(gap)")
    }
    return metric == nil ? nil : gate
  }
}
