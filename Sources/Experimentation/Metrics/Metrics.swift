/// How well predictions meet the truth: pure functions over arrays.
///
/// Rows correspond by position. No rows give NaN. Each takes time in O(rows), and O(rows · classes)
/// with a linear sort where `auc` is asked for.
public enum Metrics {
  /// The metrics of predicted numbers.
  ///
  /// - Parameter names: which to compute; those of classes are left out.
  public static func regression(
    _ truth: [Double], _ predicted: [Double], names: [MetricName] = MetricName.allCases
  ) -> MetricValues {
    let values = RegressionScorer(truth: truth, predicted: predicted).metrics(EqualWeights())
    return values.filter { names.contains($0.key) }
  }

  /// The metrics of predicted classes.
  ///
  /// - Parameters:
  ///   - truth: a code in `0..<classCount` a row; with two classes code 1 is the positive one.
  ///   - probabilities: row by row, `classCount` values a row that add up to 1.
  ///   - names: which to compute; those of numbers are left out.
  ///   - decision: a weight for each class's probability where one is decided for; nil: all alike.
  public static func classification(
    _ truth: [Int32], probabilities: [Double], classCount: Int,
    names: [MetricName] = MetricName.allCases, decision: [Double]? = nil
  ) -> MetricValues {
    ClassificationScorer(
      truth: truth, probabilities: probabilities, classCount: classCount,
      ranks: names.contains(.auc), decision: decision
    ).metrics(EqualWeights()).filter { names.contains($0.key) }
  }

  /// Area under the ROC curve of one score; ties count one half (Fawcett 2006).
  ///
  /// NaN where one of the two classes has no row.
  public static func auc(isPositive: [Bool], scores: [Double]) -> Double {
    RankedScores(scores: scores, isPositive: isPositive).area(EqualWeights())
  }
}

/// How often each row counts: once, or as often as a resample drew it.
protocol RowWeights {
  subscript(row: Int) -> Double { get }
}

/// Every row counts once.
struct EqualWeights: RowWeights {
  subscript(row: Int) -> Double { 1 }
}

/// Row counts of one bootstrap resample.
struct CountedWeights: RowWeights {
  var counts: [UInt16]

  subscript(row: Int) -> Double { Double(counts[row]) }
}

/// Something whose metrics can be computed again for any weights of its rows.
protocol MetricScorer: Sendable {
  var rowCount: Int { get }
  func metrics(_ weights: some RowWeights) -> MetricValues
}
