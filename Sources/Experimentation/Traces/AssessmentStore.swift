import Basics
public import GRDB

extension TraceStore {
  /// Keeps an assessment of a trace; one of that identifier is replaced.
  public static func put(
    _ assessment: Assessment, on trace: String, in db: Database
  ) throws {
    guard (1...250).contains(assessment.name.unicodeScalars.count) else {
      throw ExperimentationError(
        .invalidValue, "An assessment's name has 1 to 250 characters.")
    }
    try db.execute(
      sql: """
        INSERT OR REPLACE INTO assessment (id, trace, name, content, createdAtMs, updatedAtMs)
        VALUES (?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        assessment.id, try number(of: trace, in: db), assessment.name, assessment.content,
        assessment.createdAtMs, assessment.updatedAtMs,
      ])
  }

  /// The assessment of that identifier.
  public static func assessment(
    _ id: String, on trace: String, in db: Database
  ) throws -> Assessment {
    let all = try assessments(ofTrace: number(of: trace, in: db), in: db)
    guard let found = all.first(where: { $0.id == id }) else {
      throw notFound(id, on: trace)
    }
    return found
  }

  private static func notFound(_ id: String, on trace: String) -> ExperimentationError {
    ExperimentationError(
      .assessmentNotFound,
      "Assessment with ID '\(id.prefix(100))' not found for trace '\(trace)'")
  }

  /// Keeps an assessment that may stand in another's place, which is valid no longer.
  public static func add(_ assessment: Assessment, on trace: String, in db: Database) throws {
    try put(assessment, on: trace, in: db)
    guard let other = try overridden(by: assessment.id, in: db) else { return }
    let number = try number(of: trace, in: db)
    guard try setValid(false, other, on: number, in: db) else { throw notFound(other, on: trace) }
  }

  /// Removes an assessment, so that what it stood for is valid again; one that is not there is no
  /// error.
  public static func deleteAssessment(
    _ id: String, on trace: String, in db: Database
  ) throws {
    let number = try number(of: trace, in: db)
    let other = try overridden(by: id, in: db)
    try db.execute(
      sql: "DELETE FROM assessment WHERE id = ? AND trace = ?", arguments: [id, number])
    if let other, db.changesCount > 0 { _ = try setValid(true, other, on: number, in: db) }
  }

  private static func overridden(by id: String, in db: Database) throws -> String? {
    try String.fetchOne(
      db, sql: "SELECT content ->> '$.overrides' FROM assessment WHERE id = ?", arguments: [id]
    ).flatMap { $0.isEmpty ? nil : $0 }
  }

  private static func setValid(
    _ isValid: Bool, _ id: String, on trace: Int64, in db: Database
  ) throws -> Bool {
    try db.execute(
      sql: """
        UPDATE assessment SET content = json_set(content, '$.valid', json(?))
        WHERE id = ? AND trace = ?
        """, arguments: [isValid ? "true" : "false", id, trace])
    return db.changesCount > 0
  }

  static func assessments(ofTrace number: Int64, in db: Database) throws -> [Assessment] {
    try Row.fetchAll(
      db, sql: "SELECT * FROM assessment WHERE trace = ? ORDER BY createdAtMs, id",
      arguments: [number]
    ).map {
      Assessment(
        id: $0["id"], name: $0["name"], content: $0["content"], createdAtMs: $0["createdAtMs"],
        updatedAtMs: $0["updatedAtMs"])
    }
  }
}
