public import Basics
public import GRDB
public import JobProtocol

/// Studies and their trials in the ledger.
///
/// All methods run inside a transaction of the caller, so that a study's rows change together with
/// what led to them (the journal's offset, the workflow run's stage).
public struct StudyStore: Sendable {
  /// It holds nothing.
  public init() {}

  /// Adds a study; one with the same id stays as it is.
  public func create(_ study: StudySummary, in db: Database) throws {
    try db.execute(
      sql: """
        INSERT INTO study (id, project, name, job, metric, goal, sampler, pruner, seed, createdAtMs,
          budget, space)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING
        """,
      arguments: [
        study.id.rawValue, study.project, study.name, study.job, study.metric,
        study.goal.rawValue, study.sampler, study.pruner, String(study.seed), study.createdAtMs,
        study.budget, study.space?.text,
      ])
    if study.goals.count > 1, try details(of: study.id, in: db) == nil {
      var details = StudyDetails(goals: study.goals)
      details.metrics = study.metrics
      try keep(details, of: study.id, in: db)
    }
  }

  /// Keeps what may be tried, once the search has told; what is no space changes nothing.
  public func keep(
    space text: String, of study: Identifier<StudySummary>, in db: Database
  ) throws {
    guard let space = SearchSpace(text: text) else { return }
    try db.execute(
      sql: "UPDATE study SET space = ? WHERE id = ?",
      arguments: [space.text, study.rawValue])
  }

  /// Keeps where initial points of a search are from, once it has told; what is no such list changes nothing.
  public func keep(
    warmStart text: String, of study: Identifier<StudySummary>, in db: Database
  ) throws {
    guard let json = try? JSONValue(parsing: text), let summary = try self.study(study, in: db)
    else { return }
    var details = try details(of: study, in: db) ?? StudyDetails(goals: summary.goals)
    details.warmStart = [WarmStart.Origin](json: json)
    try keep(details, of: study, in: db)
  }

  /// Keeps what programs noted of a study, JSON texts by key; what is no such object changes nothing.
  public func keep(
    attributes text: String, of study: Identifier<StudySummary>, in db: Database
  ) throws {
    guard let json = try? JSONValue(parsing: text), let summary = try self.study(study, in: db)
    else { return }
    var details = try details(of: study, in: db) ?? StudyDetails(goals: summary.goals)
    let noted = UserAttributes.texts(json).sorted { $0.key < $1.key }
    details.attributes =
      details.attributes.filter { $0.owner != .user }
      + noted.map { StudyAttribute(.user, $0.key, $0.value) }
    try keep(details, of: study, in: db)
  }

  /// Keeps what a search optimizes, once it has told.
  public func resolve(
    metric: String, goal: OptimizationGoal, of study: Identifier<StudySummary>, in db: Database
  ) throws {
    try db.execute(
      sql: "UPDATE study SET metric = ?, goal = ? WHERE id = ?",
      arguments: [metric, goal.rawValue, study.rawValue])
  }

  /// Records a trial, once for each study and number.
  ///
  /// Applying a report again changes nothing; a report of a later attempt of the search (it started
  /// later) replaces that of an earlier one.
  public func append(
    _ trial: TrialReport, to study: Identifier<StudySummary>, in db: Database
  ) throws {
    try db.cachedStatement(
      sql: """
        INSERT INTO trial (study, number, outcome, parameters, valueBits, steps, startedAtMs,
          endedAtMs, message)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (study, number) DO UPDATE SET outcome = excluded.outcome,
          parameters = excluded.parameters, valueBits = excluded.valueBits, steps = excluded.steps,
          startedAtMs = excluded.startedAtMs, endedAtMs = excluded.endedAtMs,
          message = excluded.message
        WHERE excluded.startedAtMs > trial.startedAtMs
        """
    ).execute(arguments: TrialRecord.arguments(of: trial, study: study))
    if let details = TrialDetails(trial) {
      try keep(details, of: study, number: trial.number, in: db)
    }
  }

  /// The study of that id, or nil.
  public func study(_ id: Identifier<StudySummary>, in db: Database) throws -> StudySummary? {
    try Row.fetchOne(db, sql: "SELECT * FROM study WHERE id = ?", arguments: [id.rawValue])
      .flatMap(StudySummary.init(row:))
  }

  /// The study that a job runs, or nil.
  public func study(ofJob job: String, in db: Database) throws -> StudySummary? {
    try Row.fetchOne(
      db, sql: "SELECT * FROM study WHERE job = ? ORDER BY createdAtMs DESC LIMIT 1",
      arguments: [job]
    ).flatMap(StudySummary.init(row:))
  }

  /// The newest studies of a project.
  public func studies(
    project: String = "default", limit: Int = 100, in db: Database
  ) throws -> [StudySummary] {
    try Row.fetchAll(
      db,
      sql: "SELECT * FROM study WHERE project = ? ORDER BY createdAtMs DESC, id LIMIT ?",
      arguments: [project, limit]
    ).compactMap(StudySummary.init(row:))
  }

  /// How many of a study's trials have ended, and the values of those that completed.
  ///
  /// It costs a small part of what `trials` does, for whoever looks again and again.
  public func progress(
    of study: Identifier<StudySummary>, in db: Database
  ) throws -> (trials: Int, values: [Double]) {
    let count = try db.cachedStatement(sql: "SELECT COUNT(*) FROM trial WHERE study = ?")
    let values = try db.cachedStatement(
      sql: """
        SELECT valueBits FROM trial
        WHERE study = ? AND outcome = 'completed' AND valueBits IS NOT NULL
        """)
    return (
      try Int.fetchOne(count, arguments: [study.rawValue]) ?? 0,
      try Int64.fetchAll(values, arguments: [study.rawValue]).map {
        Double(bitPattern: UInt64(bitPattern: $0))
      }
    )
  }

  /// A study's trials in number order; all of them, since the best may be the last.
  public func trials(
    of study: Identifier<StudySummary>, from number: Int = 0, limit: Int = Int.max, in db: Database
  ) throws -> [TrialReport] {
    try Row.fetchAll(
      db,
      sql: "SELECT * FROM trial WHERE study = ? AND number >= ? ORDER BY number LIMIT ?",
      arguments: [study.rawValue, number, limit]
    ).compactMap(TrialRecord.report(from:))
  }
}
