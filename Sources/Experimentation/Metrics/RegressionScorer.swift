/// Predicted numbers beside the truth.
struct RegressionScorer: MetricScorer {
  let truth: [Double]
  let predicted: [Double]

  var rowCount: Int { truth.count }

  func metrics(_ weights: some RowWeights) -> MetricValues {
    precondition(truth.count == predicted.count, "one prediction a row")
    var count = 0.0
    var total = 0.0
    var squares = 0.0
    var absolutes = 0.0
    var relatives = 0.0
    for row in truth.indices {
      let weight = weights[row]
      let error = predicted[row] - truth[row]
      count += weight
      total += weight * truth[row]
      squares += weight * error * error
      absolutes += weight * abs(error)
      relatives += weight * abs(error) / max(abs(truth[row]), .ulpOfOne)
    }
    guard count > 0 else { return [.rmse: .nan, .mae: .nan, .r2: .nan, .mape: .nan] }
    let mean = total / count
    var spread = 0.0
    for row in truth.indices {
      let distance = truth[row] - mean
      spread += weights[row] * distance * distance
    }
    return [
      .rmse: (squares / count).squareRoot(), .mae: absolutes / count,
      .r2: determination(squares: squares, spread: spread, count: count),
      .mape: relatives / count,
    ]
  }

  /// R², with scikit-learn's answers for a truth that does not vary.
  private func determination(squares: Double, spread: Double, count: Double) -> Double {
    if count < 2 || squares.isNaN { return .nan }
    if spread == 0 { return squares == 0 ? 1 : 0 }
    return 1 - squares / spread
  }
}
