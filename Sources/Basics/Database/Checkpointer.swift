import GRDB
import GRDBSQLite
import Synchronization

/// Copies the write-ahead log back into the database when it has grown.
///
/// A connection of its own copies most of it while writes go on; what they added meanwhile is copied
/// between two batches, which is little, and lets the log start anew. So nobody's commit waits for
/// megabytes, unless writes come so much faster than the disk copies that the log has reached four
/// times the limit.
///
/// A passive checkpoint never waits for readers. Where one of them holds an old snapshot for long,
/// the log keeps growing; at eight times the limit, an attempt waits half a second for readers.
///
/// Invariant behind `@unchecked Sendable`: but for `copying`, used on the writer's serial queue alone.
final class Checkpointer: @unchecked Sendable {
  enum Outcome { case notNeeded, done, failed }
  /// How far the copying beside the writes is.
  private enum Copying { case none, running, ended }

  private let limitFrames: Int
  private let copier: DatabaseQueue
  private let copying = Mutex(Copying.none)
  /// Frames in the log after the last commit, as SQLite tells them.
  private var frames = 0
  private var nextAttempt: Int

  init(path: String, limitBytes: Int64, pageBytes: Int) throws {
    limitFrames = max(1, Int(limitBytes) / max(512, pageBytes))
    nextAttempt = limitFrames
    var configuration = Configuration()
    configuration.label = "ledger.checkpoints"
    copier = try DatabaseQueue(path: path, configuration: configuration)
    try copier.writeWithoutTransaction { db in
      try db.execute(sql: "PRAGMA synchronous = FULL")
    }
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

  /// Starts or ends a copy, for between two batches.
  func checkpointIfNeeded(_ db: Database) -> Outcome {
    // A log that was copied whole starts anew with the next commit.
    if frames < limitFrames { nextAttempt = limitFrames }
    let isDue = frames >= nextAttempt
    let before = copying.withLock { copying in
      let before = copying
      switch copying {
      case .none: if isDue { copying = .running }
      case .running: break
      case .ended: copying = .none
      }
      return before
    }
    switch before {
    case .none:
      if isDue { copyBesideWrites() }
      return .notNeeded
    case .running:
      guard frames >= 4 * limitFrames else { return .notNeeded }
      waitForCopy()
      return copyRest(db)
    case .ended: return copyRest(db)
    }
  }

  /// Waits for the copy that runs and closes its connection.
  func close() throws { try copier.close() }

  private func copyBesideWrites() {
    copier.asyncWriteWithoutTransaction { db in
      // The attempt that follows between two batches tells what is wrong.
      _ = try? db.checkpoint(.passive)
      self.copying.withLock { $0 = .ended }
    }
  }

  private func waitForCopy() {
    copier.writeWithoutTransaction { _ in }
    copying.withLock { $0 = .none }
  }

  private func copyRest(_ db: Database) -> Outcome {
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
