import DataPipelines

/// How long one row takes, measured in this process.
struct Latency: Codable, Sendable, Equatable {
  var medianMs: Double
  /// The 99th percentile.
  var slowMs: Double
  var callCount: Int

  /// Calls the model with one row at a time.
  static func measure(_ model: any EvaluatedModel, _ table: Table) throws -> Latency? {
    guard table.rowCount > 0 else { return nil }
    let clock = ContinuousClock()
    let rows = (0..<min(100, table.rowCount)).map { table.rows([$0]) }
    var times: [Double] = []
    for call in 0..<320 {
      let row = rows[call % rows.count]
      let start = clock.now
      _ = try model.predict(row)
      let spent = start.duration(to: clock.now).components
      // The first calls warm caches up.
      guard call >= 20 else { continue }
      times.append(Double(spent.seconds) * 1e3 + Double(spent.attoseconds) * 1e-15)
    }
    times.sort()
    return Latency(
      medianMs: Quantile.of(sorted: times, at: 0.5), slowMs: Quantile.of(sorted: times, at: 0.99),
      callCount: times.count)
  }
}
