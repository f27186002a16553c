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
      throw ExperimentationError(
        .assessmentNotFound,
        "Assessment with ID '\(id.prefix(100))' not found for trace '\(trace)'")
    }
    return found
  }

  /// Removes an assessment; one that is not there is no error.
  public static func deleteAssessment(
    _ id: String, on trace: String, in db: Database
  ) throws {
    try db.execute(
      sql: "DELETE FROM assessment WHERE id = ? AND trace = ?",
      arguments: [id, try number(of: trace, in: db)])
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
