import Glibc

/// A string of a JSON document, still where it lies: no copy is made to look at it.
///
/// Valid as long as the bytes that its reader was given.
public struct JSONText {
  /// The bytes between the quotes, in valid UTF-8, escapes not yet decoded.
  public let raw: UnsafeRawBufferPointer
  /// Whether `raw` holds a backslash.
  public let hasEscapes: Bool

  /// The text, decoded.
  public var string: String {
    guard hasEscapes else { return String(decoding: raw, as: UTF8.self) }
    return String(decoding: decoded(), as: UTF8.self)
  }

  /// Whether the text is `other`.
  public func equals(_ other: StaticString) -> Bool {
    let count = other.utf8CodeUnitCount
    guard !hasEscapes else {
      return decoded().elementsEqual(UnsafeBufferPointer(start: other.utf8Start, count: count))
    }
    guard raw.count == count, let base = raw.baseAddress else { return raw.count == count }
    return memcmp(base, other.utf8Start, count) == 0
  }

  /// Whether the text's UTF-8 is `other`.
  public func equals(_ other: [UInt8]) -> Bool {
    if hasEscapes { return decoded() == other }
    guard raw.count == other.count, let base = raw.baseAddress else {
      return raw.count == other.count
    }
    return memcmp(base, other, other.count) == 0
  }

  /// The decoded UTF-8; half surrogate pairs become U+FFFD.
  public func decoded() -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(raw.count)
    var i = 0
    while i < raw.count {
      guard raw[i] == UInt8(ascii: "\\") else {
        bytes.append(raw[i])
        i += 1
        continue
      }
      let escape = raw[i + 1]
      i += 2
      switch escape {
      case UInt8(ascii: "b"): bytes.append(0x08)
      case UInt8(ascii: "t"): bytes.append(0x09)
      case UInt8(ascii: "n"): bytes.append(0x0A)
      case UInt8(ascii: "f"): bytes.append(0x0C)
      case UInt8(ascii: "r"): bytes.append(0x0D)
      case UInt8(ascii: "u"):
        var code = unit(at: i)
        i += 4
        if (0xD800...0xDBFF).contains(code), i + 5 < raw.count, raw[i] == UInt8(ascii: "\\"),
          raw[i + 1] == UInt8(ascii: "u"), (0xDC00...0xDFFF).contains(unit(at: i + 2))
        {
          code = 0x10000 + (code - 0xD800) << 10 + (unit(at: i + 2) - 0xDC00)
          i += 6
        }
        bytes.append(contentsOf: String(Unicode.Scalar(code) ?? "\u{FFFD}").utf8)
      default: bytes.append(escape)
      }
    }
    return bytes
  }

  /// Four hexadecimal digits, which the reader has checked.
  private func unit(at index: Int) -> UInt32 {
    (0..<4).reduce(0) { $0 << 4 | UInt32(JSONText.hexValue(raw[index + $1]) ?? 0) }
  }

  static func hexValue(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
