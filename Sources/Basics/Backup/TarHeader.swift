/// The 512 bytes before each file of a tar archive (POSIX.1-1988 ustar, with GNU's base-256 sizes).
struct TarHeader: Equatable {
  static let blockBytes = 512

  var name: String
  var bytes: Int64
  /// Seconds since 1970.
  var modifiedAt: Int64

  /// The bytes that fill the last block of a content of that length.
  static func padding(after bytes: Int64) -> Int {
    Int((Int64(blockBytes) - bytes % Int64(blockBytes)) % Int64(blockBytes))
  }

  /// The header as it stands in the archive; names have at most 100 bytes.
  func encoded() -> [UInt8] {
    var block = [UInt8](repeating: 0, count: Self.blockBytes)
    func put(_ text: String, at offset: Int) {
      for (i, byte) in text.utf8.enumerated() { block[offset + i] = byte }
    }
    func octal(_ value: Int64, digits: Int) -> String {
      let text = String(value, radix: 8)
      return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
    put(name, at: 0)
    put("0000600", at: 100)
    put("0000000", at: 108)
    put("0000000", at: 116)
    if bytes < 1 << 33 {
      put(octal(bytes, digits: 11), at: 124)
    } else {
      block[124] = 0x80
      for i in 0..<8 { block[128 + i] = UInt8(truncatingIfNeeded: bytes >> (8 * (7 - i))) }
    }
    put(octal(modifiedAt, digits: 11), at: 136)
    put("0", at: 156)
    put("ustar", at: 257)
    put("00", at: 263)
    put(octal(Self.checksum(block), digits: 6), at: 148)
    block[154] = 0
    block[155] = 0x20
    return block
  }

  /// Reads a header; nil for the block of zeros that ends an archive.
  init?(_ block: [UInt8]) throws(BasicsError) {
    if block.allSatisfy({ $0 == 0 }) { return nil }
    func octal(_ range: Range<Int>) -> Int64? {
      let digits = block[range].drop { $0 == 0x20 }.prefix { $0 != 0 && $0 != 0x20 }
      return Int64(String(decoding: digits, as: UTF8.self), radix: 8)
    }
    guard block.count == Self.blockBytes, octal(148..<156) == Self.checksum(block),
      block[257..<262].elementsEqual("ustar".utf8)
    else { throw Self.damaged("a header is damaged") }
    guard block[156] == UInt8(ascii: "0"), block[345] == 0 else {
      throw Self.damaged("it has something else than files")
    }
    name = String(decoding: block[0..<100].prefix { $0 != 0 }, as: UTF8.self)
    modifiedAt = octal(136..<148) ?? 0
    if block[124] == 0x80 {
      bytes = block[128..<136].reduce(0) { $0 << 8 | Int64($1) }
    } else if let size = octal(124..<136) {
      bytes = size
    } else {
      throw Self.damaged("the size of \(visible(name)) is damaged")
    }
    guard bytes >= 0 else { throw Self.damaged("the size of \(visible(name)) is damaged") }
  }

  init(name: String, bytes: Int64, modifiedAt: Int64) {
    self.name = name
    self.bytes = bytes
    self.modifiedAt = modifiedAt
  }

  static func damaged(_ reason: String) -> BasicsError {
    BasicsError(
      .backupInvalid, "the file is no complete archive: \(reason)",
      hint: "use another copy")
  }

  /// The sum of all bytes, the checksum's own eight counted as spaces.
  private static func checksum(_ block: [UInt8]) -> Int64 {
    block.enumerated().reduce(0) { $0 + Int64((148..<156).contains($1.offset) ? 0x20 : $1.element) }
  }
}
