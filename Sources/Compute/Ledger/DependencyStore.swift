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
    if let other = try failure(array: id, in: db) {
      throw Self.endedOtherwise(
        other, hint: "Retry what failed first; `aifactory jobs list --array \(id)` shows it.")
    }
    return try !hasSucceeded(array: id, in: db)
  }

  /// A job of an array that has ended otherwise than it should; nil where there is none.
  private func failure(array id: String, in db: Database) throws -> JobRecord? {
    let failed = try db.cachedStatement(
      sql: """
        SELECT * FROM job
        WHERE arrayId = ? AND arrayId IS NOT NULL AND reason IS NOT 'succeeded' AND state = 'ended'
        LIMIT 1
        """)
    return try JobRecord.fetchOne(failed, arguments: [id])
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

  /// What became of jobs that waited for others.
  struct Dependents: Sendable {
    /// Those that changed.
    var jobs: [Job] = []
    /// Jobs and arrays that have ended and for which some still wait: their turn is in another transaction.
    var left: [String] = []
  }

  /// Most jobs that one transaction changes where there may be thousands, so that it keeps no other waiting.
  static let portion = 50

  /// Lets those that wait for a job, or its array, go on where it has succeeded, and ends them where it ended
  /// otherwise, and those that wait for them in turn: as many as one transaction should.
  ///
  /// - Parameter room: how many that is where the transaction changes others as well.
  func updateDependents(
    of row: JobRecord, room: Int = portion, atMs: Int64, in db: Database
  ) throws -> Dependents {
    guard row.endedAtMs != nil else { return Dependents() }
    return try settleDependents(
      of: [row.id, row.arrayId].compactMap(\.self), room: room, atMs: atMs, in: db)
  }

  /// The same for jobs and arrays by their identifiers, whether or not they have ended.
  func settleDependents(
    of others: [String], room: Int = portion, atMs: Int64, in db: Database
  ) throws -> Dependents {
    var settled = Dependents()
    var (others, room) = (others, room)
    while let other = others.popLast() {
      let waiting = try dependents(on: other, limit: room + 1, in: db)
      guard !waiting.isEmpty else { continue }
      switch try standing(of: other, in: db) {
      case .lasts: continue
      case .succeeded:
        for id in waiting.prefix(room) {
          try fulfill(id, other, in: db)
          if let job = try release(id, atMs: atMs, in: db) { settled.jobs.append(job) }
        }
      case .endedOtherwise(let cause):
        for id in waiting.prefix(room) {
          guard let failed = try fail(id, because: cause, other, atMs: atMs, in: db) else {
            continue
          }
          others += [failed.id, failed.arrayId].compactMap(\.self)
          settled.jobs.append(try failed.job(folder: folder))
        }
      }
      if waiting.count > room { settled.left.append(other) }
      room -= min(room, waiting.count)
    }
    return settled
  }

  /// Jobs and arrays that have ended and for which some still wait, because a server was killed in between.
  func dependentsLeft(in db: Database) throws -> [String] {
    let others = try String.fetchAll(db, sql: "SELECT DISTINCT waitsFor FROM jobDependency")
    return try others.filter {
      if case .lasts = try standing(of: $0, in: db) { false } else { true }
    }
  }

  /// How what others wait for has ended.
  private enum Standing {
    case lasts, succeeded
    /// With that job, the only one or one of an array.
    case endedOtherwise(JobRecord)
  }

  private func standing(of other: String, in db: Database) throws -> Standing {
    guard Identifier<JobArray>(other) == nil else {
      if let cause = try failure(array: other, in: db) { return .endedOtherwise(cause) }
      return try hasSucceeded(array: other, in: db) ? .succeeded : .lasts
    }
    guard let row = try JobRecord.find(other, in: db), row.endedAtMs != nil else { return .lasts }
    return row.reason == JobReason.succeeded.rawValue ? .succeeded : .endedOtherwise(row)
  }

  private func dependents(on other: String, limit: Int, in db: Database) throws -> [String] {
    let statement = try db.cachedStatement(
      sql: "SELECT job FROM jobDependency WHERE waitsFor = ? ORDER BY job LIMIT ?")
    return try String.fetchAll(statement, arguments: [other, limit])
  }

  private func fulfill(_ id: String, _ other: String, in db: Database) throws {
    let statement = try db.cachedStatement(
      sql: "DELETE FROM jobDependency WHERE job = ? AND waitsFor = ?")
    try statement.execute(arguments: [id, other])
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
