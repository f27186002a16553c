/// How many rows of each true class were predicted as each class.
struct ConfusionMatrix: Codable, Sendable, Equatable {
  /// Row by row: true class, then predicted class.
  var counts: [Double]
  var classCount: Int

  /// Counts the rows of a prediction.
  init(truth: [Int32], predicted: [Int32], classCount: Int) {
    var counts = [Double](repeating: 0, count: classCount * classCount)
    for row in truth.indices { counts[Int(truth[row]) * classCount + Int(predicted[row])] += 1 }
    self.init(counts: counts, classCount: classCount)
  }

  init(counts: [Double], classCount: Int) {
    self.counts = counts
    self.classCount = classCount
  }

  subscript(truth truth: Int, predicted predicted: Int) -> Double {
    counts[truth * classCount + predicted]
  }

  /// The metrics that follow from counts alone.
  ///
  /// Averages over classes leave out classes that are neither true nor predicted anywhere;
  /// a share of nothing counts as 0 (scikit-learn's `zero_division=0`).
  var metrics: MetricValues {
    var total = 0.0
    var hits = 0.0
    var precisions: [Double] = []
    var recalls: [Double] = []
    var scores: [Double] = []
    var recallsOfTrue: [Double] = []
    var positive = (precision: 0.0, recall: 0.0, f1: 0.0)
    for code in 0..<classCount {
      var truths = 0.0
      var predictions = 0.0
      for other in 0..<classCount {
        truths += self[truth: code, predicted: other]
        predictions += self[truth: other, predicted: code]
      }
      let hit = self[truth: code, predicted: code]
      total += truths
      hits += hit
      let precision = share(hit, of: predictions)
      let recall = share(hit, of: truths)
      let f1 = share(2 * hit, of: truths + predictions)
      if code == 1 { positive = (precision, recall, f1) }
      if truths > 0 { recallsOfTrue.append(recall) }
      guard truths + predictions > 0 else { continue }
      precisions.append(precision)
      recalls.append(recall)
      scores.append(f1)
    }
    guard total > 0 else {
      return Dictionary(
        uniqueKeysWithValues: [
          .accuracy, .balancedAccuracy, .f1, .f1Macro, .precision, .recall,
        ].map { ($0, Double.nan) })
    }
    let isBinary = classCount == 2
    return [
      .accuracy: hits / total, .balancedAccuracy: mean(recallsOfTrue), .f1Macro: mean(scores),
      .f1: isBinary ? positive.f1 : mean(scores),
      .precision: isBinary ? positive.precision : mean(precisions),
      .recall: isBinary ? positive.recall : mean(recalls),
    ]
  }

  private func share(_ part: Double, of whole: Double) -> Double { whole > 0 ? part / whole : 0 }

  private func mean(_ values: [Double]) -> Double {
    values.isEmpty ? .nan : values.reduce(0, +) / Double(values.count)
  }
}
