/// Reads JSON (RFC 8259) token by token from bytes in memory, without Foundation and without copies.
///
/// For hot routes: the caller pulls what it expects and skips the rest.
///
/// ```swift
/// try reader.beginObject()
/// while let key = try reader.nextKey() {
///   if key.equals("step") { step = try reader.readDouble() } else { try reader.skipValue() }
/// }
/// try reader.finish()
/// ```
///
/// The bytes must stay valid while the reader and its `JSONText`s are used.
public struct JSONReader {
  /// What the next value is.
  public enum Kind: Sendable { case object, array, string, number, bool, null }

  let bytes: UnsafeRawBufferPointer
  /// Number of the next byte.
  public internal(set) var offset = 0
  /// Whether `NaN`, `Infinity` and `-Infinity`, as Python writes them, are numbers.
  public var acceptsPythonNumbers = false
  private var depth = 0
  private let depthLimit: Int
  private var isFirst = false

  /// Starts at the first of `bytes`; deeper nesting than `depthLimit` is an error.
  public init(_ bytes: UnsafeRawBufferPointer, depthLimit: Int = 128) {
    self.bytes = bytes
    self.depthLimit = depthLimit
  }

  /// Calls `body` with a reader of `bytes`.
  public static func read<Value, Failure: Error>(
    _ bytes: [UInt8], depthLimit: Int = 128,
    _ body: (inout JSONReader) throws(Failure) -> Value
  ) throws(Failure) -> Value {
    let result = bytes.withUnsafeBytes { buffer -> Result<Value, Failure> in
      var reader = JSONReader(buffer, depthLimit: depthLimit)
      do throws(Failure) { return .success(try body(&reader)) } catch { return .failure(error) }
    }
    return try result.get()
  }

  /// Tells what the next value is without reading it.
  public mutating func peek() throws(JSONError) -> Kind {
    guard let byte = skipSpace() else { throw unexpected("a value") }
    switch byte {
    case UInt8(ascii: "{"): return .object
    case UInt8(ascii: "["): return .array
    case UInt8(ascii: "\""): return .string
    case UInt8(ascii: "t"), UInt8(ascii: "f"): return .bool
    case UInt8(ascii: "n"): return .null
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number
    case UInt8(ascii: "N"), UInt8(ascii: "I"):
      if acceptsPythonNumbers { return .number }
      throw unexpected("a value")
    default: throw unexpected("a value")
    }
  }

  /// Enters an object.
  public mutating func beginObject() throws(JSONError) {
    try enter(UInt8(ascii: "{"), "an object")
  }

  /// The next key of the object, or nil after the last, which leaves the object.
  public mutating func nextKey() throws(JSONError) -> JSONText? {
    guard try next(closing: UInt8(ascii: "}"), "',' or '}'") else { return nil }
    guard skipSpace() == UInt8(ascii: "\"") else { throw unexpected("a key in quotes") }
    let key = try readText()
    guard skipSpace() == UInt8(ascii: ":") else { throw unexpected("':'") }
    offset += 1
    return key
  }

  /// Enters an array.
  public mutating func beginArray() throws(JSONError) {
    try enter(UInt8(ascii: "["), "an array")
  }

  /// Whether the array has another element; after the last, it leaves the array.
  public mutating func nextElement() throws(JSONError) -> Bool {
    try next(closing: UInt8(ascii: "]"), "',' or ']'")
  }

  /// Reads `null` if it is next; else reads nothing.
  public mutating func readNull() throws(JSONError) -> Bool {
    guard skipSpace() == UInt8(ascii: "n") else { return false }
    try readWord("null")
    return true
  }

  /// Reads `true` or `false`.
  public mutating func readBool() throws(JSONError) -> Bool {
    switch skipSpace() {
    case UInt8(ascii: "t"):
      try readWord("true")
      return true
    case UInt8(ascii: "f"):
      try readWord("false")
      return false
    default: throw unexpected("true or false", .jsonUnexpectedType)
    }
  }

  /// Reads a string.
  public mutating func readString() throws(JSONError) -> String { try readText().string }

  /// Passes over one value of any kind, which must be valid.
  public mutating func skipValue() throws(JSONError) {
    switch try peek() {
    case .object:
      try beginObject()
      while try nextKey() != nil { try skipValue() }
    case .array:
      try beginArray()
      while try nextElement() { try skipValue() }
    case .string: _ = try readText()
    case .number: _ = try readDouble()
    case .bool: _ = try readBool()
    case .null: _ = try readNull()
    }
  }

  /// Makes sure that nothing but white space is left.
  public mutating func finish() throws(JSONError) {
    guard skipSpace() == nil else { throw unexpected("the end") }
  }

  // MARK: Inside

  /// Passes over white space and returns the byte after it, unread.
  @inline(__always)
  mutating func skipSpace() -> UInt8? {
    while offset < bytes.count {
      let byte = bytes[offset]
      guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return byte }
      offset += 1
    }
    return nil
  }

  mutating func readWord(_ word: StaticString) throws(JSONError) {
    let count = word.utf8CodeUnitCount
    guard offset + count <= bytes.count else { throw unexpected("\(word)") }
    for i in 0..<count where bytes[offset + i] != word.utf8Start[i] {
      throw unexpected("\(word)")
    }
    offset += count
  }

  func unexpected(_ wanted: String, _ code: JSONError.Code = .jsonInvalid) -> JSONError {
    guard offset < bytes.count else {
      return JSONError(.jsonInvalid, "the text ends where \(wanted) was expected", at: offset)
    }
    let found = bytes[offset]
    let shown =
      (0x21...0x7E).contains(found) ? "'\(Character(Unicode.Scalar(found)))'" : "byte \(found)"
    return JSONError(code, "expected \(wanted), found \(shown)", at: offset)
  }

  private mutating func enter(_ bracket: UInt8, _ noun: String) throws(JSONError) {
    guard skipSpace() == bracket else { throw unexpected(noun, .jsonUnexpectedType) }
    guard depth < depthLimit else {
      throw JSONError(.jsonTooDeep, "nested deeper than \(depthLimit) levels", at: offset)
    }
    depth += 1
    offset += 1
    isFirst = true
  }

  private mutating func next(closing bracket: UInt8, _ wanted: String) throws(JSONError) -> Bool {
    let byte = skipSpace()
    if byte == bracket {
      offset += 1
      depth -= 1
      isFirst = false
      return false
    }
    if isFirst {
      isFirst = false
      guard byte != nil else { throw unexpected(wanted) }
      return true
    }
    guard byte == UInt8(ascii: ",") else { throw unexpected(wanted) }
    offset += 1
    return true
  }
}
