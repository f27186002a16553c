import Basics
import Testing

@testable import FactoryServer

struct OTLPDecoderTests {
  /// A span with a value of each kind, an event, a link and a status.
  private static let full = OTLPMessage.request(parent: 9) { span in
    span.text(3, "vendor=1")
    span.attribute(9, "text") { $0.text(1, "grün \" \\ \n") }
    span.attribute(9, "yes") { $0.varint(2, 1) }
    span.attribute(9, "whole") { $0.varint(3, UInt64(bitPattern: -5)) }
    span.attribute(9, "real") { $0.fixed64(4, (1.5).bitPattern) }
    span.attribute(9, "many") { value in
      value.message(5) { array in
        array.message(1) { $0.text(1, "a") }
        array.message(1) { _ in }
      }
    }
    span.attribute(9, "map") { value in
      value.message(6) { map in map.attribute(1, "inner") { $0.varint(3, 1 << 62) } }
    }
    span.attribute(9, "raw") { $0.bytes(7, [0, 255]) }
    span.attribute(9, "nothing") { _ in }
    span.message(11) { event in
      event.fixed64(1, 12)
      event.text(2, "exception")
      event.attribute(3, "exception.message") { $0.text(1, "boom") }
    }
    span.message(13) { link in
      link.bytes(1, [UInt8](repeating: 3, count: 16))
      link.bytes(2, [UInt8](repeating: 4, count: 8))
      link.attribute(4, "why") { $0.text(1, "retry") }
    }
    span.message(15) { status in
      status.text(2, "failed")
      status.varint(3, 2)
    }
    // Fields of a later version of the protocol.
    span.varint(900, 1)
    span.text(901, "new")
  }

  @Test func `a span comes in with values of every kind, events, links and status`() throws {
    let sources = try OTLPDecoder.resourceSpans(of: Self.full)
    #expect(sources.count == 1)
    #expect(sources[0].resource["service.name"] == .string("shop"))
    let span = try #require(sources[0].spans.first)
    #expect(span.traceID == [UInt8](repeating: 7, count: 16))
    #expect(span.parentID == [UInt8](repeating: 9, count: 8))
    #expect(span.name == "step 1")
    #expect(span.traceState == "vendor=1")
    #expect(span.startNs == 1_700_000_000_000_000_001)
    #expect(
      span.attributes == [
        OTLPAttribute(key: "text", value: .string("grün \" \\ \n")),
        OTLPAttribute(key: "yes", value: .bool(true)),
        OTLPAttribute(key: "whole", value: .integer(-5)),
        OTLPAttribute(key: "real", value: .double(1.5)),
        OTLPAttribute(key: "many", value: .array([.string("a"), .none])),
        OTLPAttribute(
          key: "map", value: .map([OTLPAttribute(key: "inner", value: .integer(1 << 62))])),
        OTLPAttribute(key: "raw", value: .bytes([0, 255])),
        OTLPAttribute(key: "nothing", value: .none),
      ])
    #expect(span.events.first?.name == "exception")
    #expect(span.events.first?.attributes["exception.message"] == .string("boom"))
    #expect(span.links.first?.spanID == [UInt8](repeating: 4, count: 8))
    #expect(span.status == .error)
    #expect(span.statusMessage == "failed")
  }

  @Test func `JSON of OTLP means the same as its Protocol Buffers`() throws {
    let json = #"""
      {"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"shop"}}]},
       "scopeSpans":[{"spans":[{"traceId":"07070707070707070707070707070707","spanId":"0101010101010101",
        "parentSpanId":"0909090909090909","name":"step 1","kind":1,
        "startTimeUnixNano":"1700000000000000001","endTimeUnixNano":"1700000001000000001",
        "attributes":[{"key":"whole","value":{"intValue":"-5"}},{"key":"real","value":{"doubleValue":1.5}},
         {"key":"yes","value":{"boolValue":true}},{"key":"raw","value":{"bytesValue":"AP8="}},
         {"key":"many","value":{"arrayValue":{"values":[{"stringValue":"a"},{}]}}},
         {"key":"map","value":{"kvlistValue":{"values":[{"key":"inner","value":{"intValue":"4611686018427387904"}}]}}}],
        "status":{"code":2,"message":"failed"}}]}]}]}
      """#
    let span = try #require(OTLPJSON.resourceSpans(of: Array(json.utf8)).first?.spans.first)
    let other = try #require(OTLPDecoder.resourceSpans(of: Self.full).first?.spans.first)
    for key in ["whole", "real", "yes", "raw", "many", "map"] {
      #expect(span.attributes[key] == other.attributes[key], "\(key)")
    }
    #expect(span.traceID == other.traceID)
    #expect(span.parentID == other.parentID)
    #expect(span.startNs == other.startNs)
    #expect(span.status == other.status)
  }

  @Test func `every cut and every changed bit ends in spans or in an error`() throws {
    for count in 1..<Self.full.count {
      #expect(throws: ProtobufError.self) {
        try OTLPDecoder.resourceSpans(of: Array(Self.full[..<count]))
      }
    }
    var refused = 0
    for position in Self.full.indices {
      for bit in 0..<8 {
        var bytes = Self.full
        bytes[position] ^= 1 << UInt8(bit)
        do {
          _ = try SpanIntake.arrivals(of: OTLPDecoder.resourceSpans(of: bytes))
        } catch {
          refused += 1
        }
      }
    }
    #expect(refused > 100)
  }

  @Test func `deep nesting, endless numbers and too many values are refused`() throws {
    var value: [UInt8] = []
    for _ in 0..<10_000 {
      var array = OTLPMessage()
      array.bytes(1, value)
      var outer = OTLPMessage()
      outer.bytes(5, array.bytes)
      value = outer.bytes
    }
    let deep = OTLPMessage.request { span in
      span.message(9) { $0.bytes(2, value) }
    }
    #expect(throws: ProtobufError.self) { try OTLPDecoder.resourceSpans(of: deep) }
    let endless = [UInt8](repeating: 0xFF, count: 11)
    #expect(throws: ProtobufError.self) { try OTLPDecoder.resourceSpans(of: endless) }
    let many = OTLPMessage.request { span in
      span.message(9) { attribute in
        attribute.message(2) { value in
          value.bytes(5, [UInt8](repeating: 0, count: 0))
          value.bytes(
            5, Array(repeatElement([UInt8(0x0A), 0], count: OTLPDecoder.itemLimit + 1).joined()))
        }
      }
    }
    #expect(throws: ProtobufError.self) { try OTLPDecoder.resourceSpans(of: many) }
  }

  @Test func `a span without proper identifiers is refused`() throws {
    for (trace, span) in [(0, 8), (16, 0), (15, 8), (16, 9)] {
      var message = OTLPSpan()
      message.traceID = [UInt8](repeating: 1, count: trace)
      message.spanID = [UInt8](repeating: 1, count: span)
      #expect(throws: ProtobufError.self) {
        try SpanIntake.arrivals(of: [OTLPResourceSpans(spans: [message])])
      }
    }
  }
}
