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

  /// Earlier studies of a project with the trials that are in the ledger.
  ///
  /// - Parameter earlier: identifiers, or names that one study alone has.
  /// - Throws: `study_not_found`, `study_ambiguous`.
  public func sources(
    _ earlier: [String], project: String, in db: Database
  ) throws -> [WarmStart.Source] {
    try earlier.map { word in
      let summary = try study(named: word, project: project, in: db)
      return WarmStart.Source(summary, trials: try trials(of: summary.id, in: db))
    }
  }

  /// The study of a project with that identifier, or the one of that name.
  ///
  /// - Throws: `study_not_found`, `study_ambiguous` where several have the name.
  public func study(named word: String, project: String, in db: Database) throws -> StudySummary {
    if let id = Identifier<StudySummary>(word) {
      guard let found = try study(id, in: db), found.project == project else {
        throw OptimizationError.notFound(id)
      }
      return found
    }
    let named = try Row.fetchAll(
      db,
      sql: """
        SELECT * FROM study WHERE project = ? AND name = ? ORDER BY createdAtMs DESC, id LIMIT 1000
        """, arguments: [project, word]
    ).compactMap(StudySummary.init(row:))
    guard let newest = named.first else {
      let names = try studies(project: project, limit: 1_000, in: db).map(\.name)
      throw OptimizationError(
        code: .studyNotFound, message: "no study has the identifier or the name \(visible(word))",
        hint: nearestWord(to: word, among: names).map { "did you mean \($0)?" }
          ?? "`aifactory studies list` shows the newest")
    }
    guard named.count == 1 else {
      throw OptimizationError(
        code: .studyAmbiguous, message: "\(named.count) studies have the name \(visible(word))",
        hint: "say which one by its identifier; the newest is \(newest.id)")
    }
    return newest
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
