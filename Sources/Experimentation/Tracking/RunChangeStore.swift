import Basics
public import GRDB

extension RunStore {
  /// Changes what is not nil: status with the end time, name.
  public static func update(
    _ id: RunID, status: RunStatus? = nil, endedAtMs: Int64? = nil, name: String? = nil,
    in db: Database
  ) throws -> Run {
    guard let record = try RunRecord.find(id, in: db) else { throw notFound(id) }
    var (run, nameTag) = (record.run, record.nameTag)
    guard run.lifecycle == .active else { throw notActive(id) }
    if let status {
      run.status = status
      if !status.isFinal { run.endedAtMs = nil }
    }
    if let endedAtMs { run.endedAtMs = endedAtMs }
    if let name, !name.isEmpty {
      (run.name, nameTag) = (name, name)
    }
    let update = try db.cachedStatement(
      sql: "UPDATE run SET status = ?, endedAtMs = ?, name = ?, nameTag = ? WHERE number = ?")
    try update.run(
      .text(run.status.rawValue), BoundValue(run.endedAtMs), .text(run.name), BoundValue(nameTag),
      .integer(record.number))
    return run
  }

  /// Hands a run to the job that does its work from now on.
  public static func hand(_ id: RunID, to job: String, in db: Database) throws {
    let number = try number(of: id, in: db)
    try db.execute(sql: "UPDATE run SET job = ? WHERE number = ?", arguments: [job, number])
    try setTags([RunTagKey.job: job], ofRun: number, in: db)
  }

  /// Moves a run to the trash or back.
  public static func setLifecycle(
    _ lifecycle: LifecycleStage, of id: RunID, nowMs: Int64, in db: Database
  ) throws {
    if lifecycle == .active, try TrashStore.isCondemned(run: id.rawValue, in: db) {
      throw notFound(id)
    }
    try db.execute(
      sql: "UPDATE run SET lifecycle = ?, deletedAtMs = ? WHERE id = ?",
      arguments: [lifecycle.rawValue, lifecycle == .deleted ? nowMs : nil, id.rawValue])
    if db.changesCount == 0 { throw notFound(id) }
  }

  /// Makes sure that a run exists and is not in the trash, and tells what other tables call it by.
  @discardableResult
  public static func requireActive(_ id: RunID, in db: Database) throws -> RunNumber {
    let statement = try db.cachedStatement(
      sql: "SELECT number, lifecycle = 'active' FROM run WHERE id = ?")
    let found = try statement.first(.text(id.rawValue)) { ($0.integer(0), $0.integer(1) == 1) }
    guard let (number, isActive) = found else { throw notFound(id) }
    guard isActive else { throw notActive(id) }
    return RunNumber(rawValue: number)
  }

  private static func notActive(_ id: RunID) -> ExperimentationError {
    ExperimentationError(
      .runNotActive,
      "The run \(id) must be in the 'active' state. Current state is deleted.",
      hint: "Restore the run first.")
  }
}
