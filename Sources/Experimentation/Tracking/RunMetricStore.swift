import Basics
public import GRDB

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
    let run = try number(of: id, in: db)
    let insert = try db.cachedStatement(
      sql: """
        INSERT OR IGNORE INTO metricPoint (run, key, step, timestampMs, valueBits)
        VALUES (?, ?, ?, ?, ?)
        """)
    var keys: [String: Int64] = [:]
    var latest: [Int64: MetricPoint] = [:]
    for point in points {
      let key = try keys[point.key] ?? metricKey(point.key, in: db)
      keys[point.key] = key
      try insert.execute(arguments: [
        run, key, point.step, point.timestampMs, Int64(bitPattern: point.value.bitPattern),
      ])
      guard let known = latest[key] else {
        latest[key] = point
        continue
      }
      if point.isLater(than: known) { latest[key] = point }
    }
    for (key, point) in latest { try keepLatest(point, key: key, run: run, in: db) }
  }

  /// The curve of one metric in order of step, time and value; empty for an unknown metric.
  public func history(of key: String, run id: RunID, limit: Int) async throws -> [MetricPoint] {
    try await ledger.read { db in
      let run = try Self.number(of: id, in: db)
      let rows = try Row.fetchAll(
        db,
        sql: """
          SELECT step, timestampMs, valueBits FROM metricPoint
          WHERE run = ? AND key = (SELECT number FROM metricKey WHERE name = ?)
          ORDER BY step, timestampMs, valueBits LIMIT ?
          """, arguments: [run, key, limit])
      return rows.map { point(key: key, row: $0) }
    }
  }

  static func latestMetrics(ofRun run: Int64, in db: Database) throws -> [MetricPoint] {
    let rows = try Row.fetchAll(
      db,
      sql: """
        SELECT name, step, timestampMs, valueBits FROM latestMetric
        JOIN metricKey ON metricKey.number = key WHERE run = ? ORDER BY name
        """, arguments: [run])
    return rows.map { point(key: $0["name"], row: $0) }
  }

  private static func keepLatest(
    _ point: MetricPoint, key: Int64, run: Int64, in db: Database
  ) throws {
    let known = try Row.fetchOne(
      db, sql: "SELECT step, timestampMs, valueBits FROM latestMetric WHERE run = ? AND key = ?",
      arguments: [run, key])
    if let known, !point.isLater(than: Experimentation.point(key: point.key, row: known)) {
      return
    }
    let statement = try db.cachedStatement(
      sql: """
        INSERT OR REPLACE INTO latestMetric (run, key, step, timestampMs, valueBits, value)
        VALUES (?, ?, ?, ?, ?, ?)
        """)
    try statement.execute(arguments: [
      run, key, point.step, point.timestampMs, Int64(bitPattern: point.value.bitPattern),
      point.value.isNaN ? nil : point.value,
    ])
  }

  private static func metricKey(_ name: String, in db: Database) throws -> Int64 {
    let select = try db.cachedStatement(sql: "SELECT number FROM metricKey WHERE name = ?")
    if let number = try Int64.fetchOne(select, arguments: [name]) { return number }
    try checkKey(name, kind: "metric")
    try db.execute(sql: "INSERT INTO metricKey (name) VALUES (?)", arguments: [name])
    return db.lastInsertedRowID
  }
}

extension MetricPoint {
  /// MLflow's order of a metric's values: step, then time, then value; NaN is the largest value.
  fileprivate func isLater(than other: MetricPoint) -> Bool {
    if step != other.step { return step > other.step }
    if timestampMs != other.timestampMs { return timestampMs > other.timestampMs }
    return value > other.value || (value.isNaN && !other.value.isNaN)
  }
}

private func point(key: String, row: Row) -> MetricPoint {
  MetricPoint(
    key: key, value: Double(bitPattern: UInt64(bitPattern: row["valueBits"])),
    step: row["step"], timestampMs: row["timestampMs"])
}
