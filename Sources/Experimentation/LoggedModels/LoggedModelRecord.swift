import GRDB

/// One row of the `loggedModel` table.
struct LoggedModelRecord: Codable, Sendable, FetchableRecord, MutablePersistableRecord {
  static let databaseTableName = "loggedModel"
  /// What other tables call the model by.
  var number: Int64?
  var id: String
  var experiment: String
  var name: String
  var kind: String
  var sourceRun: String?
  var foreignRun: String?
  var status: LoggedModel.Status
  var statusMessage: String
  var artifactLocation: String
  var lifecycle: LifecycleStage
  var createdAtMs: Int64
  var updatedAtMs: Int64

  mutating func didInsert(_ inserted: InsertionSuccess) { number = inserted.rowID }

  static func find(_ id: String, in db: Database) throws -> LoggedModelRecord {
    guard
      let record = try fetchOne(
        db, sql: "SELECT * FROM loggedModel WHERE id = ? AND lifecycle = 'active'",
        arguments: [id])
    else { throw notFound(id) }
    return record
  }

  static func notFound(_ id: String) -> ExperimentationError {
    ExperimentationError(
      .loggedModelNotFound, "Logged model with ID '\(id.prefix(100))' not found.")
  }

  /// The model with its params, tags and metrics.
  func model(in db: Database) throws -> LoggedModel {
    guard let experiment = ExperimentID(experiment) else {
      throw DatabaseError(message: "a logged model with a malformed experiment")
    }
    var model = LoggedModel(
      id: id, experiment: experiment, name: name, kind: kind,
      sourceRun: sourceRun.flatMap { RunID($0) }, foreignRun: foreignRun, status: status,
      statusMessage: statusMessage,
      artifactLocation: artifactLocation, lifecycle: lifecycle, createdAtMs: createdAtMs,
      updatedAtMs: updatedAtMs)
    model.params = try pairs("loggedModelParam", in: db)
    model.tags = try pairs("loggedModelTag", in: db)
    let rows = try Row.fetchAll(
      db,
      sql: """
        SELECT step, timestampMs, valueBits, key, run, datasetName, datasetDigest
        FROM loggedModelMetric WHERE model = ? ORDER BY key, run, step
        """, arguments: [number])
    model.metrics = rows.map { row in
      let point = MetricPoint(key: row["key"], row: row, from: 0)
      return (
        run: row["run"],
        metric: LoggedModelMetric(
          model: id, point: point, datasetName: row["datasetName"],
          datasetDigest: row["datasetDigest"])
      )
    }
    return model
  }

  private func pairs(_ table: String, in db: Database) throws -> [String: String] {
    let rows = try Row.fetchAll(
      db, sql: "SELECT key, value FROM \(table) WHERE model = ?", arguments: [number])
    return [String: String](uniqueKeysWithValues: rows.map { ($0["key"], $0["value"]) })
  }
}
