import CLinux

/// The bytes of a segment file: a head, then records that are only ever appended.
///
/// The head is `AIFPRED1`. Every record is its payload's length (`UInt32`) and CRC-32C (`UInt32`),
/// then the payload; integers are little-endian. The first payload is the JSON of a `SegmentSource`.
/// Each other one is a request: time in milliseconds (`Int64`), SHA-256 of its body (32 bytes), then
/// the identifiers of its rows, 26 characters each. A torn record at the end is not a record.
enum SegmentFormat {
  static let head = Array("AIFPRED1".utf8)
  static let recordHeadBytes = 8
  static let digestBytes = 32
  static let identifierBytes = 26
  static let requestHeadBytes = 8 + digestBytes

  /// Reserves a record's head; `finish` fills it in.
  static func begin(_ bytes: inout [UInt8]) -> Int {
    let start = bytes.count
    bytes.append(contentsOf: repeatElement(0, count: recordHeadBytes))
    return start
  }

  /// Writes length and checksum of the record that began at `start`.
  static func finish(_ bytes: inout [UInt8], at start: Int) {
    bytes.withUnsafeMutableBytes { buffer in
      let payload = buffer[(start + recordHeadBytes)...]
      let crc = factory_crc32c(
        0, UnsafeRawBufferPointer(rebasing: payload).baseAddress, payload.count)
      buffer.storeBytes(
        of: UInt32(payload.count).littleEndian, toByteOffset: start, as: UInt32.self)
      buffer.storeBytes(of: crc.littleEndian, toByteOffset: start + 4, as: UInt32.self)
    }
  }

  /// Whether the checksum in front of `payload`, a part of `bytes`, is right.
  static func isWhole(_ payload: UnsafeRawBufferPointer, in bytes: UnsafeRawBufferPointer) -> Bool {
    guard let start = payload.baseAddress, let first = bytes.baseAddress else { return false }
    return self.payload(of: bytes, at: start - first - recordHeadBytes) != nil
  }

  /// The payload at `offset`, or nil where the whole records end.
  ///
  /// - Parameter isChecked: compares the checksum, which costs more than skipping the record.
  static func payload(
    of bytes: UnsafeRawBufferPointer, at offset: Int, isChecked: Bool = true
  ) -> UnsafeRawBufferPointer? {
    guard bytes.count - offset >= recordHeadBytes else { return nil }
    let length = Int(
      UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
    let crc = UInt32(
      littleEndian: bytes.loadUnaligned(fromByteOffset: offset + 4, as: UInt32.self))
    guard bytes.count - offset - recordHeadBytes >= length else { return nil }
    let start = offset + recordHeadBytes
    let payload = UnsafeRawBufferPointer(rebasing: bytes[start..<start + length])
    guard isChecked else { return payload }
    return factory_crc32c(0, payload.baseAddress, length) == crc ? payload : nil
  }
}
