/// Takes values out of bytes that a `ByteWriter` made; never reads beyond them.
struct ByteReader {
  private let bytes: ArraySlice<UInt8>
  private var position: Int

  init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    position = bytes.startIndex
  }

  var isAtEnd: Bool { position == bytes.endIndex }

  mutating func take(_ count: Int) throws(JobProtocolError) -> ArraySlice<UInt8> {
    guard count >= 0, count <= bytes.endIndex - position else {
      throw JobProtocolError.truncated
    }
    defer { position += count }
    return bytes[position..<position + count]
  }

  mutating func integer<Integer: FixedWidthInteger>(
    _ type: Integer.Type = Integer.self
  ) throws(JobProtocolError) -> Integer {
    var value: Integer = 0
    var shift = 0
    for byte in try take(MemoryLayout<Integer>.size) {
      value |= Integer(truncatingIfNeeded: byte) << Integer(truncatingIfNeeded: shift)
      shift += 8
    }
    return value
  }

  mutating func data() throws(JobProtocolError) -> [UInt8] {
    Array(try take(Int(try integer(UInt32.self))))
  }

  mutating func text() throws(JobProtocolError) -> String {
    String(decoding: try take(Int(try integer(UInt32.self))), as: UTF8.self)
  }

  mutating func list<Element>(
    _ element: (inout ByteReader) throws(JobProtocolError) -> Element
  ) throws(JobProtocolError) -> [Element] {
    var items: [Element] = []
    for _ in 0..<(try integer(UInt32.self)) { items.append(try element(&self)) }
    return items
  }

  mutating func optional<Value>(
    _ value: (inout ByteReader) throws(JobProtocolError) -> Value
  ) throws(JobProtocolError) -> Value? {
    try integer(UInt8.self) == 0 ? nil : try value(&self)
  }
}
