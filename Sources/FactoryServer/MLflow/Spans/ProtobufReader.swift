/// Bytes that are no message of Protocol Buffers, or one that is too large.
struct ProtobufError: Error, Equatable {
  let message: String
}

/// Reads the fields of one message in the wire format of Protocol Buffers, one after another.
///
/// Whatever the bytes are, it ends: with fields, or with an error. It copies nothing but what is
/// asked for. Format: https://protobuf.dev/programming-guides/encoding; groups, which no message
/// of proto3 has, are refused.
struct ProtobufReader {
  /// What a field holds; which of them a number's type is written as, the message's schema says.
  enum Value {
    case varint(UInt64)
    case fixed64(UInt64)
    case fixed32(UInt32)
    /// A text, bytes, or a message of its own.
    case bytes(ArraySlice<UInt8>)
  }

  /// One field of a message.
  struct Field {
    var number: Int
    var value: Value
  }

  private var rest: ArraySlice<UInt8>

  init(_ message: ArraySlice<UInt8>) { rest = message }

  /// The next field; nil at the end of the message.
  mutating func next() throws(ProtobufError) -> Field? {
    guard !rest.isEmpty else { return nil }
    let key = try varint()
    let number = key >> 3
    guard (1...536_870_911).contains(number) else {
      throw ProtobufError(message: "a field has the number \(number)")
    }
    let value: Value
    switch key & 7 {
    case 0: value = .varint(try varint())
    case 1: value = .fixed64(try fixed(UInt64.self))
    case 2:
      let count = try varint()
      guard count <= UInt64(rest.count) else {
        throw ProtobufError(message: "field \(number) is longer than the message that holds it")
      }
      value = .bytes(rest.prefix(Int(count)))
      rest = rest.dropFirst(Int(count))
    case 5: value = .fixed32(try fixed(UInt32.self))
    case let kind: throw ProtobufError(message: "field \(number) is of the unknown kind \(kind)")
    }
    return Field(number: Int(number), value: value)
  }

  private mutating func varint() throws(ProtobufError) -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), through: 63, by: 7) {
      guard let byte = rest.popFirst() else {
        throw ProtobufError(message: "it ends within a number")
      }
      value |= UInt64(byte & 0x7F) << shift
      if byte & 0x80 == 0 { return value }
    }
    throw ProtobufError(message: "a number has more than ten bytes")
  }

  private mutating func fixed<Number: FixedWidthInteger>(
    _ type: Number.Type
  ) throws(ProtobufError) -> Number {
    let size = MemoryLayout<Number>.size
    guard rest.count >= size else { throw ProtobufError(message: "it ends within a number") }
    var value: Number = 0
    for byte in rest.prefix(size).reversed() { value = value << 8 | Number(byte) }
    rest = rest.dropFirst(size)
    return value
  }
}

extension ProtobufReader.Value {
  /// The bytes of a field that must hold some.
  func bytes(_ name: String) throws(ProtobufError) -> ArraySlice<UInt8> {
    guard case .bytes(let bytes) = self else {
      throw ProtobufError(message: "'\(name)' is a number")
    }
    return bytes
  }

  /// A text; what is not UTF-8 is replaced.
  func text(_ name: String) throws(ProtobufError) -> String {
    String(decoding: try bytes(name), as: UTF8.self)
  }

  /// A number in as many bytes as it needs.
  func varint(_ name: String) throws(ProtobufError) -> UInt64 {
    guard case .varint(let number) = self else {
      throw ProtobufError(message: "'\(name)' is not a number of variable length")
    }
    return number
  }

  /// A number of eight bytes.
  func fixed64(_ name: String) throws(ProtobufError) -> UInt64 {
    guard case .fixed64(let number) = self else {
      throw ProtobufError(message: "'\(name)' is not a number of eight bytes")
    }
    return number
  }
}
