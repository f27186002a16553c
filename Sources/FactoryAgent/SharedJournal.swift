import Glibc
import JobProtocol
import Synchronization

/// The journal of an attempt, written by its loop and by the threads that answer MLflow's clients.
///
/// The threads share their ways to the disk: who finds that another one's `fdatasync` has covered its
/// record does not ask for one of its own.
final class SharedJournal: Sendable {
  private let writer: Mutex<JournalWriter>
  private let descriptor: Int32
  /// Position up to which everything survives a loss of power.
  private let syncedLength = Mutex<Int64>(0)

  init(_ writer: consuming sending JournalWriter) {
    descriptor = writer.descriptor
    self.writer = Mutex(writer)
  }

  /// Adds a record, which the next `flush` writes.
  func append(_ event: JournalEvent) {
    writer.withLock { $0.append(event, timeMs: wallClockMs()) }
  }

  /// Writes what waits; false when the disk does not take it.
  @discardableResult
  func flush() -> Bool { writer.withLock { $0.flush() } }

  /// Writes a record now, or not at all; the position after it, or nil.
  func write(_ event: JournalEvent, timeMs: Int64) -> Int64? {
    writer.withLock { $0.write(event, timeMs: timeMs) ? $0.length : nil }
  }

  /// Returns when everything up to a position survives a loss of power; false if it may not.
  @discardableResult
  func synchronize(through position: Int64 = .max) -> Bool {
    syncedLength.withLock { synced in
      let length = writer.withLock { $0.length }
      if synced >= min(position, length) { return true }
      guard fdatasync(descriptor) == 0 else { return false }
      synced = length
      return true
    }
  }

  /// The bytes that were written from a position on.
  func bytes(from offset: Int64, limit: Int) -> [UInt8] {
    writer.withLock { $0.bytes(from: offset, limit: limit) }
  }

  /// Position after the last record that was written.
  var length: Int64 { writer.withLock { $0.length } }
  /// True when records wait because the disk took them not.
  var isBehind: Bool { writer.withLock { $0.isBehind } }
  /// Reports that were given up.
  var droppedReports: Int64 { writer.withLock { $0.droppedReports } }
}
