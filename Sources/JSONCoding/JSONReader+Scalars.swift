import Glibc

extension JSONReader {
  /// Reads a string where it lies, checking its escapes and its UTF-8.
  public mutating func readText() throws(JSONError) -> JSONText {
    guard skipSpace() == UInt8(ascii: "\"") else {
      throw unexpected("a string", .jsonUnexpectedType)
    }
    offset += 1
    let start = offset
    var hasEscapes = false
    var isASCII = true
    while offset < bytes.count {
      // Eight bytes at once while none of them is a quote, a backslash, a control or above ASCII.
      while offset + 8 <= bytes.count {
        let word = bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
        guard Self.isPlain(word) else { break }
        offset += 8
      }
      guard offset < bytes.count else { break }
      let byte = bytes[offset]
      switch byte {
      case UInt8(ascii: "\""):
        let raw = UnsafeRawBufferPointer(rebasing: bytes[start..<offset])
        guard isASCII || UTF8Check.isValid(raw) else {
          throw JSONError(.jsonInvalid, "the string is not valid UTF-8", at: start)
        }
        offset += 1
        return JSONText(raw: raw, hasEscapes: hasEscapes)
      case UInt8(ascii: "\\"):
        hasEscapes = true
        try passEscape()
      case ..<0x20: throw unexpected("an escape for a control character")
      default:
        if byte >= 0x80 { isASCII = false }
        offset += 1
      }
    }
    throw unexpected("'\"'")
  }

  /// Reads a number; its value is the double nearest to the digits, to the bit.
  ///
  /// - Throws: for numbers whose nearest double is infinite.
  public mutating func readDouble() throws(JSONError) -> Double {
    _ = skipSpace()
    let start = offset
    let isNegative = offset < bytes.count && bytes[offset] == UInt8(ascii: "-")
    if isNegative { offset += 1 }
    if acceptsPythonNumbers, offset < bytes.count {
      if bytes[offset] == UInt8(ascii: "I") {
        try readWord("Infinity")
        return isNegative ? -.infinity : .infinity
      }
      if bytes[offset] == UInt8(ascii: "N"), !isNegative {
        try readWord("NaN")
        return .nan
      }
    }
    var mantissa: UInt64 = 0
    var digits = 0
    var exponent = 0
    let first = offset
    while let digit = digit() {
      mantissa = mantissa &* 10 &+ UInt64(digit)
      digits += mantissa == 0 ? 0 : 1
      offset += 1
    }
    guard offset > first else { throw unexpected("a number", .jsonUnexpectedType) }
    guard bytes[first] != UInt8(ascii: "0") || offset == first + 1 else {
      offset = first
      throw unexpected("a number without leading zeros")
    }
    if offset < bytes.count, bytes[offset] == UInt8(ascii: ".") {
      offset += 1
      let fraction = offset
      while let digit = digit() {
        mantissa = mantissa &* 10 &+ UInt64(digit)
        digits += mantissa == 0 ? 0 : 1
        offset += 1
      }
      guard offset > fraction else { throw unexpected("a digit after the point") }
      exponent = fraction - offset
    }
    if offset < bytes.count, bytes[offset] | 0x20 == UInt8(ascii: "e") {
      exponent += try readExponent()
    }
    // Exact when the digits and the power of ten are both doubles (Clinger 1990).
    if digits <= 19, mantissa <= 1 << 53, abs(exponent) <= 22 {
      let value = Double(mantissa)
      let power = Self.powersOfTen[abs(exponent)]
      let scaled = exponent < 0 ? value / power : value * power
      return isNegative ? -scaled : scaled
    }
    let value = Self.slowDouble(UnsafeRawBufferPointer(rebasing: bytes[start..<offset]))
    guard value.isFinite else {
      let text = String(decoding: bytes[start..<offset].prefix(40), as: UTF8.self)
      throw JSONError(.jsonInvalid, "the number \(text) is too large", at: start)
    }
    return value
  }

  /// The C library's reading of digits that were checked; the program never sets a locale.
  private static func slowDouble(_ digits: UnsafeRawBufferPointer) -> Double {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: digits.count + 1) { text in
      UnsafeMutableRawBufferPointer(text).copyMemory(from: digits)
      text[digits.count] = 0
      return text.baseAddress.map { strtod($0, nil) } ?? .nan
    }
  }

  /// Reads a number that is whole and fits, such as `12` or `12.0`.
  public mutating func readInteger() throws(JSONError) -> Int64 {
    _ = skipSpace()
    let start = offset
    let value = try readDouble()
    // Digits alone: exact beyond 2^53 too.
    if let exact = Int64(String(decoding: bytes[start..<offset], as: UTF8.self)) { return exact }
    guard let whole = Int64(exactly: value) else {
      throw JSONError(.jsonUnexpectedType, "expected a whole number", at: start)
    }
    return whole
  }

  @inline(__always)
  private func digit() -> UInt8? {
    guard offset < bytes.count else { return nil }
    let value = bytes[offset] &- UInt8(ascii: "0")
    return value <= 9 ? value : nil
  }

  private mutating func readExponent() throws(JSONError) -> Int {
    offset += 1
    var isNegative = false
    if offset < bytes.count,
      bytes[offset] == UInt8(ascii: "-") || bytes[offset] == UInt8(ascii: "+")
    {
      isNegative = bytes[offset] == UInt8(ascii: "-")
      offset += 1
    }
    let first = offset
    var value = 0
    while let digit = digit() {
      value = min(value * 10 + Int(digit), 1_000_000)
      offset += 1
    }
    guard offset > first else { throw unexpected("a digit of the exponent") }
    return isNegative ? -value : value
  }

  private mutating func passEscape() throws(JSONError) {
    offset += 1
    guard offset < bytes.count else { throw unexpected("an escape") }
    switch bytes[offset] {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"),
      UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
      offset += 1
    case UInt8(ascii: "u"):
      offset += 1
      for _ in 0..<4 {
        guard offset < bytes.count, JSONText.hexValue(bytes[offset]) != nil else {
          throw unexpected("four hexadecimal digits")
        }
        offset += 1
      }
    default: throw unexpected("an escape")
    }
  }

  /// Whether none of eight bytes is a quote, a backslash, below 0x20 or above 0x7F.
  @inline(__always)
  private static func isPlain(_ word: UInt64) -> Bool {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let quote = word ^ (ones &* 0x22)
    let backslash = word ^ (ones &* 0x5C)
    let found =
      word | (word &- ones &* 0x20) | ((quote &- ones) & ~quote)
      | ((backslash &- ones) & ~backslash)
    return found & (ones &* 0x80) == 0
  }

  private static let powersOfTen: [Double] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
  ]
}

/// Whether bytes are well-formed UTF-8 (Unicode 15, table 3-7).
enum UTF8Check {
  static func isValid(_ bytes: UnsafeRawBufferPointer) -> Bool {
    var i = 0
    while i < bytes.count {
      let lead = bytes[i]
      if lead < 0x80 {
        i += 1
        continue
      }
      let length: Int
      var second: ClosedRange<UInt8> = 0x80...0xBF
      switch lead {
      case 0xC2...0xDF: length = 2
      case 0xE0: (length, second) = (3, 0xA0...0xBF)
      case 0xED: (length, second) = (3, 0x80...0x9F)
      case 0xE1...0xEF: length = 3
      case 0xF0: (length, second) = (4, 0x90...0xBF)
      case 0xF1...0xF3: length = 4
      case 0xF4: (length, second) = (4, 0x80...0x8F)
      default: return false
      }
      guard i + length <= bytes.count, second.contains(bytes[i + 1]) else { return false }
      for k in 2..<max(2, length) where bytes[i + k] & 0xC0 != 0x80 { return false }
      i += length
    }
    return true
  }
}
