import Basics
public import GRDB

/// Keys of tags that mean something to the factory too.
public enum RunTagKey {
  /// The run's name; setting the tag renames the run and the reverse.
  public static let name = "mlflow.runName"
}

extension RunStore {
  /// Changes what is not nil: status with the end time, name.
  public static func update(
    _ id: RunID, status: RunStatus? = nil, endedAtMs: Int64? = nil, name: String? = nil,
    in db: Database
  ) throws -> Run {
    guard var record = try RunRecord.find(id, in: db) else { throw notFound(id) }
    guard record.lifecycle == .active else { throw notActive(id) }
    if let status {
      record.status = status
      if !status.isFinal { record.endedAtMs = nil }
    }
    if let endedAtMs { record.endedAtMs = endedAtMs }
    if let name, !name.isEmpty {
      record.name = name
      let run = try record.requiredNumber()
      try db.execute(
        sql: "INSERT OR REPLACE INTO runTag (run, key, value) VALUES (?, ?, ?)",
        arguments: [run, RunTagKey.name, name])
    }
    try record.update(db)
    return try record.run()
  }

  /// Moves a run to the trash or back.
  public static func setLifecycle(
    _ lifecycle: LifecycleStage, of id: RunID, nowMs: Int64, in db: Database
  ) throws {
    try db.execute(
      sql: "UPDATE run SET lifecycle = ?, deletedAtMs = ? WHERE id = ?",
      arguments: [lifecycle.rawValue, lifecycle == .deleted ? nowMs : nil, id.rawValue])
    if db.changesCount == 0 { throw notFound(id) }
  }

  /// Makes sure that a run exists and is not in the trash.
  public static func requireActive(_ id: RunID, in db: Database) throws {
    let statement = try db.cachedStatement(sql: "SELECT lifecycle FROM run WHERE id = ?")
    guard let stage = try String.fetchOne(statement, arguments: [id.rawValue]) else {
      throw notFound(id)
    }
    if stage != LifecycleStage.active.rawValue { throw notActive(id) }
  }

  private static func notActive(_ id: RunID) -> ExperimentationError {
    ExperimentationError(
      .runNotActive,
      "The run \(id) must be in the 'active' state. Current state is deleted.",
      hint: "Restore the run first.")
  }
}
