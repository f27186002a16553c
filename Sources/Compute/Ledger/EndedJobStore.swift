import Basics
public import GRDB

/// Folders of jobs that nobody needs any more.
enum EndedJobStore {
  /// Whether a job ended before a moment; nil where there is no such job.
  static func ended(_ id: String, beforeMs: Int64, in db: Database) throws -> Bool? {
    try Bool.fetchOne(
      db, sql: "SELECT state = 'ended' AND endedAtMs < ? FROM job WHERE id = ?",
      arguments: [beforeMs, id])
  }
}

extension Jobs {
  /// Whether a job is there and has not ended.
  public static func lasts(_ id: String, in db: Database) throws -> Bool {
    try Bool.fetchOne(db, sql: "SELECT state <> 'ended' FROM job WHERE id = ?", arguments: [id])
      ?? false
  }
}
