import Basics

/// Draws the rows of a test set again and again to see how much its metrics vary (Efron 1979).
///
/// All scorers see the same draws, so that their differences can be compared pair by pair. Rows
/// that belong together (a unit, a series) are drawn together.
struct Bootstrap: Sendable {
  let rowCount: Int
  /// Which rows belong together: a code from 0 a row.
  let clusters: [Int32]?
  let seed: UInt64

  /// Row visits that one evaluation may spend on its main intervals.
  static let budget = 300_000_000

  /// As many draws as the budget allows, 100...1000.
  static func drawCount(rowCount: Int, scorerCount: Int, budget: Int = budget) -> Int {
    min(1000, max(100, budget / max(1, rowCount * scorerCount)))
  }

  /// The metrics of each scorer in each draw.
  func replicates(of scorers: [PredictionScorer], draws: Int) -> [Replicates] {
    var results = scorers.map { _ in Replicates() }
    var weights = CountedWeights(counts: [UInt16](repeating: 0, count: rowCount))
    let clusterCount = clusters.map { Int($0.max() ?? -1) + 1 } ?? rowCount
    for draw in 0..<draws {
      var generator = SeededGenerator(seed: seed, stream: UInt64(draw))
      if let clusters {
        var counts = [UInt16](repeating: 0, count: clusterCount)
        Self.draw(&counts, using: &generator)
        for row in 0..<rowCount { weights.counts[row] = counts[Int(clusters[row])] }
      } else {
        for row in 0..<rowCount { weights.counts[row] = 0 }
        Self.draw(&weights.counts, using: &generator)
      }
      for (index, scorer) in scorers.enumerated() {
        results[index].append(scorer.metrics(weights))
      }
    }
    return results
  }

  private static func draw(_ counts: inout [UInt16], using generator: inout SeededGenerator) {
    for _ in counts.indices { counts[generator.next(below: counts.count)] &+= 1 }
  }
}

/// Values of metrics in the draws of a bootstrap.
struct Replicates: Sendable {
  private(set) var values: [MetricName: [Double]] = [:]

  mutating func append(_ metrics: MetricValues) {
    for (name, value) in metrics { values[name, default: []].append(value) }
  }

  /// The value with the middle 95 % of the draws; the value alone where most draws had none.
  func interval(_ name: MetricName, around value: Double) -> MeasuredMetric {
    Self.interval(of: values[name] ?? [], around: value)
  }

  /// The middle 95 % of the draws.
  static func interval(of draws: [Double], around value: Double) -> MeasuredMetric {
    let measured = draws.filter(\.isFinite).sorted()
    guard measured.count >= max(2, draws.count / 2) else {
      return MeasuredMetric(value: value, low: value, high: value)
    }
    return MeasuredMetric(
      value: value, low: Quantile.of(sorted: measured, at: 0.025),
      high: Quantile.of(sorted: measured, at: 0.975))
  }
}

/// Quantiles by linear interpolation between order statistics (Hyndman, Fan 1996, type 7).
enum Quantile {
  static func of(sorted values: [Double], at share: Double) -> Double {
    guard let last = values.indices.last else { return .nan }
    let place = share * Double(last)
    let lower = Int(place)
    let upper = min(last, lower + 1)
    return values[lower] + (values[upper] - values[lower]) * (place - Double(lower))
  }
}
