import CLinux

/// The bytes of a journal: a head, then records, each with its length and CRC-32C.
///
/// Length (4 bytes), checksum of the length and the payload (4), payload: time in milliseconds
/// (8), kind (1), and what belongs to the kind; integers little-endian.
public enum JournalFormat {
  /// First bytes of the file; the last is the version of the format.
  public static let head: [UInt8] = Array("AIFJRNL".utf8) + [1]
  /// No record is larger; a longer length is damage.
  public static let maximumPayloadBytes = 1 << 20
  static let recordHeadBytes = 8

  /// The bytes of one record.
  public static func encode(_ record: JournalRecord) -> [UInt8] {
    var payload = ByteWriter()
    payload.write(record.timeMs)
    record.event.write(to: &payload)
    var writer = ByteWriter()
    let length = UInt32(payload.bytes.count)
    writer.write(length)
    writer.write(checksum(length: length, payload: payload.bytes[...]))
    return writer.bytes + payload.bytes
  }

  /// What could be read of a stretch of a journal.
  public struct Reading: Equatable, Sendable {
    /// Whole, sound records in order.
    public var records: [JournalRecord] = []
    /// Bytes that were understood; the rest is torn, still being written, or damaged.
    public var byteCount = 0
    /// True when what follows can never become a sound record.
    public var isDamaged = false
  }

  /// Reads the records in `bytes`, which begin at a record, or at the head of the file.
  ///
  /// Records of a kind that a later version added are passed over.
  public static func read(_ bytes: [UInt8], startsWithHead: Bool) -> Reading {
    var reading = Reading()
    if startsWithHead {
      guard bytes.count >= head.count else {
        reading.isDamaged = !head.starts(with: bytes)
        return reading
      }
      guard bytes.starts(with: head) else {
        reading.isDamaged = true
        return reading
      }
      reading.byteCount = head.count
    }
    while let length = readRecord(in: bytes, into: &reading) { reading.byteCount += length }
    return reading
  }

  /// Takes the record at the reading's position and returns its length; nil at the end.
  private static func readRecord(in bytes: [UInt8], into reading: inout Reading) -> Int? {
    var start = ByteReader(bytes[reading.byteCount...])
    // A head that is not whole yet is no damage.
    guard let length = try? start.integer(UInt32.self) else { return nil }
    guard length <= UInt32(maximumPayloadBytes), length >= 9 else {
      reading.isDamaged = true
      return nil
    }
    // Nor is a payload that is not whole yet.
    guard let sum = try? start.integer(UInt32.self), let payload = try? start.take(Int(length))
    else { return nil }
    guard sum == checksum(length: length, payload: payload) else {
      reading.isDamaged = true
      return nil
    }
    do {
      var body = ByteReader(payload)
      let timeMs = try body.integer(Int64.self)
      if let event = try JournalEvent(from: &body) {
        reading.records.append(JournalRecord(timeMs: timeMs, event: event))
      }
    } catch {
      reading.isDamaged = true
      return nil
    }
    return recordHeadBytes + Int(length)
  }

  private static func checksum(length: UInt32, payload: ArraySlice<UInt8>) -> UInt32 {
    var sum = withUnsafeBytes(of: length.littleEndian) {
      factory_crc32c(0, $0.baseAddress, $0.count)
    }
    sum = payload.withUnsafeBytes { factory_crc32c(sum, $0.baseAddress, $0.count) }
    return sum
  }
}
