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
      styles: ReportStyle.css + Self.styles,
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
    let starts = entries.map { $0.study.trials.map(\.startedAtMs).min() ?? 0 }
    let figures = goals.indices.flatMap { goal -> [String] in
      let metric = metrics.indices.contains(goal) ? metrics[goal] : "value \(goal + 1)"
      return [
        figure(goal, metric, "trials", caption: "") { Double($1.number + 1) },
        figure(goal, metric, "seconds", caption: "From the start of a search's first trial.") {
          Double($1.endedAtMs - starts[$0]) / 1_000
        },
      ].compactMap(\.self)
    }
    guard !figures.isEmpty else { return "" }
    let cut = entries.count - Self.mostLines
    return HTML.section(
      "course", "Course", lead: "The best so far of each search.",
      html: legend + HTML.charts(figures)
        + (cut > 0 ? HTML.notes(["The last \(cut) have no lines: too many to be told apart."]) : "")
    )
  }

  /// Below each other where a line of a chart would be too short for all names.
  private var legend: String {
    let keys = names.prefix(Self.mostLines).enumerated().map { index, name in
      "<span><i class=\"c\(index + 1)\"></i>\(escaped(name))</span>"
    }
    return "<p class=\"legend\">" + keys.joined() + "</p>\n"
  }

  private static let styles = """

    .legend{display:flex;flex-wrap:wrap;gap:4px 18px;margin:0 0 14px;font-size:.9375rem}
    .legend i{display:inline-block;width:16px;height:3px;margin-right:6px;vertical-align:middle;background:var(--s)}
    """

  /// A line in steps for each search.
  private func figure(
    _ goal: Int, _ metric: String, _ axis: String, caption: String,
    _ place: (Int, TrialReport) -> Double
  ) -> String? {
    let lines = entries.enumerated().prefix(Self.mostLines).map { index, entry in
      Self.course(of: entry.study.projected(on: goal)) { place(index, $0) }
    }
    let xs = lines.flatMap { $0.map(\.x) }
    guard let first = xs.min(), let last = xs.max(), first < last,
      let usual = UsualValues(
        Self.samples(of: lines, from: first, to: last),
        isSmallGood: entries[0].study.goals[goal] == .minimize)
    else { return nil }
    let series = lines.enumerated().map { index, points in
      LineChart.Series(
        name: names[index], points: points.filter { usual.range.contains($0.y) },
        style: "c\(index + 1)", isNamed: false)
    }
    let chart = LineChart(
      series: series, xName: axis, yName: metric,
      yScale: .telling(series.flatMap { $0.points.map(\.y) }), xIsWhole: axis == "trials")
    return HTML.figure(
      "Best \(metric) after so many \(axis)",
      svg: chart.svg(label: "Best \(metric) of each search by \(axis)"),
      caption: caption
        + (usual.leftOut > 0 ? " What was much worse at the beginning is left out." : ""))
  }

  /// What the lines are at even distances, so that a value counts for as long as it was the best.
  private static func samples(
    of lines: [[(x: Double, y: Double)]], from first: Double, to last: Double
  ) -> [Double] {
    lines.flatMap { points in
      (0...200).compactMap { step -> Double? in
        let x = first + (last - first) * Double(step) / 200
        guard let end = points.last, x <= end.x else { return nil }
        return points.last { $0.x <= x }?.y
      }
    }
  }

  /// The best so far of a search with one goal, a step where it changes, in the order of `place`.
  private static func course(
    of study: ToldStudy, _ place: (TrialReport) -> Double
  ) -> [(x: Double, y: Double)] {
    let goal = study.goals[0]
    var points: [(x: Double, y: Double)] = []
    let placed = study.trials.map { (x: place($0), trial: $0) }.sorted { $0.x < $1.x }
    for (x, trial) in placed {
      guard trial.outcome == .completed, !trial.isInfeasible, let value = trial.value,
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
