import Basics
import Experimentation

/// Makes of what OTLP brings what the ledger keeps.
struct SpanIntake {
  /// How many characters of what was asked and answered a list of traces shows.
  private static let previewLimit = 1_000

  /// The spans, gathered by trace in the order in which they came.
  ///
  /// - Throws: `ProtobufError` for a span without proper identifiers: 16 bytes for a trace, 8 for a span.
  static func arrivals(of sources: [OTLPResourceSpans]) throws(ProtobufError) -> [TraceArrival] {
    var arrivals: [TraceArrival] = []
    var positions: [[UInt8]: Int] = [:]
    for source in sources {
      let tags = tags(ofResource: source.resource)
      for span in source.spans {
        guard span.traceID.count == 16, span.traceID.contains(where: { $0 != 0 }) else {
          throw ProtobufError(message: "a span's trace_id must be 16 bytes, not all zero")
        }
        guard span.spanID.count == 8, span.spanID.contains(where: { $0 != 0 }) else {
          throw ProtobufError(message: "a span's span_id must be 8 bytes, not all zero")
        }
        let kept = traceSpan(span)
        let position = positions[span.traceID] ?? arrivals.count
        if position == arrivals.count {
          positions[span.traceID] = position
          arrivals.append(TraceArrival(trace: "tr-" + hex(span.traceID), spans: []))
          arrivals[position].tags = tags
        }
        arrivals[position].spans.append(kept)
        note(span, isRoot: kept.parent == nil, on: &arrivals[position])
      }
    }
    return arrivals
  }

  private static func traceSpan(_ span: OTLPSpan) -> TraceSpan {
    var writer = JSONWriter(capacity: 1_024)
    writer.otlp(span)
    let isRoot = !span.parentID.contains { $0 != 0 }
    var kept = TraceSpan(
      id: hex(span.spanID), parent: isRoot ? nil : hex(span.parentID), name: storable(span.name),
      type: storable(span.attributes["mlflow.spanType"]?.stringValue ?? ""),
      status: status(span.status), startNs: Int64(clamping: span.startNs),
      endNs: span.endNs == 0 ? nil : Int64(clamping: span.endNs),
      content: String(decoding: writer.bytes, as: UTF8.self))
    kept.usage = counts(span.attributes["mlflow.chat.tokenUsage"])
    if kept.usage.isEmpty { kept.usage = usage(ofConventions: span.attributes) }
    kept.cost = counts(span.attributes["mlflow.llm.cost"])
    let models = ["mlflow.llm.model", "gen_ai.response.model", "gen_ai.request.model"]
    kept.model = models.lazy.compactMap { span.attributes[$0]?.stringValue }.first.map(storable)
    return kept
  }

  /// What a span tells of its trace.
  private static func note(_ span: OTLPSpan, isRoot: Bool, on arrival: inout TraceArrival) {
    for (key, names) in [
      ("mlflow.trace.session", ["session.id", "gen_ai.conversation.id"]),
      ("mlflow.trace.user", ["user.id"]),
    ] where arrival.metadata[key] == nil {
      arrival.metadata[key] = names.lazy.compactMap { span.attributes[$0] }.first.map(text)
    }
    guard isRoot else { return }
    if !span.name.isEmpty { arrival.tags["mlflow.traceName"] = storable(span.name) }
    let prefix = "mlflow.traceTag."
    for attribute in span.attributes where attribute.key.hasPrefix(prefix) {
      arrival.tags[storable(String(attribute.key.dropFirst(prefix.count)))] = text(attribute.value)
    }
    arrival.requestPreview = preview(
      span.attributes, ["mlflow.spanInputs", "input.value", "gen_ai.input.messages"])
    arrival.responsePreview = preview(
      span.attributes, ["mlflow.spanOutputs", "output.value", "gen_ai.output.messages"])
  }

  /// The source's description as tags, without what its library says of itself.
  private static func tags(ofResource attributes: [OTLPAttribute]) -> [String: String] {
    var tags: [String: String] = [:]
    for attribute in attributes
    where !attribute.key.hasPrefix("telemetry.sdk.") && !attribute.key.hasPrefix("mlflow.") {
      tags[storable(attribute.key)] = text(attribute.value)
    }
    return tags
  }

  private static func preview(_ attributes: [OTLPAttribute], _ names: [String]) -> String {
    let whole = names.lazy.compactMap { attributes[$0] }.first.map(text) ?? ""
    guard whole.count > previewLimit else { return whole }
    return whole.prefix(previewLimit - 3) + "..."
  }

  /// A text as it is, anything else as JSON.
  private static func text(_ value: OTLPValue) -> String {
    if let text = value.stringValue { return storable(text) }
    var writer = JSONWriter()
    writer.plain(value)
    return String(decoding: writer.bytes, as: UTF8.self)
  }

  /// NUL would end a text for SQLite.
  private static func storable(_ text: String) -> String {
    text.utf8.contains(0) ? text.replacing("\0", with: "\u{FFFD}") : text
  }

  private static func counts(_ value: OTLPValue?) -> [String: Double] {
    var counts: [String: Double] = [:]
    switch value {
    case .map(let members):
      for member in members { counts[member.key] = number(member.value) }
    case .string(let text):
      // Whoever sends no JSON here counted nothing.
      for member in (try? JSONValue(parsing: text))?.objectValue ?? [] {
        counts[member.key] = member.value.numberValue
      }
    default: break
    }
    return counts.filter { $0.value.isFinite }
  }

  /// Tokens by OpenTelemetry's conventions for generative models.
  private static func usage(ofConventions attributes: [OTLPAttribute]) -> [String: Double] {
    let input = attributes["gen_ai.usage.input_tokens"].flatMap(number)
    let output = attributes["gen_ai.usage.output_tokens"].flatMap(number)
    guard input != nil || output != nil else { return [:] }
    return [
      "input_tokens": input ?? 0, "output_tokens": output ?? 0,
      "total_tokens": (input ?? 0) + (output ?? 0),
    ]
  }

  private static func number(_ value: OTLPValue) -> Double? {
    switch value {
    case .integer(let whole): Double(whole)
    case .double(let number): number
    case .none, .string, .bool, .bytes, .array, .map: nil
    }
  }

  private static func status(_ status: OTLPSpan.Status) -> TraceSpan.Status {
    switch status {
    case .unset: .unset
    case .ok: .ok
    case .error: .error
    }
  }

  private static func hex(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(
      decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}
