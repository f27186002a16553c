import Basics
import Foundation
import JobProtocol
public import Optimization

/// A search on one page that needs nothing else: how it went, what matters, where the good values are.
public struct StudyPage: Sendable {
  let study: ToldStudy
  let id: String
  let name: String
  let metric: String
  let nowMs: Int64
  let importance: ParameterImportance?
  let permutation: ParameterImportance?
  let landscape: SearchLandscape?
  /// What the trials with a parameter taught of it, for those with a condition, by their names.
  let branches: [String: SearchLandscape]
  /// What several goals came to; nil for a search with one.
  let frontier: StudyFrontier?
  /// What programs noted of the study.
  let attributes: [(key: String, value: String)]
  /// Completed trials with a finite value, in number order.
  let completed: [Completed]

  /// A completed trial.
  struct Completed: Sendable {
    var number: Int
    var value: Double
    var point: SearchPoint
    /// Whether it broke a constraint: then it is never the best.
    var isInfeasible = false
  }

  /// Works out what the page tells.
  ///
  /// - Parameters:
  ///   - study: with one goal, or as if one of several were the only one.
  ///   - metric: what the values are.
  ///   - frontier: what all goals came to, where there are several.
  ///   - attributes: what programs noted of the study.
  ///   - nowMs: Unix time, for the footer.
  public init(
    _ study: ToldStudy, id: String, name: String, metric: String, frontier: StudyFrontier? = nil,
    attributes: [(key: String, value: String)] = [], nowMs: Int64
  ) {
    self.study = study
    self.id = id
    self.name = name
    self.metric = metric
    self.nowMs = nowMs
    self.frontier = frontier
    self.attributes = attributes
    let history = study.history
    // Too few trials to learn from: the page is shorter, not wrong.
    importance = try? ParameterImportance(of: history, seed: study.seed)
    permutation = try? ParameterImportance(of: history, method: .permutation, seed: study.seed)
    landscape = SearchLandscape(of: history, seed: study.seed)
    var branches: [String: SearchLandscape] = [:]
    for branch in importance?.branches ?? [] {
      let learned = branch.names.first.flatMap {
        SearchLandscape(of: history, having: $0, seed: study.seed)
      }
      for name in branch.names { branches[name] = learned }
    }
    self.branches = branches
    completed = zip(study.trials, history.trials).compactMap { told, trial in
      guard let value = trial.value, value.isFinite else { return nil }
      return Completed(
        number: trial.number, value: value, point: trial.point,
        isInfeasible: told.isInfeasible)
    }
  }

  /// The whole page.
  public func html() -> String {
    ReportFrame(
      title: name, kind: "search", subtitle: subtitle,
      styles: ReportStyle.css + ComparisonStyle.css + colors,
      lead: "<div class=\"tiles\">\(tiles)</div>",
      sections: [
        ("frontier", "Frontier", frontierSection),
        ("course", "Course", courseSection), ("importance", "Importance", importanceSection),
        ("slices", "Slices", slicesSection), ("pairs", "Pairs", surfacesSection),
        ("axes", "Parallel coordinates", axesSection), ("trials", "Trials", trialsSection),
        ("notes", "Attributes", attributesSection),
      ],
      footer: """
        Made by AI Factory, \(DateText.minute(Double(nowMs) / 1_000)) UTC. Study \(escaped(id)), \
        sampler \(escaped(study.sampler)), pruner \(escaped(study.pruner)), seed \(study.seed)\
        \(fingerprint).
        """
    ).html()
  }

  /// The best of the completed trials, the earliest of equals.
  var best: Completed? {
    let number = study.best?.number
    return completed.first { $0.number == number }
  }

  var isSmallGood: Bool { study.goals[0] == .minimize }

  private var subtitle: String {
    "A search for the parameters that \(aim), "
      + Self.count(study.space.parameters.count, "parameter") + ", "
      + (study.isSpaceKnown ? "" : "their ranges taken from what was tried, ")
      + Self.count(study.trials.count, "trial")
  }

  private static func count(_ number: Int, _ noun: String) -> String {
    NumberText.grouped(number) + " " + noun + (number == 1 ? "" : "s")
  }

  private var aim: String { frontier?.words ?? "\(study.goals[0].rawValue) \(metric)" }

  private var fingerprint: String {
    study.isSpaceKnown ? ", space \(study.space.fingerprint.hex.prefix(12))" : ""
  }

  private var tiles: String {
    var tiles: [String] = []
    if let best {
      let value = NumberText.short(best.value, among: lined.suffix(50).map(\.value))
      tiles.append(HTML.tile(value, "best \(metric), trial \(best.number)"))
    }
    let counts = Dictionary(grouping: study.trials, by: \.outcome).mapValues(\.count)
    tiles.append(
      HTML.tile(
        NumberText.grouped(counts[.completed] ?? 0),
        "\(counts[.completed] == 1 ? "trial" : "trials") completed, "
          + "\(counts[.pruned] ?? 0) stopped early, \(counts[.failed] ?? 0) failed"))
    if let leader = importance?.shares.first, leader.value > 0 {
      tiles.append(
        HTML.tile(
          NumberText.percent(leader.value),
          "of the variance \(frontier == nil ? "" : "of \(metric) ")is made by \(leader.name) alone"
        ))
    }
    if let start = study.trials.map(\.startedAtMs).min(),
      let end = study.trials.map(\.endedAtMs).max()
    {
      let seconds = Double(end - start) / 1_000
      let unit = TimeUnit(for: seconds)
      tiles.append(HTML.tile(NumberText.short(seconds / unit.seconds), "\(unit.name) in all"))
    }
    return tiles.joined()
  }

  /// The trials that have a line, the best last so that they lie on top; those that broke a constraint are the worst.
  var lined: [Completed] {
    let sorted = completed.sorted { one, other in
      guard one.isInfeasible == other.isInfeasible else { return one.isInfeasible }
      let goal = study.goals[0]
      let (left, right) = (goal.loss(of: one.value), goal.loss(of: other.value))
      return left != right ? left > right : one.number > other.number
    }
    return Array(sorted.suffix(Self.mostLines))
  }

  private static let mostLines = 300

  /// The place of each line on the scale of the values.
  private var colors: String {
    let lined = lined
    let shares = ComparisonPage.shares(lined.map(\.value))
    return shares.enumerated().map { place, share in
      guard !lined[place].isInfeasible else { return ".r\(place){--k:0}" }
      // Of values too far apart for their difference to be a number no share is one.
      let goodness =
        share.map { isSmallGood ? 1 - $0 : $0 }.flatMap { $0.isFinite ? $0 : nil } ?? 0.5
      return ".r\(place){--k:\(String(format: "%.3f", goodness))}"
    }.joined()
  }
}
