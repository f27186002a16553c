internal import Basics
internal import JobProtocol
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

  /// What must hold of a trial that counts; none where the file says none that can be read.
  static func limits(
    _ section: SectionReader, beside objectives: [CommandSearch.Objective]
  ) -> [CommandSearch.Limit] {
    guard let node = section.node("limits") else { return [] }
    let example = "{latency_ms: {most: 50}, recall: {least: 0.8}}"
    guard case .mapping(let entries) = node.content, !entries.isEmpty else {
      section.refuse(
        "limits", expected: "bounds of what is measured, such as \(example)", found: node)
      return []
    }
    guard entries.count * 2 <= TrialConstraints.most else {
      section.problems.add(
        node.line,
        "\(section.joined("limits")): \(entries.count) metrics; \(TrialConstraints.most / 2) are the most"
      )
      return []
    }
    return entries.flatMap { entry -> [CommandSearch.Limit] in
      // Where the command measures what is called so, that is meant.
      let isMeasured = objectives.contains { $0.metric == entry.key && $0.cost == nil }
      guard case .mapping(let bounds) = entry.value.content, !bounds.isEmpty else {
        section.problems.add(
          entry.value.line,
          "\(section.joined("limits")).\(entry.key): expected {most: NUMBER} or {least: NUMBER}, found "
            + entry.value.kindDescription)
        return []
      }
      return bounds.compactMap { bound in
        guard ["most", "least"].contains(bound.key), let value = bound.value.double,
          value.isFinite
        else {
          section.problems.add(
            bound.value.line,
            "\(section.joined("limits")).\(entry.key): expected most or least with a number, found "
              + "\(visible(bound.key)) with \(bound.value.kindDescription)")
          return nil
        }
        return CommandSearch.Limit(
          metric: entry.key, cost: isMeasured ? nil : CommandSearch.Cost(rawValue: entry.key),
          bound: value,
          isMost: bound.key == "most")
      }
    }
  }

  /// Several goals and limits leave no room for what judges by one value, or reads one.
  static func checkSeveral(
    _ objectives: [CommandSearch.Objective], _ limits: [CommandSearch.Limit],
    _ source: CommandSearch.Source, _ section: SectionReader
  ) {
    for key in ["pruner", "stop_below"] where objectives.count > 1 && section.has(key) {
      if key == "pruner", section.node(key)?.text == PrunerName.none.rawValue { continue }
      section.problems.add(
        section.line(of: key),
        "\(section.joined(key)): judges by one value, and the search has \(objectives.count) "
          + "goals; remove the key")
    }
    let goals = Set(objectives.filter { $0.cost == nil }.map(\.metric))
    let others = limits.contains { $0.cost == nil && !goals.contains($0.metric) }
    if case .output = source, goals.count > 1 || others {
      section.problems.add(
        section.line(of: "read"),
        "\(section.joined("read")).output: a pattern reads one metric; log several through MLflow, "
          + "or write them into a JSON file")
    }
  }
}
