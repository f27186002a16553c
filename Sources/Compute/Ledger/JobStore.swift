import Basics
import Foundation
import GRDB
import JobProtocol

/// The rows of jobs: each method is one step of a transaction.
struct JobStore: Sendable {
  /// Folder of all jobs.
  let folder: String

  /// Adds a job, or returns the one that has the identifier.
  ///
  /// - Throws: `JobError` where it follows jobs that it cannot.
  func submit(_ record: JobRecord, in db: Database) throws -> Job {
    if let known = try JobRecord.find(record.id, in: db) {
      return try known.job(folder: folder)
    }
    var record = record
    let unfulfilled = record.held ? try unfulfilled(record, in: db) : []
    record.held = !unfulfilled.isEmpty
    try record.insert(db)
    try hold(record, until: unfulfilled, in: db)
    return try record.job(folder: folder)
  }

  func job(_ id: Identifier<Job>, in db: Database) throws -> Job {
    try record(id, in: db).job(folder: folder)
  }

  func list(limit: Int, state: JobStateMachine.State?, in db: Database) throws -> [Job] {
    let filter = state == nil ? "" : "WHERE state = ?"
    let arguments: StatementArguments = state.map { [$0.rawValue, limit] } ?? [limit]
    return try JobRecord.fetchAll(
      db, sql: "SELECT * FROM job \(filter) ORDER BY createdAtMs DESC, id DESC LIMIT ?",
      arguments: arguments
    ).map { try $0.job(folder: folder) }
  }

  /// The jobs that wait for a place on this machine, in the order in which they should start; without
  /// those that wait for others, of their array or to succeed.
  func waiting(limit: Int, in db: Database) throws -> [Packing.Demand] {
    let statement = try db.cachedStatement(
      sql: """
        SELECT id, cpus, memoryBytes, gpus, kind, waitingSinceMs, orderKeyMs FROM job
        WHERE site = 'local' AND state = 'queued' AND handedOver = 0 AND held = 0
          AND arrayAtMost IS NULL
        ORDER BY orderKeyMs, id LIMIT ?
        """)
    let free = try Row.fetchAll(statement, arguments: [limit])
    let limited = try waitingOfLimitedArrays(in: db)
    let rows =
      limited.isEmpty
      ? free
      : (free + limited).sorted {
        ($0["orderKeyMs"] as Int64, $0["id"] as String)
          < ($1["orderKeyMs"] as Int64, $1["id"] as String)
      }
    return rows.prefix(limit).compactMap { row in
      guard let id = Identifier<Job>(row["id"] as String) else { return nil }
      return Packing.Demand(
        job: id, cpus: row["cpus"], memoryBytes: row["memoryBytes"] ?? 0, gpus: row["gpus"],
        isService: row["kind"] == JobSpec.Kind.service.rawValue,
        waitingSinceMs: row["waitingSinceMs"])
    }
  }

  /// Makes the next attempt of a job that waits; nil if it no longer does.
  func begin(
    _ place: Packing.Holding, marker: String, bootId: String, atMs: Int64, in db: Database
  ) throws -> (job: Job, attempt: JobAttemptRecord)? {
    var row = try record(place.job, in: db)
    var machine = try row.machine
    guard machine.placeGranted() == .launch else { return nil }
    row.take(machine)
    (row.startedAtMs, row.exitCode, row.signal, row.message) = (atMs, nil, nil, nil)
    (row.progress, row.usage) = (nil, nil)
    try row.update(db)
    let attempt = JobAttemptRecord(
      AttemptKey(job: place.job, number: machine.attempt), site: row.site, marker: marker,
      bootId: bootId, place: place, atMs: atMs)
    try attempt.insert(db)
    return (try row.job(folder: folder), attempt)
  }

  /// Every attempt that has not ended, with its job.
  func openAttempts(in db: Database) throws -> [(job: Job, attempt: JobAttemptRecord)] {
    try JobAttemptRecord.fetchAll(db, sql: "SELECT * FROM jobAttempt WHERE endedAtMs IS NULL")
      .compactMap { attempt in
        guard let id = Identifier<Job>(attempt.job) else { return nil }
        return (try job(id, in: db), attempt)
      }
  }

  /// Takes a cancellation in and says what is to be done, and which jobs changed with this one.
  ///
  /// - Parameter room: how many others may change with it; the rest has its turn in other transactions.
  func cancel(
    _ id: Identifier<Job>, room: Int = portion, atMs: Int64, in db: Database
  ) throws -> (job: Job, action: JobStateMachine.Action, dependents: Dependents) {
    var row = try record(id, in: db)
    var machine = try row.machine
    let before = machine
    let action = machine.cancelRequested()
    var dependents = Dependents()
    if machine != before {
      row.take(machine)
      if machine.state == .ended { row.endedAtMs = atMs }
      try row.update(db)
      if before.isHeld { try forgetDependencies(of: row, in: db) }
      dependents = try updateDependents(of: row, room: room, atMs: atMs, in: db)
    }
    return (try row.job(folder: folder), action, dependents)
  }

  /// Puts a job that ended among those that wait; nil if it has not ended.
  ///
  /// - Throws: `JobError` where a job that it follows has ended otherwise than it should.
  func retry(_ id: Identifier<Job>, atMs: Int64, in db: Database) throws -> Job? {
    var row = try record(id, in: db)
    var machine = try row.machine
    let unfulfilled = machine.state == .ended ? try unfulfilled(row, in: db) : []
    guard machine.retryRequested(isHeld: !unfulfilled.isEmpty) == .enqueue else { return nil }
    row.take(machine)
    try row.wait(sinceMs: atMs)
    (row.restarts, row.restartReason) = (0, nil)
    try row.update(db)
    try hold(row, until: unfulfilled, in: db)
    return try row.job(folder: folder)
  }

  func record(_ id: Identifier<Job>, in db: Database) throws -> JobRecord {
    guard let record = try JobRecord.find(id.rawValue, in: db) else {
      throw JobError(
        .jobNotFound, "there is no job \(id)", hint: "`aifactory jobs list` shows the jobs.")
    }
    return record
  }

  /// True for trouble that may pass without a change of what is written: a full disk, a lock.
  static func mayPass(_ error: any Error) -> Bool {
    guard let error = error as? DatabaseError else { return false }
    return error.resultCode != .SQLITE_CONSTRAINT && error.resultCode != .SQLITE_ERROR
      && error.resultCode != .SQLITE_MISMATCH && error.resultCode != .SQLITE_CORRUPT
  }
}
