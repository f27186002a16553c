import Experimentation
import Foundation

/// From probabilities to classes, for metrics that judge classes: chosen on the validation rows.
///
/// A class is decided for where its probability times its weight is greatest. Two classes have the
/// threshold that is best for the metric (precision and recall, each of which alone is had by
/// deciding nearly never or always, that of f1); several have weights of a power of their rarity,
/// of which the first is best for balanced accuracy (Elkan 2001). The probabilities stay as they are.
struct DecisionChoice: Equatable {
  /// One weight a class; nil decides for the most probable.
  var weights: [Double]?
  /// The metric with them.
  var value: Double

  /// Less than this is no reason to depart from the most probable class.
  private static let leastGain = 0.002
  private static let bins = 1000

  /// Whether the metric asks for a choice.
  static func isNeeded(for metric: MetricName) -> Bool {
    switch metric {
    case .balancedAccuracy, .f1, .f1Macro, .precision, .recall: true
    default: false
    }
  }

  /// - Parameters:
  ///   - truth: class codes.
  ///   - probabilities: row by row, one a class.
  init(_ metric: MetricName, truth: [Int32], probabilities: [Double], classCount: Int) {
    let judge: MetricName = metric == .precision || metric == .recall ? .f1 : metric
    func value(_ metric: MetricName, _ weights: [Double]?) -> Double {
      Metrics.classification(
        truth, probabilities: probabilities, classCount: classCount, names: [metric],
        decision: weights)[metric] ?? .nan
    }
    self.value = value(metric, nil)
    guard Self.isNeeded(for: metric), !truth.isEmpty else { return }
    let candidates =
      classCount == 2
      ? [Self.threshold(judge, truth, probabilities)].compactMap { $0.map { [$0, 1 - $0] } }
      : Self.powers(truth, classCount: classCount)
    var best = value(judge, nil) + Self.leastGain
    for weights in candidates {
      let reached = value(judge, weights)
      guard reached > best || best.isNaN else { continue }
      best = reached
      self.weights = weights
    }
    if weights != nil { self.value = value(metric, weights) }
  }

  /// The threshold of the second class's probability that is best, the nearest to a half of equals.
  private static func threshold(
    _ metric: MetricName, _ truth: [Int32], _ probabilities: [Double]
  ) -> Double? {
    var counts = [(negative: Double, positive: Double)](repeating: (0, 0), count: bins)
    for row in truth.indices {
      let probability = probabilities[2 * row + 1]
      guard probability.isFinite else { return nil }
      let bin = min(max(Int(probability * Double(bins)), 0), bins - 1)
      if truth[row] == 1 { counts[bin].positive += 1 } else { counts[bin].negative += 1 }
    }
    let positives = counts.reduce(0) { $0 + $1.positive }
    let negatives = counts.reduce(0) { $0 + $1.negative }
    guard positives > 0, negatives > 0 else { return nil }
    var (hits, alarms) = (0.0, 0.0)
    var best: (value: Double, threshold: Double)?
    for bin in stride(from: bins - 1, to: 0, by: -1) {
      hits += counts[bin].positive
      alarms += counts[bin].negative
      let f1 = 2 * hits / (hits + alarms + positives)
      let rest = negatives - alarms
      let value =
        switch metric {
        case .balancedAccuracy: (hits / positives + rest / negatives) / 2
        case .f1Macro: (f1 + 2 * rest / (rest + positives - hits + negatives)) / 2
        default: f1
        }
      let threshold = Double(bin) / Double(bins)
      let isNearer = best.map { abs(threshold - 0.5) < abs($0.threshold - 0.5) } ?? true
      if best.map({ value > $0.value + 1e-12 || (value > $0.value - 1e-12 && isNearer) }) ?? true {
        best = (value, threshold)
      }
    }
    return best?.threshold
  }

  /// Weights of powers of the classes' rarity, scaled to add up to 1.
  private static func powers(_ truth: [Int32], classCount: Int) -> [[Double]] {
    var counts = [Double](repeating: 0.5, count: classCount)
    for code in truth { counts[Int(code)] += 1 }
    return [1, 0.75, 0.5, 0.25].map { power in
      let weights = counts.map { pow($0, -power) }
      let sum = weights.reduce(0, +)
      return weights.map { $0 / sum }
    }
  }
}
