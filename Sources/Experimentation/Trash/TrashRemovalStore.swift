import Basics
public import GRDB

/// The steps of removing what a plan names; each is one short transaction.
///
/// A run is condemned first, from where it cannot be restored, then emptied piece by piece: whoever
/// is interrupted goes on. Whether it still lies in the trash is asked again at that moment.
extension TrashStore {
  /// Points that one transaction removes at most: a few milliseconds of writing.
  public static let pointsAtOnce = 5_000
  /// Artifacts, likewise.
  public static let artifactsAtOnce = 2_000

  /// Removes a logged model; its artifacts are condemned.
  public static func remove(
    model: TrashPlan.Item, nowMs: Int64, in db: Database
  ) throws -> Bool {
    try db.execute(sql: "DELETE FROM loggedModel WHERE number = ?", arguments: [model.number])
    guard db.changesCount > 0 else { return false }
    try condemn(folder: model.folder, nowMs: nowMs, in: db)
    return true
  }

  /// Takes the way back from a run; false where it was restored meanwhile or is gone.
  public static func condemn(
    run: TrashPlan.Item, nowMs: Int64, in db: Database
  ) throws -> Bool {
    try db.execute(
      sql: """
        INSERT OR IGNORE INTO condemned (kind, name, condemnedAtMs)
        SELECT 'run', id, ? FROM run WHERE id = ? AND lifecycle = 'deleted'
        """, arguments: [nowMs, run.id])
    return try isCondemned(run: run.id, in: db)
  }

  /// Removes some points of a run; returns how many.
  public static func removePoints(of run: Int64, in db: Database) throws -> Int {
    guard
      let last = try Row.fetchOne(
        db,
        sql: """
          SELECT key, step, timestampMs, valueBits FROM metricPoint WHERE run = ?
          ORDER BY key, step, timestampMs, valueBits LIMIT 1 OFFSET ?
          """, arguments: [run, pointsAtOnce - 1])
    else {
      try db.execute(sql: "DELETE FROM metricPoint WHERE run = ?", arguments: [run])
      return db.changesCount
    }
    let values: [Int64] = [last[0], last[1], last[2], last[3]]
    try db.execute(
      sql: """
        DELETE FROM metricPoint
        WHERE run = ? AND (key, step, timestampMs, valueBits) <= (?, ?, ?, ?)
        """, arguments: StatementArguments([run] + values))
    return db.changesCount
  }

  /// Removes a run whose points are gone; its artifacts are condemned.
  ///
  /// A run that a row refers to by now stays, without its points.
  public static func remove(
    run: TrashPlan.Item, nowMs: Int64, in db: Database
  ) throws -> Bool {
    guard try ForeignNames(of: "run", besides: [], in: db).table(naming: run.id, in: db) == nil
    else { return false }
    try db.execute(sql: "DELETE FROM run WHERE number = ?", arguments: [run.number])
    try condemn(folder: run.folder, nowMs: nowMs, in: db)
    try db.execute(
      sql: "DELETE FROM condemned WHERE kind = 'run' AND name = ?", arguments: [run.id])
    return true
  }

  /// Removes traces with what was said about them; their artifacts are condemned.
  public static func remove(
    traces: [TrashPlan.Item], nowMs: Int64, in db: Database
  ) throws -> Int {
    var count = 0
    for trace in traces {
      try db.execute(sql: "DELETE FROM trace WHERE number = ?", arguments: [trace.number])
      count += db.changesCount
      try condemn(folder: trace.folder, nowMs: nowMs, in: db)
    }
    return count
  }

  /// Removes an experiment in which nothing is left; false where it was restored or used meanwhile.
  public static func remove(experiment id: String, in db: Database) throws -> Bool {
    guard
      try ForeignNames(of: "experiment", besides: [], in: db).table(naming: id, in: db) == nil
    else { return false }
    try db.execute(
      sql: "DELETE FROM experiment WHERE id = ? AND lifecycle = 'deleted'", arguments: [id])
    return db.changesCount > 0
  }

  /// Removes an upload that nobody finished.
  public static func remove(upload id: String, in db: Database) throws {
    try db.execute(sql: "DELETE FROM artifactUpload WHERE id = ?", arguments: [id])
  }

  /// Condemns a folder of artifacts.
  public static func condemn(folder: String?, nowMs: Int64, in db: Database) throws {
    guard let folder else { return }
    try db.execute(
      sql: "INSERT OR IGNORE INTO condemned (kind, name, condemnedAtMs) VALUES ('folder', ?, ?)",
      arguments: [folder, nowMs])
  }

  /// Folders whose artifacts are to go.
  public static func condemnedFolders(in db: Database) throws -> [String] {
    try String.fetchAll(
      db, sql: "SELECT name FROM condemned WHERE kind = 'folder' ORDER BY name")
  }

  /// Removes some artifacts of a condemned folder; returns how many, and forgets the folder with
  /// the last.
  public static func removeArtifacts(of folder: String, in db: Database) throws -> Int {
    try db.execute(
      sql: """
        DELETE FROM artifact WHERE path IN (
          SELECT path FROM artifact WHERE path > ? AND path < ? LIMIT ?)
        """, arguments: [folder + "/", folder + "0", artifactsAtOnce])
    let count = db.changesCount
    if count < artifactsAtOnce {
      try db.execute(
        sql: "DELETE FROM condemned WHERE kind = 'folder' AND name = ?", arguments: [folder])
    }
    return count
  }

  /// Whether a run is being removed.
  static func isCondemned(run id: String, in db: Database) throws -> Bool {
    try Bool.fetchOne(
      db, sql: "SELECT EXISTS (SELECT 1 FROM condemned WHERE kind = 'run' AND name = ?)",
      arguments: [id]) ?? false
  }
}
