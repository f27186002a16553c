/// Thins a curve out: of each stretch of points, the smallest and the largest value stay.
struct CurveSampler {
  private let stretch: Int
  private let keepsAll: Bool
  private var seen = 0
  private var low: (point: MetricPoint, position: Int)?
  private var high: (point: MetricPoint, position: Int)?
  private var last: MetricPoint?
  private var kept: [MetricPoint] = []

  /// - Parameters:
  ///   - count: how many points will come.
  ///   - limit: how many to keep, about; the first and the last are always kept.
  init(count: Int, limit: Int) {
    keepsAll = count <= limit
    stretch = max(1, (2 * count + max(1, limit) - 1) / max(1, limit))
  }

  mutating func add(_ point: MetricPoint) {
    if keepsAll || seen == 0 {
      kept.append(point)
      seen += 1
      return
    }
    last = point
    if low.map({ point.value < $0.point.value || $0.point.value.isNaN }) ?? true {
      low = (point, seen)
    }
    if high.map({ point.value > $0.point.value || $0.point.value.isNaN }) ?? true {
      high = (point, seen)
    }
    seen += 1
    if seen % stretch == 0 { flush() }
  }

  mutating func finish() -> [MetricPoint] {
    flush()
    if let last, kept.last != last { kept.append(last) }
    return kept
  }

  private mutating func flush() {
    guard let low, let high else { return }
    if low.position == high.position {
      kept.append(low.point)
    } else {
      kept += low.position < high.position ? [low.point, high.point] : [high.point, low.point]
    }
    self.low = nil
    self.high = nil
  }
}
