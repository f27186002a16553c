import GRDB

/// One row of the `run` table.
struct RunRecord: Codable, Sendable, FetchableRecord, MutablePersistableRecord {
  static let databaseTableName = "run"
  /// What other tables call the run by.
  var number: Int64?
  var id: String
  var experiment: String
  var name: String
  var status: RunStatus
  var lifecycle: LifecycleStage
  var user: String
  var job: String?
  var artifactLocation: String
  var startedAtMs: Int64
  var endedAtMs: Int64?

  mutating func didInsert(_ inserted: InsertionSuccess) { number = inserted.rowID }

  static func find(_ id: RunID, in db: Database) throws -> RunRecord? {
    try fetchOne(db, sql: "SELECT * FROM run WHERE id = ?", arguments: [id.rawValue])
  }

  func requiredNumber() throws -> Int64 {
    guard let number else { throw DatabaseError(message: "a run without a number") }
    return number
  }

  func run() throws -> Run {
    guard let id = RunID(id), let experiment = ExperimentID(experiment) else {
      throw DatabaseError(message: "a run with a malformed id")
    }
    return Run(
      id: id, experiment: experiment, name: name, status: status, lifecycle: lifecycle,
      user: user, job: job, artifactLocation: artifactLocation, startedAtMs: startedAtMs,
      endedAtMs: endedAtMs)
  }
}
