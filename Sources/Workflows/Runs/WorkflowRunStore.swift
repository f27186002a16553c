public import Basics
internal import Compute
internal import GRDB

/// Workflow runs, their stages and what stages made, in the ledger.
public struct WorkflowRunStore: Sendable {
  let ledger: Ledger

  /// Keeps runs in that ledger.
  public init(ledger: Ledger) { self.ledger = ledger }

  /// Records a run that is to be driven.
  ///
  /// - Parameter alongside: what must be written together with it, or not at all.
  func create(
    _ run: WorkflowRun, alongside: @escaping @Sendable (Database) throws -> Void
  ) async throws {
    try await ledger.write { db in
      try WorkflowRunRecord(run).insert(db)
      for stage in run.stages { try StageRunRecord(stage, of: run.id).insert(db) }
      try alongside(db)
    }
  }

  /// The run of an identifier.
  public func run(_ id: Identifier<WorkflowRun>) async throws -> WorkflowRun {
    try await ledger.read { db in try Self.run(id, in: db) }
  }

  /// Whether somebody wants the run to end; false also of one that is not there.
  ///
  /// It costs a small part of what `run` does, for drives that look again and again.
  func isCancelRequested(_ id: Identifier<WorkflowRun>) async throws -> Bool {
    try await ledger.read { db in
      let statement = try db.cachedStatement(
        sql: "SELECT isCancelRequested FROM workflowRun WHERE id = ?")
      return try Bool.fetchOne(statement, arguments: [id.rawValue]) ?? false
    }
  }

  /// The newest runs first.
  public func list(limit: Int = 100, name: String? = nil) async throws -> [WorkflowRun] {
    try await ledger.read { db in
      let ids = try String.fetchAll(
        db,
        sql: """
          SELECT id FROM workflowRun WHERE ?1 IS NULL OR name = ?1
          ORDER BY createdAtMs DESC, rowid DESC LIMIT ?2
          """, arguments: [name, limit])
      return try ids.compactMap(Identifier<WorkflowRun>.init).map { try Self.run($0, in: db) }
    }
  }

  /// The runs that somebody must drive to their end, oldest first.
  func unfinished() async throws -> [Identifier<WorkflowRun>] {
    try await ledger.read { db in
      try String.fetchAll(
        db,
        sql: """
          SELECT id FROM workflowRun WHERE status IN ('queued', 'running') ORDER BY createdAtMs
          """
      ).compactMap(Identifier<WorkflowRun>.init)
    }
  }

  /// Changes a run in one transaction and returns it as it is then.
  ///
  /// - Parameter alongside: what must be written together with the change, or not at all; it gets the
  ///   run as it is then.
  @discardableResult
  func update(
    _ id: Identifier<WorkflowRun>,
    alongside: (@Sendable (WorkflowRun, Database) throws -> Void)? = nil,
    _ change: @escaping @Sendable (inout WorkflowRun) throws -> Void
  ) async throws -> WorkflowRun {
    try await ledger.write { db in
      var run = try Self.run(id, in: db)
      try change(&run)
      try alongside?(run, db)
      try WorkflowRunRecord(run).update(db)
      for stage in run.stages { try StageRunRecord(stage, of: id).update(db) }
      return run
    }
  }

  static func run(_ id: Identifier<WorkflowRun>, in db: Database) throws -> WorkflowRun {
    guard let record = try WorkflowRunRecord.fetchOne(db, key: id.rawValue) else {
      throw WorkflowError(
        .workflowRunNotFound, "There is no workflow run \(id).",
        hint: "`aifactory workflows list` shows them.")
    }
    let stages = try StageRunRecord.fetchAll(
      db, sql: "SELECT * FROM stageRun WHERE workflowRun = ? ORDER BY position",
      arguments: [id.rawValue])
    let jobs = try StageJobRecord.fetchAll(
      db, sql: "SELECT * FROM stageJob WHERE workflowRun = ? ORDER BY position",
      arguments: [id.rawValue])
    return try WorkflowRun(record, stages: stages, jobs: jobs)
  }
}

extension WorkflowRunStore {
  /// The identifier of the job that plays a role in a stage: drawn once, then always the same.
  ///
  /// It is recorded before the job is submitted, so that an interrupted run finds its job again.
  func plannedJob(
    _ role: String, stage: StageName, of run: Identifier<WorkflowRun>,
    details: StageJobDetails = StageJobDetails()
  ) async throws -> (id: Identifier<Job>, details: StageJobDetails) {
    let fresh = Identifier<Job>.random()
    let record = try await ledger.write { db in
      let known = try StageJobRecord.fetchOne(
        db, sql: "SELECT * FROM stageJob WHERE workflowRun = ? AND stage = ? AND role = ?",
        arguments: [run.rawValue, stage.rawValue, role])
      if let known { return known }
      let position = try Int.fetchOne(
        db, sql: "SELECT count(*) FROM stageJob WHERE workflowRun = ?", arguments: [run.rawValue])
      let record = StageJobRecord(
        job: fresh.rawValue, workflowRun: run.rawValue, stage: stage.rawValue, role: role,
        position: position ?? 0, details: try LedgerJSON.text(details))
      try record.insert(db)
      return record
    }
    guard let id = Identifier<Job>(record.job) else {
      throw WorkflowError(.ledgerDamaged, "\(record.job) is no job identifier")
    }
    return (id, try LedgerJSON.value(record.details) ?? StageJobDetails())
  }

  /// The stage for which a job works, or worked.
  public func stage(
    ofJob job: String
  ) async throws -> (run: Identifier<WorkflowRun>, stage: StageName)? {
    try await ledger.read { db in
      guard let record = try StageJobRecord.fetchOne(db, key: job),
        let run = Identifier<WorkflowRun>(record.workflowRun),
        let stage = StageName(rawValue: record.stage)
      else { return nil }
      return (run, stage)
    }
  }

  static func details(ofJob job: String, in db: Database) throws -> StageJobDetails? {
    try LedgerJSON.value(
      try String.fetchOne(db, sql: "SELECT details FROM stageJob WHERE job = ?", arguments: [job]))
  }

  /// What was made under a key, and by which run.
  func output(forKey key: String) async throws -> StageOutput? {
    let text = try await ledger.read { db in
      try String.fetchOne(
        db, sql: "SELECT output FROM stageOutput WHERE stageKey = ?", arguments: [key])
    }
    return try LedgerJSON.value(text)
  }

  /// Keeps what was made under a key for later runs.
  static func keep(
    _ output: StageOutput, stage: StageName, key: String, run: Identifier<WorkflowRun>,
    atMs: Int64, in db: Database
  ) throws {
    try db.execute(
      sql: """
        INSERT INTO stageOutput (stageKey, stage, output, workflowRun, createdAtMs)
        VALUES (?, ?, ?, ?, ?) ON CONFLICT (stageKey) DO UPDATE SET output = excluded.output
        """,
      arguments: [
        key, stage.rawValue, try LedgerJSON.text(output), run.rawValue, atMs,
      ])
  }

  /// The ingredients with which a workflow's stage last ran.
  func lastIngredients(
    workflow name: String, stage: StageName
  ) async throws -> StageIngredients? {
    let text = try await ledger.read { db in
      try String.fetchOne(
        db,
        sql: """
          SELECT stageRun.ingredients FROM stageRun
          JOIN workflowRun ON workflowRun.id = stageRun.workflowRun
          WHERE workflowRun.name = ? AND stageRun.name = ? AND stageRun.ingredients IS NOT NULL
          ORDER BY workflowRun.createdAtMs DESC, workflowRun.rowid DESC LIMIT 1
          """, arguments: [name, stage.rawValue])
    }
    return try LedgerJSON.value(text)
  }
}

/// What a job's reports belong to; recorded with the job before it is submitted.
struct StageJobDetails: Codable, Sendable, Equatable {
  /// The tracking run and the study of a search.
  var run: String?
  var study: String?
}
