import Basics
public import GRDB
import GRDBSQLite
import MLflowProtocol

extension RunStore {
  /// Adds points to the curves of a run in a transaction of its own.
  public func log(_ points: [MetricPoint], to id: RunID) async throws {
    try await ledger.write { db in try Self.log(points, to: id, in: db) }
  }

  /// Adds points to the curves of a run; a point that is there already is ignored.
  ///
  /// The latest value of each curve moves in the same transaction.
  public static func log(_ points: [MetricPoint], to id: RunID, in db: Database) throws {
    if points.isEmpty { return }
    try log(points, to: RunNumber(rawValue: try number(of: id, in: db)), in: db)
  }

  /// Adds points to the curves of a run whose number is known.
  public static func log(_ points: [MetricPoint], to run: RunNumber, in db: Database) throws {
    if points.isEmpty { return }
    let curves = try curves(of: points, in: db)
    // Rows of one curve lie side by side in the table.
    var rows = MetricRows(run: run.rawValue, capacity: points.count)
    for curve in curves {
      for position in curve.positions { rows.add(points[position], key: curve.key) }
    }
    try rows.insert(in: db)
    for curve in curves {
      try keepLatest(points[curve.latest], key: curve.key, run: run.rawValue, in: db)
    }
  }

  /// The points of one metric in a batch.
  private struct Curve {
    var key: Int64
    var positions: [Int]
    /// Where the last point is, in MLflow's order.
    var latest: Int
  }

  private static func curves(of points: [MetricPoint], in db: Database) throws -> [Curve] {
    var curves: [Curve] = []
    var known: [String: Int] = [:]
    for (position, point) in points.enumerated() {
      guard let index = known[point.key] else {
        known[point.key] = curves.count
        let key = try metricKey(point.key, in: db)
        curves.append(Curve(key: key, positions: [position], latest: position))
        continue
      }
      curves[index].positions.append(position)
      if point.isLater(than: points[curves[index].latest]) { curves[index].latest = position }
    }
    return curves
  }

  /// The curve of one metric in order of step, time and value; empty for an unknown metric.
  public func history(
    of key: String, run id: RunID, limit: Int, offset: Int = 0
  ) async throws -> [MetricPoint] {
    try await ledger.read { db in
      let run = try Self.number(of: id, in: db)
      let statement = try db.cachedStatement(
        sql: """
          SELECT step, timestampMs, valueBits FROM metricPoint
          WHERE run = ? AND key = (SELECT number FROM metricKey WHERE name = ?)
          ORDER BY step, timestampMs, valueBits LIMIT ? OFFSET ?
          """)
      try statement.setArguments([run, key, limit, offset])
      return try statement.points(of: key)
    }
  }

  /// How many points a run has, of all metrics.
  public func pointCount(of id: RunID) async throws -> Int {
    try await ledger.read { db in
      let run = try Self.number(of: id, in: db)
      return try Int.fetchOne(
        db, sql: "SELECT count(*) FROM metricPoint WHERE run = ?", arguments: [run]) ?? 0
    }
  }

  private static func keepLatest(
    _ point: MetricPoint, key: Int64, run: Int64, in db: Database
  ) throws {
    // NULL is NaN, which counts as 0.
    let statement = try db.cachedStatement(
      sql: """
        INSERT INTO latestMetric AS known (run, key, step, timestampMs, valueBits, value)
        VALUES (?, ?, ?, ?, ?, ?)
        ON CONFLICT (run, key) DO UPDATE SET step = excluded.step,
          timestampMs = excluded.timestampMs, valueBits = excluded.valueBits,
          value = excluded.value
        WHERE (excluded.step, excluded.timestampMs, coalesce(excluded.value, 0))
          > (known.step, known.timestampMs, coalesce(known.value, 0))
        """)
    try statement.run(
      .integer(run), .integer(key), .integer(point.step), .integer(point.timestampMs),
      .integer(Int64(bitPattern: point.value.bitPattern)),
      point.value.isNaN ? .null : .real(point.value))
  }

  private static func metricKey(_ name: String, in db: Database) throws -> Int64 {
    let select = try db.cachedStatement(sql: "SELECT number FROM metricKey WHERE name = ?")
    if let number = try select.first(.text(name), read: { $0.integer(0) }) { return number }
    try checkKey(name, kind: .metric)
    try db.execute(sql: "INSERT INTO metricKey (name) VALUES (?)", arguments: [name])
    return db.lastInsertedRowID
  }
}

extension Statement {
  /// Reads rows of step, time and value, at the speed of SQLite's own calls.
  fileprivate func points(of key: String) throws -> [MetricPoint] {
    let handle = sqliteStatement
    defer { sqlite3_reset(handle) }
    var points: [MetricPoint] = []
    while true {
      let code = sqlite3_step(handle)
      if code == SQLITE_DONE { return points }
      guard code == SQLITE_ROW else {
        throw DatabaseError(resultCode: ResultCode(rawValue: code))
      }
      let bits = UInt64(bitPattern: sqlite3_column_int64(handle, 2))
      points.append(
        MetricPoint(
          key: key, value: Double(bitPattern: bits), step: sqlite3_column_int64(handle, 0),
          timestampMs: sqlite3_column_int64(handle, 1)))
    }
  }
}

extension MetricPoint {
  /// MLflow's order of a metric's values: step, then time, then value, where NaN counts as 0
  /// (`_update_latest_metrics_if_necessary` of its store); of equal points the first one stays.
  fileprivate func isLater(than other: MetricPoint) -> Bool {
    if step != other.step { return step > other.step }
    if timestampMs != other.timestampMs { return timestampMs > other.timestampMs }
    return (value.isNaN ? 0 : value) > (other.value.isNaN ? 0 : other.value)
  }

  /// Reads step, time and the value's bits from a row.
  init(key: String, row: Row, from column: Int) {
    self.init(
      key: key, value: Double(bitPattern: UInt64(bitPattern: row[column + 2])),
      step: row[column], timestampMs: row[column + 1])
  }
}
