import Basics
import GRDB

extension RunStore {
  /// A part of a curve thinned out to `limit` evenly spaced points and the peaks and valleys between
  /// them; empty for an unknown metric.
  public func sample(
    of key: String, run id: RunID, steps: ClosedRange<Int64> = .min ... .max, limit: Int
  ) async throws -> [MetricPoint] {
    try await ledger.read { db in
      let run = try Self.number(of: id, in: db)
      let arguments: StatementArguments = [run, key, steps.lowerBound, steps.upperBound]
      let source = """
        FROM metricPoint WHERE run = ? AND key = (SELECT number FROM metricKey WHERE name = ?)
        AND step BETWEEN ? AND ?
        """
      let count =
        try Int.fetchOne(db, sql: "SELECT count(*) \(source)", arguments: arguments) ?? 0
      let rows = try Row.fetchCursor(
        db,
        sql: """
          SELECT step, timestampMs, valueBits \(source) ORDER BY step, timestampMs, valueBits
          """, arguments: arguments)
      var sampler = CurveSampler(count: count, limit: limit)
      while let row = try rows.next() { sampler.add(MetricPoint(key: key, row: row, from: 0)) }
      return sampler.finish()
    }
  }
}
