/// Writes messages of Protocol Buffers for tests, field by field.
struct OTLPMessage {
  private(set) var bytes: [UInt8] = []

  mutating func varint(_ field: Int, _ value: UInt64) {
    number(UInt64(field) << 3)
    number(value)
  }

  mutating func fixed64(_ field: Int, _ value: UInt64) {
    number(UInt64(field) << 3 | 1)
    for shift in stride(from: UInt64(0), to: 64, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: value >> shift))
    }
  }

  mutating func bytes(_ field: Int, _ value: [UInt8]) {
    number(UInt64(field) << 3 | 2)
    number(UInt64(value.count))
    bytes += value
  }

  mutating func text(_ field: Int, _ value: String) { bytes(field, Array(value.utf8)) }

  mutating func message(_ field: Int, _ write: (inout OTLPMessage) -> Void) {
    var inner = OTLPMessage()
    write(&inner)
    bytes(field, inner.bytes)
  }

  /// A `KeyValue` whose value `write` writes.
  mutating func attribute(_ field: Int, _ key: String, _ write: (inout OTLPMessage) -> Void) {
    message(field) {
      $0.text(1, key)
      $0.message(2, write)
    }
  }

  private mutating func number(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  /// A request with one span of a service: the span is completed by `write`.
  static func request(
    trace: UInt8 = 7, span: UInt8 = 1, parent: UInt8? = nil,
    _ write: (inout OTLPMessage) -> Void = { _ in }
  ) -> [UInt8] {
    var request = OTLPMessage()
    request.message(1) { source in
      source.message(1) { resource in
        resource.attribute(1, "service.name") { $0.text(1, "shop") }
        resource.attribute(1, "telemetry.sdk.name") { $0.text(1, "test") }
      }
      source.message(2) { scope in
        scope.message(2) { message in
          message.bytes(1, [UInt8](repeating: trace, count: 16))
          message.bytes(2, [UInt8](repeating: span, count: 8))
          if let parent { message.bytes(4, [UInt8](repeating: parent, count: 8)) }
          message.text(5, "step \(span)")
          message.varint(6, 1)
          message.fixed64(7, 1_700_000_000_000_000_000 + UInt64(span))
          message.fixed64(8, 1_700_000_001_000_000_000 + UInt64(span))
          write(&message)
        }
      }
    }
    return request.bytes
  }
}
