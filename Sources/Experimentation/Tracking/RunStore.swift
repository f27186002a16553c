public import Basics
public import GRDB

/// Runs and what they log, in the ledger.
///
/// The static functions join a transaction of their caller; the others are one transaction each.
public struct RunStore: Sendable {
  let ledger: Ledger

  /// Keeps runs in that ledger.
  public init(ledger: Ledger) { self.ledger = ledger }

  /// Starts a run in a transaction of its own.
  public func create(
    _ id: RunID = .random(), in experiment: ExperimentID, name: String, job: String? = nil,
    user: String = "", startedAtMs: Int64
  ) async throws -> Run {
    try await ledger.write { db in
      try Self.create(
        id, experiment: experiment, name: name, job: job, user: user, startedAtMs: startedAtMs,
        in: db)
    }
  }

  /// Starts a run; one that exists already with that identifier is returned as it is.
  @discardableResult
  public static func create(
    _ id: RunID, experiment: ExperimentID, name: String, job: String? = nil, user: String = "",
    startedAtMs: Int64, in db: Database
  ) throws -> Run {
    let home = try ExperimentStore.experiment(experiment, in: db)
    return try create(
      id, in: home, name: name, job: job, user: user, startedAtMs: startedAtMs, db)
  }

  /// Starts a run with tags in an experiment that was just read.
  public static func create(
    _ id: RunID, in home: Experiment, name: String, job: String? = nil, user: String = "",
    startedAtMs: Int64, tags: [String: String] = [:], _ db: Database
  ) throws -> Run {
    var others = tags
    let tagged = others.removeValue(forKey: RunTagKey.name)
    if let tagged { try checkTag(RunTagKey.name, tagged) }
    let run = Run(
      id: id, experiment: home.id, name: tagged ?? name, status: .running, lifecycle: .active,
      user: user,
      job: job, artifactLocation: home.artifactLocation + "/\(id)/artifacts",
      startedAtMs: startedAtMs, endedAtMs: nil)
    if try RunRecord.insert(run, nameTag: tagged, in: db) {
      try setTags(others, ofRun: db.lastInsertedRowID, isNew: true, in: db)
      return run
    }
    guard let known = try RunRecord.find(id, in: db) else { throw notFound(id) }
    try setTags(tags, ofRun: known.number, isNew: true, in: db)
    return known.run
  }

  /// Moves a run to another status; the end time is kept only for a final one.
  public static func setStatus(
    _ status: RunStatus, of id: RunID, endedAtMs: Int64? = nil, in db: Database
  ) throws {
    try db.execute(
      sql: "UPDATE run SET status = ?, endedAtMs = ? WHERE id = ?",
      arguments: [status.rawValue, status.isFinal ? endedAtMs : nil, id.rawValue])
    if db.changesCount == 0 { throw notFound(id) }
  }

  /// The run of that identifier with all it logged.
  public func details(_ id: RunID) async throws -> RunDetails {
    try await ledger.read { db in try Self.details(id, in: db) }
  }

  /// The run of that identifier with all it logged.
  public static func details(_ id: RunID, in db: Database) throws -> RunDetails {
    guard let record = try RunRecord.find(id, in: db) else { throw notFound(id) }
    return try details(of: [record], in: db)[0]
  }

  /// The runs of a job, oldest first.
  public static func runs(ofJob job: String, in db: Database) throws -> [Run] {
    try RunRecord.fetchAll(
      db, sql: "SELECT \(RunRecord.selection) FROM run WHERE job = ? ORDER BY number",
      arguments: [job]
    ).map(\.run)
  }

  static func number(of id: RunID, in db: Database) throws -> Int64 {
    let statement = try db.cachedStatement(sql: "SELECT number FROM run WHERE id = ?")
    guard let number = try statement.first(.text(id.rawValue), read: { $0.integer(0) }) else {
      throw notFound(id)
    }
    return number
  }

  static func notFound(_ id: RunID) -> ExperimentationError {
    ExperimentationError(
      .runNotFound, "Run with id=\(id) not found.", hint: "`aifactory runs list` shows the newest.")
  }
}
