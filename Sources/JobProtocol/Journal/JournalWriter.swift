import Glibc

/// Appends records to a journal; a full disk delays them and loses none but reports and samples.
public struct JournalWriter: ~Copyable {
  /// Bytes of records that wait at most while the disk is full; then reports and samples are dropped.
  static let maximumWaitingBytes = 8 << 20

  private let file: Int32
  private var waiting: [UInt8] = []
  /// End of the last record that is whole in the file.
  private var soundLength: Int64
  private var isSynced = true
  /// Reports that were given up.
  public private(set) var droppedReports: Int64 = 0

  /// Starts a journal in an open, empty file, which it closes in the end.
  public init(file: Int32) {
    self.file = file
    soundLength = 0
    waiting = JournalFormat.head
  }

  /// Goes on with the journal of an open file, which it closes in the end, after its last whole record.
  public init(file: Int32, after length: Int64) {
    self.file = file
    soundLength = length
    waiting = length == 0 ? JournalFormat.head : []
    _ = ftruncate(file, off_t(length))
  }

  deinit { close(file) }

  /// True when records wait because the disk took them not.
  public var isBehind: Bool { !waiting.isEmpty }

  /// Adds a record, which the next `flush` writes.
  public mutating func append(_ event: JournalEvent, timeMs: Int64) {
    let bytes = JournalFormat.encode(JournalRecord(timeMs: timeMs, event: event))
    if waiting.count + bytes.count > Self.maximumWaitingBytes {
      switch event {
      case .report:
        droppedReports += 1
        return
      case .sample: return
      case .started, .taskStarted, .usage, .stopping, .taskEnded, .call, .note, .listening,
        .ended:
        break
      }
    }
    waiting += bytes
  }

  /// Writes a record now, or not at all: false where the disk takes it not.
  public mutating func write(_ event: JournalEvent, timeMs: Int64) -> Bool {
    guard flush() else { return false }
    waiting = JournalFormat.encode(JournalRecord(timeMs: timeMs, event: event))
    if flush() { return true }
    waiting = []
    return false
  }

  /// Writes what waits; on failure the file ends with a whole record and the rest goes on waiting.
  @discardableResult
  public mutating func flush() -> Bool {
    guard !waiting.isEmpty else { return true }
    var written = 0
    while written < waiting.count {
      let count = waiting.withUnsafeBytes {
        pwrite(
          file, $0.baseAddress.map { $0 + written }, $0.count - written,
          off_t(soundLength) + off_t(written))
      }
      if count > 0 {
        written += count
      } else if count == 0 || errno != EINTR {
        // A torn record must not stand in the middle once there is room again.
        _ = ftruncate(file, off_t(soundLength))
        return false
      }
    }
    soundLength += Int64(written)
    waiting.removeAll(keepingCapacity: waiting.count < 1 << 16)
    isSynced = false
    return true
  }

  /// Makes sure that what was written survives a loss of power.
  public mutating func synchronize() {
    guard !isSynced, fdatasync(file) == 0 else { return }
    isSynced = true
  }

  /// The file, for whoever synchronizes it without keeping others from writing.
  public var descriptor: Int32 { file }

  /// The bytes that were written from a position on, at most `limit`.
  ///
  /// Nothing here opens the file a second time: closing that would give up the lock of the agent.
  public func bytes(from offset: Int64, limit: Int) -> [UInt8] {
    let wanted = min(limit, Int(max(0, soundLength - offset)))
    return [UInt8](unsafeUninitializedCapacity: wanted) { buffer, count in
      count = max(0, pread(file, buffer.baseAddress, wanted, off_t(offset)))
    }
  }

  /// Position after the last record that was written.
  public var length: Int64 { soundLength }
}
