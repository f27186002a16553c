/// A value of an attribute: OpenTelemetry's `AnyValue`.
indirect enum OTLPValue: Equatable, Sendable {
  case none
  case string(String)
  case bool(Bool)
  case integer(Int64)
  case double(Double)
  case bytes([UInt8])
  case array([OTLPValue])
  case map([OTLPAttribute])

  /// The text of a string, else nil.
  var stringValue: String? { if case .string(let text) = self { text } else { nil } }
}

/// A name and its value.
struct OTLPAttribute: Equatable, Sendable {
  var key: String
  var value: OTLPValue
}

extension [OTLPAttribute] {
  /// The value of a key; of a repeated key the last holds.
  subscript(_ key: String) -> OTLPValue? { last { $0.key == key }?.value }
}

/// One span as it travels: OpenTelemetry's `Span` of trace/v1.
struct OTLPSpan: Equatable, Sendable {
  /// Something that happened at one moment of a span.
  struct Event: Equatable, Sendable {
    var timeNs: UInt64 = 0
    var name = ""
    var attributes: [OTLPAttribute] = []
  }

  /// Another span, perhaps of another trace.
  struct Link: Equatable, Sendable {
    var traceID: [UInt8] = []
    var spanID: [UInt8] = []
    var traceState = ""
    var attributes: [OTLPAttribute] = []
  }

  /// OpenTelemetry's `StatusCode`.
  enum Status: Int, Sendable {
    case unset = 0
    case ok = 1
    case error = 2
  }

  /// 16 bytes.
  var traceID: [UInt8] = []
  /// 8 bytes.
  var spanID: [UInt8] = []
  /// 8 bytes; none for a trace's root.
  var parentID: [UInt8] = []
  var traceState = ""
  var name = ""
  /// 0 to 5: OpenTelemetry's `SpanKind`.
  var kind: UInt64 = 0
  /// Nanoseconds since 1970.
  var startNs: UInt64 = 0
  /// Nanoseconds since 1970; 0 while it runs.
  var endNs: UInt64 = 0
  var attributes: [OTLPAttribute] = []
  var events: [Event] = []
  var links: [Link] = []
  var status = Status.unset
  var statusMessage = ""
}

/// Spans of one source, such as a service.
struct OTLPResourceSpans: Equatable, Sendable {
  /// What describes the source.
  var resource: [OTLPAttribute] = []
  var spans: [OTLPSpan] = []
}
