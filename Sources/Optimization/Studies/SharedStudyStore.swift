public import Basics
public import GRDB

/// Studies that workers share, and what they are about.
extension StudyStore {
  /// Adds a study that workers can ask.
  public func create(_ study: StudySummary, terms: StudyTerms, in db: Database) throws {
    try create(study, in: db)
    try db.execute(
      sql: "UPDATE study SET terms = ? WHERE id = ?",
      arguments: [String(decoding: terms.json.encoded(), as: UTF8.self), study.id.rawValue])
  }

  /// The shared study of that name, or nil.
  public func shared(
    _ name: String, project: String, in db: Database
  ) throws -> (summary: StudySummary, terms: StudyTerms)? {
    guard
      let row = try Row.fetchOne(
        db, sql: "SELECT * FROM study WHERE project = ? AND name = ? AND terms IS NOT NULL",
        arguments: [project, name]),
      let summary = StudySummary(row: row)
    else { return nil }
    return (summary, try Self.parsed(row["terms"]))
  }

  /// What a shared study is about; nil for one that its job leads alone.
  public func terms(of study: Identifier<StudySummary>, in db: Database) throws -> StudyTerms? {
    try String.fetchOne(
      db, sql: "SELECT terms FROM study WHERE id = ?", arguments: [study.rawValue]
    ).map(Self.parsed)
  }

  /// The points that a new study takes over from earlier ones of its project.
  ///
  /// - Throws: `study_not_found`, and what `WarmStart` throws.
  public func warmStart(
    _ space: SearchSpace?, from earlier: [Identifier<StudySummary>],
    goals: [OptimizationGoal], project: String, in db: Database
  ) throws -> WarmStart {
    try WarmStart(space, from: sources(earlier, project: project, in: db), goals: goals)
  }

  /// Earlier studies of a project with their trials.
  ///
  /// - Throws: `study_not_found`.
  public func sources(
    _ earlier: [Identifier<StudySummary>], project: String, in db: Database
  ) throws -> [WarmStart.Source] {
    try earlier.map { id in
      guard let summary = try study(id, in: db), summary.project == project else {
        throw OptimizationError.notFound(id)
      }
      return WarmStart.Source(summary, trials: try trials(of: id, in: db))
    }
  }

  /// Notes the job that leads a study from now on.
  public func assign(
    job: String, to study: Identifier<StudySummary>, in db: Database
  ) throws {
    try db.execute(
      sql: "UPDATE study SET job = ? WHERE id = ?", arguments: [job, study.rawValue])
  }

  private static func parsed(_ text: String) throws -> StudyTerms {
    try StudyTerms(json: try JSONValue(parsing: text))
  }
}
