public import Basics
import GRDB

/// Reads what a comparison of runs shows.
public struct ComparisonStore: Sendable {
  let ledger: Ledger

  /// Compares the runs of that ledger.
  public init(ledger: Ledger) { self.ledger = ledger }

  /// Points of one curve: many for few runs, fewer for many, so that a page stays small.
  static func pointLimit(runs: Int, metrics: Int) -> Int {
    max(24, min(400, 120_000 / max(1, runs * metrics)))
  }

  /// Most metrics whose curves are drawn.
  private static let mostCurves = 24

  /// The runs of these identifiers, in their order.
  ///
  /// - Parameter metric: by which they are ordered; nil chooses one.
  /// - Throws: `run_not_found`, or `invalid_value` for none or for more than a page holds.
  public func compare(_ ids: [RunID], by metric: String? = nil) async throws -> ComparedRuns {
    guard (1...ComparedRuns.mostRuns).contains(ids.count) else {
      throw ExperimentationError(
        .invalidValue,
        "\(ids.count) runs were named; 1 to \(ComparedRuns.mostRuns) can be compared.",
        hint: "Choose the best: `aifactory runs list --order \"metrics.NAME ASC\"`.")
    }
    let (runs, names) = try await ledger.read { db in
      let runs = try ids.map { try RunStore.details($0, in: db) }
      var names: [ExperimentID: String] = [:]
      for id in Set(runs.map(\.run.experiment)) {
        names[id] = try ExperimentStore.experiment(id, in: db).name
      }
      return (runs, names)
    }
    if let metric, !runs.contains(where: { $0.metrics.contains { $0.key == metric } }) {
      throw ExperimentationError(
        .invalidValue, "None of these runs has the metric '\(metric.prefix(60))'.",
        hint: "`aifactory runs show` tells what a run has logged.")
    }
    let compared = ComparedRuns(runs: runs, experiments: names, curves: [], mainMetric: metric)
    return ComparedRuns(
      runs: runs, experiments: names, curves: try await curves(of: compared),
      mainMetric: compared.mainMetric)
  }

  private func curves(of compared: ComparedRuns) async throws -> [ComparedRuns.Curves] {
    // One value at step 0 is no curve.
    let moving = Set(
      compared.runs.flatMap { $0.metrics.filter { $0.step != 0 }.map(\.key) })
    let keys = compared.metrics.filter(moving.contains).prefix(Self.mostCurves)
    let limit = Self.pointLimit(runs: compared.runs.count, metrics: keys.count)
    let store = RunStore(ledger: ledger)
    var curves: [ComparedRuns.Curves] = []
    for key in keys {
      var lines: [(run: Int, points: [MetricPoint])] = []
      for (place, run) in compared.runs.enumerated()
      where run.metrics.contains(where: { $0.key == key }) {
        let points = try await store.sample(of: key, run: run.run.id, limit: limit)
        lines.append((place, points))
      }
      guard lines.contains(where: { $0.points.count > 1 }) else { continue }
      curves.append(ComparedRuns.Curves(key: key, lines: lines))
    }
    return curves
  }
}
