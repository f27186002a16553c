import Basics
import GRDB
import JobProtocol

/// Jobs that wait for others to succeed.
///
/// The table has what is still waited for; all that a job was to follow is in its specification.
extension JobStore {
  /// What a job waits for, as it is now.
  enum Dependency: Sendable {
    case job(Job)
    case array(JobArray)
  }

  /// What the job of a row follows that is still to succeed.
  ///
  /// - Throws: `JobError` for what is not there or can never succeed, or has ended otherwise.
  func unfulfilled(_ row: JobRecord, in db: Database) throws -> [String] {
    let spec: JobSpec = try RecordJSON.value(row.spec)
    var seen: Set<String> = []
    return try (spec.after ?? []).filter { other in
      guard seen.insert(other).inserted else { return false }
      if Identifier<Job>(other) != nil { return try isUnfulfilled(job: other, of: row, in: db) }
      if Identifier<JobArray>(other) != nil {
        return try isUnfulfilled(array: other, of: row, in: db)
      }
      guard Identifier<NamedService>(other) == nil else { throw Self.neverSucceeds(other) }
      throw JobError(
        .specInvalid, "\(visible(other)) is no identifier of a job and none of an array",
        hint: "`aifactory jobs list` shows the jobs.")
    }
  }

  private func isUnfulfilled(job id: String, of row: JobRecord, in db: Database) throws -> Bool {
    guard let other = try JobRecord.find(id, in: db), other.project == row.project else {
      throw JobError(
        .jobNotFound, "there is no job \(id), which the job is to follow",
        hint: "`aifactory jobs list` shows the jobs.")
    }
    guard other.kind == JobSpec.Kind.batch.rawValue else { throw Self.neverSucceeds(id) }
    guard other.state == JobStateMachine.State.ended.rawValue else { return true }
    guard other.reason == JobReason.succeeded.rawValue else {
      throw Self.endedOtherwise(other, hint: "Retry it first: aifactory jobs retry \(id)")
    }
    return false
  }

  private func isUnfulfilled(array id: String, of row: JobRecord, in db: Database) throws -> Bool {
    let first = try db.cachedStatement(sql: "SELECT * FROM job WHERE arrayId = ? LIMIT 1")
    guard let some = try JobRecord.fetchOne(first, arguments: [id]), some.project == row.project
    else {
      throw JobError(
        .jobNotFound, "there is no array \(id), which the job is to follow",
        hint: "`aifactory jobs list` shows the jobs.")
    }
    guard some.kind == JobSpec.Kind.batch.rawValue else { throw Self.neverSucceeds(id) }
    let failed = try db.cachedStatement(
      sql: """
        SELECT * FROM job
        WHERE arrayId = ? AND arrayId IS NOT NULL AND reason IS NOT 'succeeded' AND state = 'ended'
        LIMIT 1
        """)
    if let other = try JobRecord.fetchOne(failed, arguments: [id]) {
      throw Self.endedOtherwise(
        other, hint: "Retry what failed first; `aifactory jobs list --array \(id)` shows it.")
    }
    return try !hasSucceeded(array: id, in: db)
  }

  /// Whether all jobs of an array have succeeded.
  private func hasSucceeded(array id: String, in db: Database) throws -> Bool {
    let others = try db.cachedStatement(
      sql: """
        SELECT NOT EXISTS (
          SELECT 1 FROM job
          WHERE arrayId = ? AND arrayId IS NOT NULL AND reason IS NOT 'succeeded')
        """)
    return try Bool.fetchOne(others, arguments: [id]) ?? false
  }

  private static func neverSucceeds(_ id: String) -> JobError {
    JobError(
      .specInvalid, "\(id) is a service, which never succeeds, so nothing can follow it",
      hint: "Follow a job that ends by itself.")
  }

  private static func endedOtherwise(_ other: JobRecord, hint: String) -> JobError {
    JobError(
      .dependencyFailed,
      "job \(other.id), which the job is to follow, has ended: \(other.reason ?? "")", hint: hint)
  }

  /// Notes what a job waits for.
  func hold(_ row: JobRecord, until others: [String], in db: Database) throws {
    guard !others.isEmpty else { return }
    let statement = try db.cachedStatement(
      sql: "INSERT INTO jobDependency (job, waitsFor) VALUES (?, ?)")
    for other in others { try statement.execute(arguments: [row.id, other]) }
  }

  /// Notes that a job waits for nothing any more.
  func forgetDependencies(of row: JobRecord, in db: Database) throws {
    let statement = try db.cachedStatement(sql: "DELETE FROM jobDependency WHERE job = ?")
    try statement.execute(arguments: [row.id])
  }

  /// Lets those that wait for a job, or its array, go on where it has succeeded, and ends them where it ended
  /// otherwise, and those that wait for them in turn.
  ///
  /// - Returns: the jobs that changed.
  func updateDependents(of row: JobRecord, atMs: Int64, in db: Database) throws -> [Job] {
    var changed: [Job] = []
    var ended = row.endedAtMs == nil ? [] : [row]
    while let row = ended.popLast() {
      for other in [row.id, row.arrayId].compactMap(\.self) {
        let dependents = try dependents(on: other, in: db)
        guard !dependents.isEmpty else { continue }
        if row.reason != JobReason.succeeded.rawValue {
          for id in dependents {
            guard let failed = try fail(id, because: row, other, atMs: atMs, in: db) else {
              continue
            }
            ended.append(failed)
            changed.append(try failed.job(folder: folder))
          }
        } else if try other == row.id || hasSucceeded(array: other, in: db) {
          try db.execute(sql: "DELETE FROM jobDependency WHERE waitsFor = ?", arguments: [other])
          changed += try dependents.compactMap { try release($0, atMs: atMs, in: db) }
        }
      }
    }
    return changed
  }

  private func dependents(on other: String, in db: Database) throws -> [String] {
    let statement = try db.cachedStatement(
      sql: "SELECT job FROM jobDependency WHERE waitsFor = ? ORDER BY job")
    return try String.fetchAll(statement, arguments: [other])
  }

  /// Lets a job go on that waits for nothing any more; nil where it still waits.
  private func release(_ id: String, atMs: Int64, in db: Database) throws -> Job? {
    let others = try db.cachedStatement(
      sql: "SELECT EXISTS (SELECT 1 FROM jobDependency WHERE job = ?)")
    guard try Bool.fetchOne(others, arguments: [id]) == false,
      var row = try JobRecord.find(id, in: db)
    else { return nil }
    var machine = try row.machine
    guard machine.released() == .enqueue else { return nil }
    row.take(machine)
    try row.wait(sinceMs: atMs)
    try row.update(db)
    return try row.job(folder: folder)
  }

  /// Ends a job because of one that it was to follow.
  ///
  /// - Parameter other: that job, or its array.
  private func fail(
    _ id: String, because cause: JobRecord, _ other: String, atMs: Int64, in db: Database
  ) throws -> JobRecord? {
    guard var row = try JobRecord.find(id, in: db) else { return nil }
    try forgetDependencies(of: row, in: db)
    var machine = try row.machine
    guard machine.dependencyFailed() != .none else { return nil }
    row.take(machine)
    row.endedAtMs = atMs
    let whole = other == cause.id ? "" : " of \(other)"
    row.message =
      "it was to follow \(cause.id) (\(cause.name))\(whole), which ended: \(cause.reason ?? "")"
    try row.update(db)
    return row
  }

  /// What a job waits for.
  func dependencies(of id: Identifier<Job>, in db: Database) throws -> [Dependency] {
    try String.fetchAll(
      db, sql: "SELECT waitsFor FROM jobDependency WHERE job = ? ORDER BY waitsFor",
      arguments: [id.rawValue]
    ).compactMap { other in
      if let job = Identifier<Job>(other) { return .job(try self.job(job, in: db)) }
      return try Identifier<JobArray>(other).flatMap { try array($0, in: db) }.map { .array($0) }
    }
  }
}
