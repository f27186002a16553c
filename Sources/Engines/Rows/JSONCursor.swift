/// Reads JSON (RFC 8259) from left to right, without making a tree of it.
///
/// It also takes `NaN`, `Infinity` and `-Infinity`, which Python's encoder writes.
struct JSONCursor {
  let bytes: UnsafeBufferPointer<UInt8>
  private(set) var place = 0

  /// The kind of value that comes next.
  enum Kind { case object, array, string, number, boolean, null }

  init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  mutating func skipSpace() {
    while place < bytes.count {
      switch bytes[place] {
      case 0x20, 0x0A, 0x0D, 0x09: place += 1
      default: return
      }
    }
  }

  var isAtEnd: Bool { place >= bytes.count }

  func malformed(_ expected: String) -> SignatureError {
    SignatureError(
      .invalidJSON,
      place < bytes.count
        ? "The body is not valid JSON: expected \(expected) at byte \(place)."
        : "The body is not valid JSON: it ends where \(expected) was expected.",
      hint: "Send one row as an object, or an array of rows.")
  }

  mutating func kind() throws(SignatureError) -> Kind {
    skipSpace()
    guard place < bytes.count else { throw malformed("a value") }
    switch bytes[place] {
    case UInt8(ascii: "{"): return .object
    case UInt8(ascii: "["): return .array
    case UInt8(ascii: "\""): return .string
    case UInt8(ascii: "t"), UInt8(ascii: "f"): return .boolean
    case UInt8(ascii: "n"): return .null
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "N"),
      UInt8(ascii: "I"):
      return .number
    default: throw malformed("a value")
    }
  }

  /// Passes over a byte if it is next, spaces aside.
  mutating func take(_ byte: Unicode.Scalar) -> Bool {
    skipSpace()
    guard place < bytes.count, bytes[place] == UInt8(truncatingIfNeeded: byte.value) else {
      return false
    }
    place += 1
    return true
  }

  mutating func expect(_ byte: Unicode.Scalar) throws(SignatureError) {
    guard take(byte) else { throw malformed("`\(byte)`") }
  }

  private mutating func takeWord(_ word: StaticString) -> Bool {
    let length = word.utf8CodeUnitCount
    guard place + length <= bytes.count else { return false }
    for offset in 0..<length where bytes[place + offset] != word.utf8Start[offset] { return false }
    place += length
    return true
  }

  mutating func boolean() throws(SignatureError) -> Bool {
    skipSpace()
    if takeWord("true") { return true }
    if takeWord("false") { return false }
    throw malformed("true or false")
  }

  mutating func null() throws(SignatureError) {
    skipSpace()
    guard takeWord("null") else { throw malformed("null") }
  }

  /// The bytes between the quotes if the string has no escapes; the cursor moves only then.
  mutating func plainString() throws(SignatureError) -> UnsafeBufferPointer<UInt8>? {
    try expect("\"")
    let start = place
    while place < bytes.count {
      switch bytes[place] {
      case UInt8(ascii: "\""):
        place += 1
        return UnsafeBufferPointer(rebasing: bytes[start..<place - 1])
      case UInt8(ascii: "\\"):
        place = start - 1
        return nil
      case 0..<0x20: throw malformed("an escaped control character")
      default: place += 1
      }
    }
    throw malformed("`\"`")
  }

  mutating func string() throws(SignatureError) -> String {
    if let plain = try plainString() { return String(decoding: plain, as: UTF8.self) }
    try expect("\"")
    var text: [UInt8] = []
    while place < bytes.count {
      let byte = bytes[place]
      place += 1
      switch byte {
      case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
      case UInt8(ascii: "\\"): try unescape(into: &text)
      case 0..<0x20:
        place -= 1
        throw malformed("an escaped control character")
      default: text.append(byte)
      }
    }
    throw malformed("`\"`")
  }

  private mutating func unescape(into text: inout [UInt8]) throws(SignatureError) {
    guard place < bytes.count else { throw malformed("an escaped character") }
    let byte = bytes[place]
    place += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"):
      var unit = try hexadecimal()
      if (0xD800..<0xDC00).contains(unit), takeWord("\\u") {
        let low = try hexadecimal()
        if (0xDC00..<0xE000).contains(low) {
          unit = 0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00)
        }
      }
      text += Array(String(Unicode.Scalar(unit) ?? "\u{FFFD}").utf8)
    default:
      place -= 1
      throw malformed("an escaped character")
    }
  }

  private mutating func hexadecimal() throws(SignatureError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard place < bytes.count,
        let digit = Character(Unicode.Scalar(bytes[place])).hexDigitValue
      else { throw malformed("four hexadecimal digits") }
      value = value << 4 | UInt32(digit)
      place += 1
    }
    return value
  }

  /// Powers of ten that a Double holds exactly.
  private static let powers: [Double] = [
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17,
    1e18, 1e19, 1e20, 1e21, 1e22,
  ]

  /// The number nearest to the digits, and the digits.
  mutating func number() throws(SignatureError) -> (
    value: Double, text: UnsafeBufferPointer<UInt8>
  ) {
    skipSpace()
    let start = place
    var isNegative = false
    if place < bytes.count, bytes[place] == UInt8(ascii: "-") {
      isNegative = true
      place += 1
    }
    if takeWord("NaN") { return (.nan, UnsafeBufferPointer(rebasing: bytes[start..<place])) }
    if takeWord("Infinity") {
      return (
        isNegative ? -.infinity : .infinity, UnsafeBufferPointer(rebasing: bytes[start..<place])
      )
    }
    var mantissa: UInt64 = 0
    var (digits, fraction, exponent) = (0, 0, 0)
    func digit() -> UInt64? {
      guard place < bytes.count else { return nil }
      let digit = bytes[place] &- UInt8(ascii: "0")
      return digit < 10 ? UInt64(digit) : nil
    }
    while let next = digit() {
      mantissa = mantissa &* 10 &+ next
      if mantissa != 0 { digits += 1 }
      place += 1
    }
    guard place > start + (isNegative ? 1 : 0) else { throw malformed("a digit") }
    if place < bytes.count, bytes[place] == UInt8(ascii: ".") {
      place += 1
      let first = place
      while let next = digit() {
        mantissa = mantissa &* 10 &+ next
        if mantissa != 0 { digits += 1 }
        place += 1
      }
      fraction = place - first
      guard fraction > 0 else { throw malformed("a digit") }
    }
    if place < bytes.count, bytes[place] | 0x20 == UInt8(ascii: "e") {
      place += 1
      var isSmall = false
      if place < bytes.count, bytes[place] == UInt8(ascii: "-") || bytes[place] == UInt8(ascii: "+")
      {
        isSmall = bytes[place] == UInt8(ascii: "-")
        place += 1
      }
      let first = place
      while let next = digit() {
        exponent = min(exponent * 10 + Int(next), 100_000)
        place += 1
      }
      guard place > first else { throw malformed("a digit") }
      if isSmall { exponent = -exponent }
    }
    let text = UnsafeBufferPointer(rebasing: bytes[start..<place])
    let scale = exponent - fraction
    // Exact operands and one rounding (Clinger 1990); else the C library's slower reading.
    if digits <= 19, mantissa <= 1 << 53, abs(scale) <= 22 {
      let magnitude =
        scale < 0
        ? Double(mantissa) / Self.powers[-scale] : Double(mantissa) * Self.powers[scale]
      return (isNegative ? -magnitude : magnitude, text)
    }
    return (Double(String(decoding: text, as: UTF8.self)) ?? .nan, text)
  }

  /// Passes over one value of any kind.
  mutating func skipValue(depth: Int = 0) throws(SignatureError) {
    guard depth < 128 else { throw malformed("less nesting") }
    switch try kind() {
    case .object:
      try expect("{")
      if take("}") { return }
      repeat {
        try skipString()
        try expect(":")
        try skipValue(depth: depth + 1)
      } while take(",")
      try expect("}")
    case .array:
      try expect("[")
      if take("]") { return }
      repeat { try skipValue(depth: depth + 1) } while take(",")
      try expect("]")
    case .string: try skipString()
    case .number: _ = try number()
    case .boolean: _ = try boolean()
    case .null: try null()
    }
  }

  private mutating func skipString() throws(SignatureError) {
    if try plainString() == nil { _ = try string() }
  }
}
