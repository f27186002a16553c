/// What several measurements of one point come to, where values are noisy.
public struct RepeatedValues: Sendable, Equatable {
  /// One list for each measurement, with a value for each goal.
  public private(set) var measured: [[Double]] = []

  /// Chance of being taken for worse by mistake, at each look.
  static let mistake = 0.01

  /// No measurement.
  public init() {}

  /// Adds a measurement.
  public mutating func add(_ values: [Double]) { measured.append(values) }

  /// The mean for each goal; what a sampler sees.
  public var means: [Double] {
    (measured.first ?? []).indices.map { goal in
      measured.reduce(0) { $0 + $1[goal] } / Double(measured.count)
    }
  }

  /// The standard error of each mean: s/√n with n − 1 in the variance; 0 for one measurement.
  public var standardErrors: [Double] {
    let count = Double(measured.count)
    return zip(means, means.indices).map { mean, goal in
      guard count > 1 else { return 0 }
      let squares = measured.reduce(0) { $0 + ($1[goal] - mean) * ($1[goal] - mean) }
      return (squares / (count - 1) / count).squareRoot()
    }
  }

  /// Why no further measurement is worth its cost; nil while one is.
  ///
  /// Student's t test, one-sided, of the mean against that of the best, which was measured to the end; both
  /// are taken to be as noisy. With several goals nothing is clearly worse.
  ///
  /// - Parameters:
  ///   - best: the mean of the best trial, of which `repeats` measurements were taken.
  ///   - repeats: how many measurements a trial has.
  public func verdict(
    against best: Double, goal: OptimizationGoal, repeats: Int
  ) -> String? {
    let count = measured.count
    guard count > 1, count < repeats, means.count == 1 else { return nil }
    let gap = goal.loss(of: means[0]) - goal.loss(of: best)
    guard gap > 0 else { return nil }
    let error = standardErrors[0]
    let noise = error * (1 + Double(count) / Double(repeats)).squareRoot()
    let share = StudentDistribution.share(above: gap / noise, degrees: count - 1)
    guard share < Self.mistake else { return nil }
    return "after \(count) of \(repeats) measurements it had "
      + "\(TrialEnding.number(means[0])) ± \(TrialEnding.number(error)), clearly worse than the best, "
      + TrialEnding.number(best)
  }
}
