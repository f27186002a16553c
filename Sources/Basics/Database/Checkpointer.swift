import GRDB
import GRDBSQLite

/// Copies the write-ahead log back into the database when it has grown, between two batches.
///
/// A passive checkpoint never waits for readers. Where one of them holds an old snapshot for long,
/// the log keeps growing; at eight times the limit, an attempt waits half a second for readers.
///
/// Invariant behind `@unchecked Sendable`: used on the writer's serial queue alone.
final class Checkpointer: @unchecked Sendable {
  enum Outcome { case notNeeded, done, failed }

  private let limitFrames: Int
  /// Frames in the log after the last commit, as SQLite tells them.
  private var frames = 0
  private var nextAttempt: Int

  init(limitBytes: Int64, pageBytes: Int) {
    limitFrames = max(1, Int(limitBytes) / max(512, pageBytes))
    nextAttempt = limitFrames
  }

  /// Bytes of the write-ahead log of the database at `path`.
  static func walBytes(path: String) -> Int64 {
    // No log is an empty log.
    (try? FileTree.status(of: path + "-wal").bytes) ?? 0
  }

  /// Lets SQLite tell the log's length after each commit, in place of its own checkpoints.
  func observe(_ db: Database) {
    let context = Unmanaged.passUnretained(self).toOpaque()
    sqlite3_wal_hook(
      db.sqliteConnection,
      { context, _, _, frames in
        if let context {
          Unmanaged<Checkpointer>.fromOpaque(context).takeUnretainedValue().frames = Int(frames)
        }
        return SQLITE_OK
      }, context)
  }

  func checkpointIfNeeded(_ db: Database) -> Outcome {
    // A log that was copied whole starts anew with the next commit.
    if frames < limitFrames { nextAttempt = limitFrames }
    guard frames >= nextAttempt else { return .notNeeded }
    nextAttempt = frames + max(1, limitFrames / 4)
    do {
      let (frames, copied) = try db.checkpoint(.passive)
      if copied < frames, frames >= 8 * limitFrames {
        sqlite3_busy_timeout(db.sqliteConnection, 500)
        defer { sqlite3_busy_timeout(db.sqliteConnection, Ledger.busyTimeoutMs) }
        try db.checkpoint(.truncate)
      }
      return .done
    } catch {
      // Nothing is lost: what could not be copied stays in the log.
      return .failed
    }
  }
}
