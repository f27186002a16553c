/// Reads `ExportTraceServiceRequest` of OTLP from Protocol Buffers, within bounds.
///
/// The numbers of the fields are those of opentelemetry-proto: collector/trace/v1, trace/v1,
/// common/v1 and resource/v1. Fields that are not known are passed over, as the format wants it.
struct OTLPDecoder {
  /// How deep values may be nested.
  static let depthLimit = 64
  /// How many values, events and links a request may have: each takes more memory than its bytes.
  static let itemLimit = 1_000_000

  private var items = 0

  /// The spans of a request, with their sources.
  static func resourceSpans(of bytes: [UInt8]) throws(ProtobufError) -> [OTLPResourceSpans] {
    var decoder = OTLPDecoder()
    var all: [OTLPResourceSpans] = []
    var reader = ProtobufReader(bytes[...])
    while let field = try reader.next() {
      guard field.number == 1 else { continue }
      all.append(try decoder.resourceSpans(try field.value.bytes("resource_spans")))
    }
    return all
  }

  private mutating func resourceSpans(
    _ message: ArraySlice<UInt8>
  ) throws(ProtobufError) -> OTLPResourceSpans {
    try count()
    var found = OTLPResourceSpans()
    var reader = ProtobufReader(message)
    while let field = try reader.next() {
      switch field.number {
      case 1:
        var resource = ProtobufReader(try field.value.bytes("resource"))
        while let part = try resource.next() {
          if part.number == 1 {
            found.resource.append(try attribute(try part.value.bytes("attributes"), depth: 0))
          }
        }
      case 2:
        var scope = ProtobufReader(try field.value.bytes("scope_spans"))
        while let part = try scope.next() {
          if part.number == 2 { found.spans.append(try span(try part.value.bytes("spans"))) }
        }
      default: continue
      }
    }
    return found
  }

  private mutating func span(_ message: ArraySlice<UInt8>) throws(ProtobufError) -> OTLPSpan {
    try count()
    var span = OTLPSpan()
    var reader = ProtobufReader(message)
    while let field = try reader.next() {
      let value = field.value
      switch field.number {
      case 1: span.traceID = Array(try value.bytes("trace_id"))
      case 2: span.spanID = Array(try value.bytes("span_id"))
      case 3: span.traceState = try value.text("trace_state")
      case 4: span.parentID = Array(try value.bytes("parent_span_id"))
      case 5: span.name = try value.text("name")
      case 6: span.kind = try value.varint("kind")
      case 7: span.startNs = try value.fixed64("start_time_unix_nano")
      case 8: span.endNs = try value.fixed64("end_time_unix_nano")
      case 9: span.attributes.append(try attribute(try value.bytes("attributes"), depth: 0))
      case 11: span.events.append(try event(try value.bytes("events")))
      case 13: span.links.append(try link(try value.bytes("links")))
      case 15: try readStatus(try value.bytes("status"), into: &span)
      default: continue
      }
    }
    return span
  }

  private mutating func event(
    _ message: ArraySlice<UInt8>
  ) throws(ProtobufError) -> OTLPSpan.Event {
    try count()
    var event = OTLPSpan.Event()
    var reader = ProtobufReader(message)
    while let field = try reader.next() {
      switch field.number {
      case 1: event.timeNs = try field.value.fixed64("time_unix_nano")
      case 2: event.name = try field.value.text("name")
      case 3:
        event.attributes.append(try attribute(try field.value.bytes("attributes"), depth: 0))
      default: continue
      }
    }
    return event
  }

  private mutating func link(
    _ message: ArraySlice<UInt8>
  ) throws(ProtobufError) -> OTLPSpan.Link {
    try count()
    var link = OTLPSpan.Link()
    var reader = ProtobufReader(message)
    while let field = try reader.next() {
      switch field.number {
      case 1: link.traceID = Array(try field.value.bytes("trace_id"))
      case 2: link.spanID = Array(try field.value.bytes("span_id"))
      case 3: link.traceState = try field.value.text("trace_state")
      case 4:
        link.attributes.append(try attribute(try field.value.bytes("attributes"), depth: 0))
      default: continue
      }
    }
    return link
  }

  private func readStatus(
    _ message: ArraySlice<UInt8>, into span: inout OTLPSpan
  ) throws(ProtobufError) {
    var reader = ProtobufReader(message)
    while let field = try reader.next() {
      switch field.number {
      case 2: span.statusMessage = try field.value.text("message")
      case 3:
        let code = try field.value.varint("code")
        span.status = OTLPSpan.Status(rawValue: Int(truncatingIfNeeded: code)) ?? .unset
      default: continue
      }
    }
  }

  private mutating func attribute(
    _ message: ArraySlice<UInt8>, depth: Int
  ) throws(ProtobufError) -> OTLPAttribute {
    var attribute = OTLPAttribute(key: "", value: .none)
    var reader = ProtobufReader(message)
    while let field = try reader.next() {
      switch field.number {
      case 1: attribute.key = try field.value.text("key")
      case 2: attribute.value = try value(try field.value.bytes("value"), depth: depth)
      default: continue
      }
    }
    return attribute
  }

  private mutating func value(
    _ message: ArraySlice<UInt8>, depth: Int
  ) throws(ProtobufError) -> OTLPValue {
    try count()
    guard depth < Self.depthLimit else {
      throw ProtobufError(message: "values are nested more than \(Self.depthLimit) deep")
    }
    var found = OTLPValue.none
    var reader = ProtobufReader(message)
    while let field = try reader.next() {
      switch field.number {
      case 1: found = .string(try field.value.text("string_value"))
      case 2: found = .bool(try field.value.varint("bool_value") != 0)
      case 3: found = .integer(Int64(bitPattern: try field.value.varint("int_value")))
      case 4: found = .double(Double(bitPattern: try field.value.fixed64("double_value")))
      case 5:
        var elements: [OTLPValue] = []
        var array = ProtobufReader(try field.value.bytes("array_value"))
        while let element = try array.next() {
          if element.number == 1 {
            elements.append(try value(try element.value.bytes("values"), depth: depth + 1))
          }
        }
        found = .array(elements)
      case 6:
        var members: [OTLPAttribute] = []
        var map = ProtobufReader(try field.value.bytes("kvlist_value"))
        while let member = try map.next() {
          if member.number == 1 {
            members.append(try attribute(try member.value.bytes("values"), depth: depth + 1))
          }
        }
        found = .map(members)
      case 7: found = .bytes(Array(try field.value.bytes("bytes_value")))
      default: continue
      }
    }
    return found
  }

  private mutating func count() throws(ProtobufError) {
    items += 1
    guard items <= Self.itemLimit else {
      throw ProtobufError(message: "it has more than \(Self.itemLimit) values")
    }
  }
}
