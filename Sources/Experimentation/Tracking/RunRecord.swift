import Basics
import GRDB

/// One row of the `run` table.
struct RunRecord: Sendable, FetchableRecord {
  /// What other tables call the run by.
  var number: Int64
  var run: Run
  /// The tag `mlflow.runName`, which no other table holds; nil where somebody removed it or a run
  /// of the factory never had it.
  var nameTag: String?

  /// What `init(row:)` reads, in its order.
  static let selection = """
    run.number, run.id, run.experiment, run.name, run.status, run.lifecycle, run.user, run.job,
    run.artifactLocation, run.startedAtMs, run.endedAtMs, run.nameTag
    """

  /// Reads the columns of `selection` by position: searches read thousands of rows.
  init(row: Row) throws {
    guard let id = RunID(row[1]), let experiment = ExperimentID(row[2]),
      let status = RunStatus(rawValue: row[4]), let lifecycle = LifecycleStage(rawValue: row[5])
    else { throw DatabaseError(message: "a run with a malformed id or status") }
    number = row[0]
    run = Run(
      id: id, experiment: experiment, name: row[3], status: status, lifecycle: lifecycle,
      user: row[6], job: row[7], artifactLocation: row[8], startedAtMs: row[9],
      endedAtMs: row[10])
    nameTag = row[11]
  }

  static func find(_ id: RunID, in db: Database) throws -> RunRecord? {
    let statement = try db.cachedStatement(sql: "SELECT \(selection) FROM run WHERE id = ?")
    return try fetchOne(statement, arguments: [id.rawValue])
  }

  /// Adds a run; false where there is one with that identifier.
  static func insert(_ run: Run, nameTag: String?, in db: Database) throws -> Bool {
    let statement = try db.cachedStatement(
      sql: """
        INSERT INTO run (id, experiment, name, status, lifecycle, user, job, artifactLocation,
          startedAtMs, endedAtMs, nameTag) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
          ON CONFLICT (id) DO NOTHING
        """)
    try statement.run(
      .text(run.id.rawValue), .text(run.experiment.rawValue), .text(run.name),
      .text(run.status.rawValue), .text(run.lifecycle.rawValue), .text(run.user),
      BoundValue(run.job), .text(run.artifactLocation), .integer(run.startedAtMs),
      BoundValue(run.endedAtMs), BoundValue(nameTag))
    return db.changesCount > 0
  }
}
