import MLflowProtocol
import Basics
import Foundation

/// Spans as JSON: read as OTLP's JSON encoding has them, written as MLflow's clients read them.
///
/// OTLP writes identifiers in hexadecimal digits and names in camelCase; Protocol Buffers' own
/// JSON, which MLflow's client expects, has base 64 and may have snake_case.
enum OTLPJSON {
  /// The spans of a request in JSON, with their sources.
  static func resourceSpans(of bytes: [UInt8]) throws -> [OTLPResourceSpans] {
    let request = try JSONValue(parsing: bytes)
    return try objects(request, "resourceSpans", "resource_spans").map { source in
      var found = OTLPResourceSpans()
      if let resource = source["resource"] {
        found.resource = try attributes(resource, depth: 0)
      }
      for scope in try objects(source, "scopeSpans", "scope_spans") {
        found.spans += try objects(scope, "spans").map(span)
      }
      return found
    }
  }

  private static func span(_ json: JSONValue) throws -> OTLPSpan {
    var span = OTLPSpan()
    span.traceID = try identifier(json, "traceId", "trace_id")
    span.spanID = try identifier(json, "spanId", "span_id")
    span.parentID = try identifier(json, "parentSpanId", "parent_span_id")
    span.traceState = text(json, "traceState", "trace_state")
    span.name = text(json, "name")
    span.kind = json["kind"]?.numberValue.flatMap { UInt64(exactly: $0) } ?? 0
    span.startNs = try time(json, "startTimeUnixNano", "start_time_unix_nano")
    span.endNs = try time(json, "endTimeUnixNano", "end_time_unix_nano")
    span.attributes = try attributes(json, depth: 0)
    span.events = try objects(json, "events").map { event in
      OTLPSpan.Event(
        timeNs: try time(event, "timeUnixNano", "time_unix_nano"), name: text(event, "name"),
        attributes: try attributes(event, depth: 0))
    }
    span.links = try objects(json, "links").map { link in
      OTLPSpan.Link(
        traceID: try identifier(link, "traceId", "trace_id"),
        spanID: try identifier(link, "spanId", "span_id"),
        traceState: text(link, "traceState", "trace_state"),
        attributes: try attributes(link, depth: 0))
    }
    let status = json["status"] ?? .null
    span.statusMessage = text(status, "message")
    switch status["code"] {
    case .number(1), .string("STATUS_CODE_OK"): span.status = .ok
    case .number(2), .string("STATUS_CODE_ERROR"): span.status = .error
    default: span.status = .unset
    }
    return span
  }

  private static func attributes(_ json: JSONValue, depth: Int) throws -> [OTLPAttribute] {
    try objects(json, "attributes").map { try attribute($0, depth: depth) }
  }

  private static func attribute(_ json: JSONValue, depth: Int) throws -> OTLPAttribute {
    OTLPAttribute(key: text(json, "key"), value: try value(json["value"] ?? .null, depth: depth))
  }

  private static func value(_ json: JSONValue, depth: Int) throws -> OTLPValue {
    guard depth < OTLPDecoder.depthLimit else {
      throw ProtobufError(
        message: "values are nested more than \(OTLPDecoder.depthLimit) deep")
    }
    if let text = member(json, "stringValue", "string_value")?.stringValue { return .string(text) }
    if let bool = member(json, "boolValue", "bool_value")?.boolValue { return .bool(bool) }
    switch member(json, "intValue", "int_value") {
    case .string(let text): if let whole = Int64(text) { return .integer(whole) }
    case .number(let number): if let whole = Int64(exactly: number) { return .integer(whole) }
    default: break
    }
    switch member(json, "doubleValue", "double_value") {
    case .string(let text): if let number = Double(text) { return .double(number) }
    case .number(let number): return .double(number)
    default: break
    }
    if let text = member(json, "bytesValue", "bytes_value")?.stringValue,
      let data = Data(base64Encoded: text)
    {
      return .bytes(Array(data))
    }
    if let array = member(json, "arrayValue", "array_value") {
      return .array(try objects(array, "values").map { try value($0, depth: depth + 1) })
    }
    if let map = member(json, "kvlistValue", "kvlist_value") {
      return .map(try objects(map, "values").map { try attribute($0, depth: depth + 1) })
    }
    return .none
  }

  private static func member(_ json: JSONValue, _ names: String...) -> JSONValue? {
    names.lazy.compactMap { json[$0] }.first { !$0.isNull }
  }

  private static func objects(_ json: JSONValue, _ names: String...) throws -> [JSONValue] {
    guard let value = names.lazy.compactMap({ json[$0] }).first(where: { !$0.isNull }) else {
      return []
    }
    guard let elements = value.arrayValue else {
      throw ProtobufError(message: "'\(names[0])' is no array")
    }
    return elements
  }

  private static func text(_ json: JSONValue, _ names: String...) -> String {
    names.lazy.compactMap { json[$0]?.stringValue }.first ?? ""
  }

  private static func time(_ json: JSONValue, _ names: String...) throws -> UInt64 {
    guard let value = names.lazy.compactMap({ json[$0] }).first(where: { !$0.isNull }) else {
      return 0
    }
    let whole =
      switch value {
      case .string(let text): UInt64(text)
      case .number(let number): UInt64(exactly: number)
      default: UInt64?.none
      }
    guard let whole else { throw ProtobufError(message: "'\(names[0])' is no time") }
    return whole
  }

  private static func identifier(_ json: JSONValue, _ names: String...) throws -> [UInt8] {
    let digits = Array((names.lazy.compactMap { json[$0]?.stringValue }.first ?? "").utf8)
    guard digits.count.isMultiple(of: 2) else {
      throw ProtobufError(message: "'\(names[0])' has an odd number of digits")
    }
    return try stride(from: 0, to: digits.count, by: 2).map { start in
      let pair = String(decoding: digits[start..<start + 2], as: UTF8.self)
      guard let byte = UInt8(pair, radix: 16) else {
        throw ProtobufError(message: "'\(names[0])' is not written in hexadecimal digits")
      }
      return byte
    }
  }
}

extension JSONWriter {
  /// A span in Protocol Buffers' JSON.
  mutating func otlp(_ span: OTLPSpan) {
    beginObject()
    member("trace_id", base64: span.traceID)
    member("span_id", base64: span.spanID)
    member(ifAny: "trace_state", span.traceState)
    if !span.parentID.isEmpty { member("parent_span_id", base64: span.parentID) }
    member("name", span.name)
    if (1...5).contains(span.kind) { member("kind", Int64(span.kind)) }
    member("start_time_unix_nano", "\(span.startNs)")
    if span.endNs > 0 { member("end_time_unix_nano", "\(span.endNs)") }
    member("attributes", span.attributes) { $0.otlp($1) }
    member("events", span.events) { writer, event in
      writer.beginObject()
      writer.member("time_unix_nano", "\(event.timeNs)")
      writer.member("name", event.name)
      writer.member("attributes", event.attributes) { $0.otlp($1) }
      writer.endObject()
    }
    member("links", span.links) { writer, link in
      writer.beginObject()
      writer.member("trace_id", base64: link.traceID)
      writer.member("span_id", base64: link.spanID)
      writer.member(ifAny: "trace_state", link.traceState)
      writer.member("attributes", link.attributes) { $0.otlp($1) }
      writer.endObject()
    }
    key("status")
    beginObject()
    member(ifAny: "message", span.statusMessage)
    member("code", Int64(span.status.rawValue))
    endObject()
    endObject()
  }

  private mutating func otlp(_ attribute: OTLPAttribute) {
    beginObject()
    member("key", attribute.key)
    key("value")
    otlp(attribute.value)
    endObject()
  }

  private mutating func otlp(_ value: OTLPValue) {
    beginObject()
    switch value {
    case .none: break
    case .string(let text): member("string_value", text)
    case .bool(let value):
      key("bool_value")
      bool(value)
    case .integer(let number): member("int_value", "\(number)")
    case .double(let number): member("double_value", number)
    case .bytes(let bytes): member("bytes_value", base64: bytes)
    case .array(let elements):
      key("array_value")
      beginObject()
      key("values")
      beginArray()
      for element in elements { otlp(element) }
      endArray()
      endObject()
    case .map(let members):
      key("kvlist_value")
      beginObject()
      key("values")
      beginArray()
      for member in members { otlp(member) }
      endArray()
      endObject()
    }
    endObject()
  }

  private mutating func member(_ key: StaticString, base64 bytes: [UInt8]) {
    member(key, Data(bytes).base64EncodedString())
  }

  /// A value as plain JSON, as whoever set the attribute meant it.
  mutating func plain(_ value: OTLPValue) {
    switch value {
    case .none: null()
    case .string(let text): string(text)
    case .bool(let value): bool(value)
    case .integer(let number): integer(number)
    case .double(let number): self.number(number)
    case .bytes(let bytes): string(Data(bytes).base64EncodedString())
    case .array(let elements):
      beginArray()
      for element in elements { plain(element) }
      endArray()
    case .map(let members):
      beginObject()
      for member in members {
        key(string: member.key)
        plain(member.value)
      }
      endObject()
    }
  }
}
