import Glibc

/// Reads a journal while its agent writes it, and goes on where it stopped.
public struct JournalReader: Sendable {
  /// Path of the file.
  public let path: String
  /// Position after the last record that was read; 0 is before the head.
  public private(set) var offset: Int64
  /// True when a record is damaged: what follows it will never be read.
  public private(set) var isDamaged = false

  /// Reads from a position that an earlier reader had.
  public init(path: String, offset: Int64 = 0) {
    self.path = path
    self.offset = offset
  }

  /// The next whole records, from at most `limit` bytes; empty when there are none yet.
  ///
  /// A file that is missing, shorter than the position or torn at its end has none.
  public mutating func next(limit: Int = 4 << 20) -> [JournalRecord] {
    guard !isDamaged else { return [] }
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return [] }
    defer { close(file) }
    // A record must fit, however small the caller's limit is.
    let capacity = max(limit, JournalFormat.maximumPayloadBytes + 64)
    var status = stat()
    guard fstat(file, &status) == 0, Int64(status.st_size) > offset else { return [] }
    let wanted = min(capacity, Int(Int64(status.st_size) - offset))
    let bytes = [UInt8](unsafeUninitializedCapacity: wanted) { buffer, count in
      count = max(0, pread(file, buffer.baseAddress, wanted, off_t(offset)))
    }
    let reading = JournalFormat.read(bytes, startsWithHead: offset == 0)
    offset += Int64(reading.byteCount)
    isDamaged = reading.isDamaged
    return reading.records
  }
}
