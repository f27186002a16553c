import MLflowProtocol
import Basics
import Experimentation

extension MLflowFields {
  /// The trace that a client sends when its root span has ended.
  func trace(nowMs: Int64) throws -> Trace {
    guard let info = try object("trace")?.object("trace_info") else {
      throw Self.missing("trace.trace_info")
    }
    let place = try info.object("trace_location")?.object("mlflow_experiment")
    guard let place else { throw Self.missing("trace_location.mlflow_experiment") }
    let word = try info.string("state") ?? ""
    guard let state = word.isEmpty ? .unspecified : TraceState(rawValue: word) else {
      throw Self.invalid("state", .string(word))
    }
    let time = try info.string("request_time").flatMap { MLflowTime.milliseconds(of: $0) }
    var trace = Trace(
      id: try info.required("trace_id"), experiment: try place.experiment(),
      clientRequest: try info.string("client_request_id") ?? "",
      requestPreview: try info.string("request_preview") ?? "",
      responsePreview: try info.string("response_preview") ?? "", requestedAtMs: time ?? nowMs,
      durationMs: try info.string("execution_duration").flatMap { MLflowTime.duration(of: $0) },
      state: state, tags: try info.map("tags"), metadata: try info.map("trace_metadata"))
    trace.assessments = try info.objects("assessments").map { try $0.assessment(nowMs: nowMs) }
    return trace
  }

  /// An assessment without what the server knows by itself.
  func assessment(nowMs: Int64) throws -> Assessment {
    let name = try required("assessment_name")
    guard self["feedback"] != nil || self["expectation"] != nil || self["issue"] != nil else {
      throw Self.missing("assessment.feedback")
    }
    let own = ["assessment_id", "trace_id", "create_time", "last_update_time"]
    var content = (members.objectValue ?? []).filter { !own.contains($0.key) }
    if self["valid"] == nil { content.append(JSONMember("valid", .bool(true))) }
    let created = try string("create_time").flatMap { MLflowTime.milliseconds(of: $0) }
    return Assessment(
      name: name, content: String(decoding: JSONValue.object(content).encoded(), as: UTF8.self),
      createdAtMs: created ?? nowMs, updatedAtMs: nowMs)
  }

  /// An object of texts.
  func map(_ name: String) throws -> [String: String] {
    var texts: [String: String] = [:]
    for member in try object(name)?.members.objectValue ?? [] {
      texts[member.key] = try object(name)?.string(member.key) ?? ""
    }
    return texts
  }
}

extension JSONWriter {
  /// A trace in MLflow's shape.
  mutating func traceInfo(_ trace: Trace) {
    beginObject()
    member("trace_id", trace.id)
    member(ifAny: "client_request_id", trace.clientRequest)
    key("trace_location")
    beginObject()
    member("type", "MLFLOW_EXPERIMENT")
    key("mlflow_experiment")
    beginObject()
    member("experiment_id", trace.experiment.rawValue)
    endObject()
    endObject()
    member(ifAny: "request_preview", trace.requestPreview)
    member(ifAny: "response_preview", trace.responsePreview)
    member("request_time", MLflowTime.text(trace.requestedAtMs))
    if let duration = trace.durationMs {
      member("execution_duration", MLflowTime.durationText(duration))
    }
    member("state", trace.state.rawValue)
    member("trace_metadata", map: trace.metadata)
    member("tags", map: trace.tags)
    member("assessments", trace.assessments) { $0.assessment($1, of: trace.id) }
    endObject()
  }

  /// An assessment in MLflow's shape.
  mutating func assessment(_ assessment: Assessment, of trace: String) {
    beginObject()
    member("assessment_id", assessment.id)
    member("trace_id", trace)
    // It was checked to be an object when it came in.
    let content = (try? JSONValue(parsing: assessment.content))?.objectValue ?? []
    for member in content where member.key != "assessment_name" {
      key(string: member.key)
      value(member.key == "expectation" ? Self.expectation(member.value) : member.value)
    }
    member("assessment_name", assessment.name)
    member("create_time", MLflowTime.text(assessment.createdAtMs))
    member("last_update_time", MLflowTime.text(assessment.updatedAtMs))
    endObject()
  }

  /// What was expected, with lists and objects as a text, which the protocol's message cannot hold
  /// otherwise.
  private static func expectation(_ sent: JSONValue) -> JSONValue {
    switch sent["value"] {
    case .array, .object: break
    case nil, .null, .bool, .number, .string: return sent
    }
    let text = String(decoding: (sent["value"] ?? .null).encoded(), as: UTF8.self)
    return .object([
      JSONMember(
        "serialized_value",
        .object([
          JSONMember("serialization_format", .string("JSON_FORMAT")),
          JSONMember("value", .string(text)),
        ]))
    ])
  }

  private mutating func member(_ key: StaticString, map: [String: String]) {
    self.key(key)
    beginObject()
    for (name, text) in map.sorted(by: { $0.key < $1.key }) {
      self.key(string: name)
      string(text)
    }
    endObject()
  }
}
