import Glibc

/// How a model's margin becomes what it predicts.
enum Link: String, Codable, Sendable {
  case identity
  /// Counts and positive amounts: e to the margin.
  case exponential
  /// The probability of the second of two classes.
  case logistic
  /// One probability a class.
  case softmax

  /// 1 / (1 + e^−m), for any margin.
  static func logistic(_ margin: Double) -> Double {
    if margin >= 0 { return 1 / (1 + exp(-margin)) }
    let small = exp(margin)
    return small / (1 + small)
  }

  /// Adds `weight` times the prediction of the margins to `sums`, one number a class or just one.
  func add(
    _ margins: UnsafeBufferPointer<Double>, weight: Double,
    to sums: UnsafeMutableBufferPointer<Double>
  ) {
    switch self {
    case .identity: sums[0] += weight * margins[0]
    case .exponential: sums[0] += weight * exp(margins[0])
    case .logistic:
      let probability = Self.logistic(margins[0])
      if sums.count == 1 {
        sums[0] += weight * probability
      } else {
        sums[0] += weight * (1 - probability)
        sums[1] += weight * probability
      }
    case .softmax:
      let most = margins.max() ?? 0
      var total = 0.0
      for margin in margins { total += exp(margin - most) }
      for (place, margin) in margins.enumerated() {
        sums[place] += weight * exp(margin - most) / total
      }
    }
  }
}
