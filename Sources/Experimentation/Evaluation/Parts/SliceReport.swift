/// How the model does on the groups of one column.
struct SliceReport: Codable, Sendable, Equatable {
  struct Group: Codable, Sendable, Equatable {
    /// The value, or the range of values, that its rows share.
    var label: String
    var rowCount: Int
    /// Metrics that could be measured, by name.
    var metrics: [String: Double]
    /// The main metric with a 95 % interval (normal approximation of the bootstrap's deviation).
    var main: MeasuredMetric?
  }

  /// Groups under this size are counted, not measured.
  static let leastRows = 30

  var column: String
  /// Groups of at least `leastRows` rows, largest first.
  var groups: [Group]
  var smallGroupCount: Int
  var smallGroupRowCount: Int

  /// The measured group that is worst by a metric; the first of equals.
  func worstGroup(by metric: MetricName) -> Group? {
    var worst: (group: Group, value: Double)?
    for group in groups {
      guard let value = group.metrics[metric.rawValue], value.isFinite else { continue }
      if let known = worst, !metric.goal.prefers(known.value, over: value) { continue }
      worst = (group, value)
    }
    return worst?.group
  }
}
