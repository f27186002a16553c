import Basics

/// How predicted numbers miss.
struct Residuals: Codable, Sendable, Equatable {
  struct Pair: Codable, Sendable, Equatable {
    var predicted: Double
    var actual: Double
  }

  static let mostPairs = 700
  static let binCount = 31

  /// Some rows, drawn with the seed.
  var pairs: [Pair]
  /// Bounds and counts of equally wide bins of `predicted - actual`; the ends hold what lies beyond.
  var lowerBound: Double
  var upperBound: Double
  var counts: [Int]
  var meanError: Double
  /// Of the error at 5, 25, 50, 75 and 95 %.
  var quantiles: [Double]
  /// Share of rows inside the 90 % interval, with its Wilson interval; nil without intervals.
  var coverage: MeasuredMetric?
  var meanIntervalWidth: Double?

  init?(truth: [Double], predicted: [Double], bounds: [ClosedRange<Double>]?, seed: UInt64) {
    let errors = zip(predicted, truth).map { $0 - $1 }
    let sorted = errors.filter(\.isFinite).sorted()
    guard !sorted.isEmpty, sorted.count == errors.count else { return nil }
    quantiles = [0.05, 0.25, 0.5, 0.75, 0.95].map { Quantile.of(sorted: sorted, at: $0) }
    meanError = sorted.reduce(0, +) / Double(sorted.count)
    // Symmetric, so that zero is the middle; far outliers share the outer bins.
    let reach = max(
      abs(Quantile.of(sorted: sorted, at: 0.005)), abs(Quantile.of(sorted: sorted, at: 0.995)))
    let edge = reach > 0 ? reach : 1
    (lowerBound, upperBound) = (-edge, edge)
    var counts = [Int](repeating: 0, count: Self.binCount)
    for error in sorted {
      let place = (error + edge) / (2 * edge) * Double(Self.binCount)
      counts[Int(min(max(place, 0), Double(Self.binCount - 1)))] += 1
    }
    self.counts = counts
    var rows = Array(truth.indices)
    var generator = SeededGenerator(seed: seed, stream: 11)
    generator.shuffle(&rows)
    pairs = rows.prefix(Self.mostPairs).map {
      Pair(predicted: predicted[$0], actual: truth[$0])
    }
    if let bounds {
      let inside = zip(bounds, truth).count { $0.contains($1) }
      coverage = Self.wilson(inside, of: truth.count)
      meanIntervalWidth =
        bounds.reduce(0) { $0 + $1.upperBound - $1.lowerBound } / Double(bounds.count)
    }
  }

  /// A share with its 95 % interval (Wilson 1927).
  static func wilson(_ part: Int, of whole: Int) -> MeasuredMetric {
    let n = Double(whole)
    let share = Double(part) / n
    let z = 1.959964
    let center = (share + z * z / (2 * n)) / (1 + z * z / n)
    let half =
      z / (1 + z * z / n) * (share * (1 - share) / n + z * z / (4 * n * n)).squareRoot()
    return MeasuredMetric(value: share, low: center - half, high: center + half)
  }
}
