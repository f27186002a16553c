import JobProtocol
public import Optimization

/// Several searches on one page that needs nothing else: how good each was after so many trials.
public struct StudyComparisonPage: Sendable {
  /// One of the searches.
  public struct Entry: Sendable {
    let id: String
    let name: String
    let study: ToldStudy

    /// - Parameter study: with all of its goals.
    public init(id: String, name: String, study: ToldStudy) {
      self.id = id
      self.name = name
      self.study = study
    }
  }

  private let entries: [Entry]
  private let metrics: [String]
  private let facts: [[String]]
  private let obstacle: String?
  private let nowMs: Int64

  /// Lines that can be told apart.
  private static let mostLines = 8

  /// - Parameters:
  ///   - metrics: a name for each goal of the first search.
  ///   - facts: rows of a table, the first cell of each its name.
  ///   - obstacle: why the values cannot be compared, where they cannot.
  ///   - nowMs: Unix time, for the footer.
  public init(
    _ entries: [Entry], metrics: [String], facts: [[String]], obstacle: String?, nowMs: Int64
  ) {
    self.entries = entries
    self.metrics = metrics
    self.facts = facts
    self.obstacle = obstacle
    self.nowMs = nowMs
  }

  /// The whole page.
  public func html() -> String {
    ReportFrame(
      title: "\(entries.count) searches", kind: "comparison", subtitle: subtitle,
      styles: ReportStyle.css,
      sections: [("course", "Course", courseSection), ("facts", "Side by side", factsSection)],
      footer: "Made by AI Factory, \(DateText.minute(Double(nowMs) / 1_000)) UTC."
    ).html()
  }

  private var subtitle: String {
    obstacle.map { "Their values cannot be compared: \($0)." }
      ?? "Their values can be compared if their data are the same."
  }

  /// Names that differ: those of equal names have their sampler, or their identifier.
  private var names: [String] {
    func isTaken(_ name: String, by names: [String]) -> Bool { names.count { $0 == name } > 1 }
    let plain = entries.map(\.name)
    let told = zip(entries, plain).map { entry, name in
      isTaken(name, by: plain) ? "\(name), \(entry.study.sampler)" : name
    }
    return zip(entries, told).map { entry, name in
      isTaken(name, by: told) ? String(entry.id.prefix(14)) : name
    }
  }

  private var courseSection: String {
    guard obstacle == nil, let goals = entries.first?.study.goals else { return "" }
    let figures = goals.indices.flatMap { goal -> [String] in
      let metric = metrics.indices.contains(goal) ? metrics[goal] : "value \(goal + 1)"
      let byTrial = chart(goal, metric, "trials") { Double($1.number + 1) }
      let start = entries.map { $0.study.trials.map(\.startedAtMs).min() ?? 0 }
      let bySecond = chart(goal, metric, "seconds") { Double($1.endedAtMs - start[$0]) / 1_000 }
      return [
        byTrial.map {
          HTML.figure(
            "Best \(metric) after so many trials",
            svg: $0.svg(label: "Best \(metric) of each search by trials"), caption: "")
        },
        bySecond.map {
          HTML.figure(
            "Best \(metric) after so many seconds",
            svg: $0.svg(label: "Best \(metric) of each search by seconds"),
            caption: "From the start of a search's first trial.")
        },
      ].compactMap(\.self)
    }
    let cut = entries.count - Self.mostLines
    return HTML.section(
      "course", "Course", lead: "The best so far of each search.",
      html: HTML.charts(figures)
        + (cut > 0 ? HTML.notes(["The last \(cut) have no lines: too many to be told apart."]) : "")
    )
  }

  /// A line in steps for each search.
  private func chart(
    _ goal: Int, _ metric: String, _ axis: String, _ place: (Int, TrialReport) -> Double
  ) -> LineChart? {
    var series: [LineChart.Series] = []
    for (index, (entry, name)) in zip(entries, names).enumerated().prefix(Self.mostLines) {
      let points = Self.course(of: entry.study.projected(on: goal)) { place(index, $0) }
      guard !points.isEmpty else { continue }
      series.append(LineChart.Series(name: name, points: points, style: "c\(index + 1)"))
    }
    let values = series.flatMap { $0.points.map(\.y) }
    guard Set(series.flatMap { $0.points.map(\.x) }).count > 1 else { return nil }
    return LineChart(
      series: series, xName: axis, yName: metric, yScale: .telling(values),
      xIsWhole: axis == "trials")
  }

  /// The best so far of a search with one goal, a step where it changes, in the order of `place`.
  private static func course(
    of study: ToldStudy, _ place: (TrialReport) -> Double
  ) -> [(x: Double, y: Double)] {
    let goal = study.goals[0]
    var points: [(x: Double, y: Double)] = []
    let placed = study.trials.map { (x: place($0), trial: $0) }.sorted { $0.x < $1.x }
    for (x, trial) in placed {
      guard trial.outcome == .completed, trial.isInfeasible != true, let value = trial.value,
        value.isFinite
      else { continue }
      if let known = points.last?.y {
        guard goal.isBetter(value, than: known) else { continue }
        points.append((x, known))
      }
      points.append((x, value))
    }
    if let best = points.last, let last = placed.last, last.x > best.x {
      points.append((last.x, best.y))
    }
    return points
  }

  private var factsSection: String {
    HTML.section(
      "facts", "Side by side", lead: "",
      html: HTML.table(
        [.text("")] + names.map { .text($0) }, rows: facts.map { $0.map { escaped($0) } }))
  }
}
