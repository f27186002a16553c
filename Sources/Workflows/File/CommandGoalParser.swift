internal import Basics
internal import Optimization

/// Reads what the search of a command optimizes: a metric, several of them, and what a trial costs.
extension CommandSearchParser {
  /// At least one; empty where the file says none that can be read.
  static func objectives(_ section: SectionReader) -> [CommandSearch.Objective] {
    var objectives = section.has("goals") ? several(section) : one(section)
    if let cost = section.word("cost", among: CommandSearch.Cost.allCases.map(\.rawValue))
      .flatMap(CommandSearch.Cost.init(rawValue:))
    {
      if objectives.contains(where: { $0.metric == cost.rawValue }) {
        section.problems.add(
          section.line(of: "cost"),
          "\(section.joined("cost")): a metric is called \(cost.rawValue), too; remove one")
      }
      if !objectives.isEmpty { objectives.append(CommandSearch.Objective(cost)) }
    }
    if objectives.count > StudyTerms.mostGoals {
      section.problems.add(
        section.line(of: "goals"),
        "\(section.joined("goals")): \(objectives.count) goals with the cost; "
          + "\(StudyTerms.mostGoals) are the most")
    }
    return objectives
  }

  private static func one(_ section: SectionReader) -> [CommandSearch.Objective] {
    section.require("metric", "what is optimized, such as val_loss")
    let goal = section.word("goal", among: OptimizationGoal.allCases.map(\.rawValue))
      .flatMap(OptimizationGoal.init(rawValue:))
    guard let metric = section.text("metric", "the name of a metric") else { return [] }
    return [CommandSearch.Objective(metric, goal ?? .minimize)]
  }

  private static func several(_ section: SectionReader) -> [CommandSearch.Objective] {
    for key in ["metric", "goal"] where section.has(key) {
      section.problems.add(
        section.line(of: key),
        "\(section.joined(key)): the metrics stand in 'goals'; remove the key")
    }
    guard let node = section.node("goals") else { return [] }
    guard case .mapping(let entries) = node.content, !entries.isEmpty else {
      section.refuse(
        "goals",
        expected: "metrics with a goal each, such as {val_loss: minimize, accuracy: maximize}",
        found: node)
      return []
    }
    return entries.compactMap { entry in
      guard let goal = entry.value.text.flatMap(OptimizationGoal.init(rawValue:)) else {
        section.problems.add(
          entry.value.line,
          "\(section.joined("goals")).\(entry.key): expected minimize or maximize, found "
            + entry.value.kindDescription)
        return nil
      }
      return CommandSearch.Objective(entry.key, goal)
    }
  }

  /// Several goals leave no room for what judges by one value, or reads one.
  static func checkSeveral(
    _ objectives: [CommandSearch.Objective], _ source: CommandSearch.Source,
    _ section: SectionReader
  ) {
    for key in ["pruner", "stop_below"] where section.has(key) {
      if key == "pruner", section.node(key)?.text == PrunerName.none.rawValue { continue }
      section.problems.add(
        section.line(of: key),
        "\(section.joined(key)): judges by one value, and the search has \(objectives.count) "
          + "goals; remove the key")
    }
    if case .output = source, objectives.count(where: { $0.cost == nil }) > 1 {
      section.problems.add(
        section.line(of: "read"),
        "\(section.joined("read")).output: a pattern reads one metric; log several through MLflow, "
          + "or write them into a JSON file")
    }
  }
}
