/// Puts values into bytes, little-endian; texts and lists are preceded by their length.
struct ByteWriter {
  private(set) var bytes: [UInt8] = []

  mutating func write<Integer: FixedWidthInteger>(_ value: Integer) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }

  mutating func write(_ text: String) { write(Array(text.utf8)) }

  mutating func write(_ data: [UInt8]) {
    write(UInt32(data.count))
    bytes.append(contentsOf: data)
  }

  mutating func write<Element>(
    list: [Element], _ element: (inout ByteWriter, Element) -> Void
  ) {
    write(UInt32(list.count))
    for item in list { element(&self, item) }
  }

  /// Puts a byte that says whether a value follows.
  mutating func write<Value>(optional: Value?, _ value: (inout ByteWriter, Value) -> Void) {
    guard let present = optional else { return write(UInt8(0)) }
    write(UInt8(1))
    value(&self, present)
  }
}
