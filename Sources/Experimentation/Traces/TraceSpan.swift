import Basics

/// One step of a trace.
public struct TraceSpan: Sendable, Equatable {
  /// How a step ended; OpenTelemetry's words.
  public enum Status: String, Codable, Sendable {
    case unset = "UNSET"
    case ok = "OK"
    case error = "ERROR"
  }

  /// 16 hexadecimal digits, unique in its trace.
  public var id: String
  /// The step that it is a part of; nil for a trace's root.
  public var parent: String?
  /// What was done, such as the name of a function.
  public var name: String
  /// MLflow's kind of step, such as `LLM`; may be empty.
  public var type: String
  /// How it ended.
  public var status: Status
  /// Unix time in nanoseconds, UTC.
  public var startNs: Int64
  /// Unix time in nanoseconds, UTC; nil while it runs.
  public var endNs: Int64?
  /// Tokens of a language model by MLflow's names, such as `input_tokens`.
  public var usage: [String: Double] = [:]
  /// US dollars by MLflow's names, such as `total_cost`.
  public var cost: [String: Double] = [:]
  /// The language model that was asked; nil where none was.
  public var model: String?
  /// The whole span as Protocol Buffers' JSON writes OTLP's message.
  public var content: String

  /// Takes every value as it is.
  public init(
    id: String, parent: String? = nil, name: String, type: String = "", status: Status = .unset,
    startNs: Int64, endNs: Int64? = nil, content: String
  ) {
    self.id = id
    self.parent = parent
    self.name = name
    self.type = type
    self.status = status
    self.startNs = startNs
    self.endNs = endNs
    self.content = content
  }
}

/// Spans of one trace that came together, and what they tell of the trace.
public struct TraceArrival: Sendable, Equatable {
  /// The trace's identifier, such as `tr-…`.
  public var trace: String
  /// At least one.
  public var spans: [TraceSpan]
  /// Notes of the application and of where it runs; those that the trace has stay.
  public var tags: [String: String] = [:]
  /// Who asked and in which session; what the trace has stays.
  public var metadata: [String: String] = [:]
  /// The start of what was asked; empty where it is not known.
  public var requestPreview = ""
  /// The start of what was answered; empty where it is not known.
  public var responsePreview = ""

  /// Takes every value as it is.
  public init(trace: String, spans: [TraceSpan]) {
    self.trace = trace
    self.spans = spans
  }

  /// Unix time of the first start.
  var startMs: Int64 { (spans.map(\.startNs).min() ?? 0) / 1_000_000 }
  /// Unix time of the last end; nil while all run.
  var endMs: Int64? { spans.compactMap(\.endNs).max().map { $0 / 1_000_000 } }

  /// What became of the trace, as its root tells; nil where the root is not among the spans.
  var state: TraceState? {
    spans.first { $0.parent == nil }.map { $0.status == .error ? .error : .ok }
  }
}

/// A trace and its spans.
public struct WholeTrace: Sendable {
  /// What is known of the trace.
  public var trace: Trace
  /// In Protocol Buffers' JSON, the root first, then in order of time.
  public var spans: [String]

  /// Whether all spans are here that the trace's client counted.
  public var isComplete: Bool {
    guard let text = trace.metadata["mlflow.trace.sizeStats"] else { return !spans.isEmpty }
    // What is no JSON promises nothing.
    let promised = (try? JSONValue(parsing: text))?["num_spans"]?.numberValue ?? 0
    return Double(spans.count) >= promised
  }
}

/// Sums along a tree of spans.
enum SpanTree {
  /// One span with what it counted itself, or for all below it.
  struct Node {
    var id: String
    var parent: String?
    var counts: [String: Double]
  }

  /// The sums of what was counted: a span that counted speaks for all below it, so that
  /// nothing counts twice where a caller repeats the sum of what it called.
  static func sums(_ nodes: [Node]) -> [String: Double] {
    let byID = [String: Node](nodes.map { ($0.id, $0) }) { _, last in last }
    var sums: [String: Double] = [:]
    for node in byID.values where !node.counts.isEmpty && !isSpokenFor(node, byID) {
      sums.merge(node.counts) { $0 + $1 }
    }
    return sums
  }

  private static func isSpokenFor(_ node: Node, _ byID: [String: Node]) -> Bool {
    var above = node.parent
    // Hostile spans may be each other's parents.
    for _ in 0..<byID.count {
      guard let id = above, let parent = byID[id] else { return false }
      if !parent.counts.isEmpty, parent.id != node.id { return true }
      above = parent.parent
    }
    return false
  }
}
