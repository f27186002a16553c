/// Thins a curve out: evenly spaced points stay, and between them every peak and valley.
///
/// The evenly spaced ones are those that MLflow's server picks, so that curves of runs that logged
/// at the same steps stay comparable; the extremes are what it would lose.
struct CurveSampler {
  private let count: Int
  private let limit: Int
  private var seen = 0
  /// How many evenly spaced points were kept.
  private var bucket = 0
  private var previous: MetricPoint?
  private var low: (point: MetricPoint, position: Int)?
  private var high: (point: MetricPoint, position: Int)?
  private var kept: [MetricPoint] = []

  /// - Parameters:
  ///   - count: how many points will come.
  ///   - limit: how many evenly spaced ones to keep; extremes between them come on top, two at most
  ///     for each.
  init(count: Int, limit: Int) {
    self.count = count
    self.limit = max(1, limit)
  }

  mutating func add(_ point: MetricPoint) {
    defer { seen += 1 }
    guard isEvenlySpaced(seen) else {
      if low.map({ point.value < $0.point.value || $0.point.value.isNaN }) ?? true {
        low = (point, seen)
      }
      if high.map({ point.value > $0.point.value || $0.point.value.isNaN }) ?? true {
        high = (point, seen)
      }
      return
    }
    keepExtremes(before: point)
    kept.append(point)
    previous = point
  }

  func finish() -> [MetricPoint] { kept }

  /// Whether the point starts one of `limit` equally large buckets, or is the last of all.
  private mutating func isEvenlySpaced(_ position: Int) -> Bool {
    if count <= limit || position == count - 1 { return true }
    guard bucket < limit - 1 else { return false }
    let start = bucket * (count / limit) + min(bucket, count % limit)
    guard position == start else { return false }
    bucket += 1
    return true
  }

  /// Keeps the extremes of a stretch where they lie outside of what its two ends span.
  private mutating func keepExtremes(before next: MetricPoint) {
    defer { (low, high) = (nil, nil) }
    // One point alone is the last: a limit of 1 asks for no curve.
    guard let low, let high, let previous else { return }
    let ends = [previous.value, next.value].filter { !$0.isNaN }
    let isLow = ends.allSatisfy { low.point.value < $0 }
    let isHigh = ends.allSatisfy { high.point.value > $0 } && high.position != low.position
    let extremes = [isLow ? low : nil, isHigh ? high : nil].compactMap { $0 }
    kept += extremes.sorted { $0.position < $1.position }.map(\.point)
  }
}
