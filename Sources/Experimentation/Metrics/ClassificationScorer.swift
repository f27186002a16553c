import Foundation

/// Predicted probabilities of classes beside the true class.
struct ClassificationScorer: MetricScorer {
  let truth: [Int32]
  let classCount: Int
  /// The class decided for in each row: the most probable, the first of equals.
  let predicted: [Int32]
  private let logLosses: [Double]
  private let squaredErrors: [Double]
  /// Rows ranked by the score of each class that `auc` averages over; empty if it is not asked for.
  private let ranked: [RankedScores]
  private let ranks: Bool

  /// - Parameters:
  ///   - ranks: whether `auc` is asked for; it needs a sort.
  ///   - decision: a weight for each class's probability where one is decided for; nil: all alike.
  init(
    truth: [Int32], probabilities: [Double], classCount: Int, ranks: Bool,
    decision: [Double]? = nil
  ) {
    let weights = decision?.count == classCount ? decision : nil
    precondition(probabilities.count == truth.count * classCount, "classCount values a row")
    self.truth = truth
    self.classCount = classCount
    self.ranks = ranks
    var predicted = [Int32](repeating: 0, count: truth.count)
    var logLosses = [Double](repeating: 0, count: truth.count)
    var squaredErrors = logLosses
    // scikit-learn: multi-class Brier scores add up all classes, those of two classes halve it.
    let scale = classCount <= 2 ? 0.5 : 1
    for row in truth.indices {
      let start = row * classCount
      var best = 0
      var bestScore = probabilities[start] * (weights?[0] ?? 1)
      var squares = 0.0
      for code in 0..<classCount {
        let probability = probabilities[start + code]
        let score = probability * (weights?[code] ?? 1)
        if score > bestScore { (best, bestScore) = (code, score) }
        let error = probability - (Int32(code) == truth[row] ? 1 : 0)
        squares += error * error
      }
      predicted[row] = Int32(best)
      let chance = probabilities[start + Int(truth[row])]
      logLosses[row] = -log(min(max(chance, .ulpOfOne), 1 - .ulpOfOne))
      squaredErrors[row] = squares * scale
      if chance.isNaN { logLosses[row] = .nan }
    }
    self.predicted = predicted
    self.logLosses = logLosses
    self.squaredErrors = squaredErrors
    guard ranks, classCount >= 2 else {
      ranked = []
      return
    }
    ranked = (classCount == 2 ? 1..<2 : 0..<classCount).map { code in
      RankedScores(
        scores: truth.indices.map { probabilities[$0 * classCount + code] },
        isPositive: truth.map { $0 == Int32(code) })
    }
  }

  var rowCount: Int { truth.count }

  func metrics(_ weights: some RowWeights) -> MetricValues {
    var matrix = [Double](repeating: 0, count: classCount * classCount)
    var count = 0.0
    var losses = 0.0
    var squares = 0.0
    for row in truth.indices {
      let weight = weights[row]
      count += weight
      losses += weight * logLosses[row]
      squares += weight * squaredErrors[row]
      matrix[Int(truth[row]) * classCount + Int(predicted[row])] += weight
    }
    var values = ConfusionMatrix(counts: matrix, classCount: classCount).metrics
    values[.logLoss] = count > 0 ? losses / count : .nan
    values[.brier] = count > 0 ? squares / count : .nan
    if ranks { values[.auc] = area(weights) }
    return values
  }

  /// The mean over the classes that have rows on both sides; NaN if none has.
  private func area(_ weights: some RowWeights) -> Double {
    let areas = ranked.map { $0.area(weights) }.filter { !$0.isNaN }
    return areas.isEmpty ? .nan : areas.reduce(0, +) / Double(areas.count)
  }
}
