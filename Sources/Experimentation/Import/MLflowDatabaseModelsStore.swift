import Basics
import Foundation

/// Logged models, traces and the registry of an MLflow database.
extension MLflowDatabaseStore {
  func loggedModels(in experiment: MLflowLine) throws -> [MLflowLine] {
    try lines(
      "logged_models", where: "experiment_id = ?", [experiment.text("experiment_id")],
      order: "creation_timestamp_ms, model_id")
  }

  func params(ofModel model: MLflowLine) throws -> [String: String] {
    try pairs(
      "logged_model_params", "model_id", model.text("model_id"), key: "param_key",
      text: "param_value")
  }

  func tags(ofModel model: MLflowLine) throws -> [String: String] {
    try pairs(
      "logged_model_tags", "model_id", model.text("model_id"), key: "tag_key", text: "tag_value")
  }

  func metrics(ofModel model: MLflowLine) throws -> [(run: RunID, metric: LoggedModelMetric)] {
    let id = model.text("model_id")
    return try lines(
      "logged_model_metrics", where: "model_id = ?", [id], order: "metric_name, metric_step"
    ).compactMap { line in
      guard let run = RunID(line.text("run_id")) else { return nil }
      return (
        run,
        LoggedModelMetric(
          model: id,
          point: MetricPoint(
            key: line.text("metric_name"), value: unboundedMetric(line.double("metric_value")),
            step: line.integer("metric_step") ?? 0,
            timestampMs: line.integer("metric_timestamp_ms") ?? 0),
          datasetName: line.text("dataset_name"), datasetDigest: line.text("dataset_digest"))
      )
    }
  }

  func traces(in experiment: MLflowLine, home: ExperimentID) throws -> [MLflowTraceSource] {
    try lines(
      "trace_info", where: "experiment_id = ?", [experiment.text("experiment_id")],
      order: "timestamp_ms, request_id"
    ).map { line in
      let id = line.text("request_id")
      var trace = Trace(
        id: id, experiment: home, clientRequest: line.text("client_request_id"),
        requestPreview: line.text("request_preview"),
        responsePreview: line.text("response_preview"),
        requestedAtMs: line.integer("timestamp_ms") ?? 0,
        durationMs: line.integer("execution_time_ms"),
        state: TraceState(rawValue: line.text("status")) ?? .unspecified,
        tags: try pairs("trace_tags", "request_id", id),
        metadata: try pairs("trace_request_metadata", "request_id", id))
      trace.assessments = try lines(
        "assessments", where: "trace_id = ?", [id], order: "created_timestamp, assessment_id"
      ).map(Self.assessment)
      let artifacts = trace.tags["mlflow.artifactLocation"] ?? ""
      let spans = try lines("spans", where: "trace_id = ?", [id], order: "start_time_unix_nano")
        .compactMap { try? JSONValue(parsing: $0.text("content")) }
      // Where spans lie in rows, clients of ours look for them in a file.
      trace.tags["mlflow.trace.spansLocation"] = nil
      return MLflowTraceSource(
        trace: trace,
        spans: spans.isEmpty
          ? nil : JSONValue.object([JSONMember("spans", .array(spans))]).encoded(),
        artifacts: artifacts)
    }
  }

  private static func assessment(_ line: MLflowLine) -> Assessment {
    func json(_ text: String) -> JSONValue {
      // What is no JSON was meant as a text.
      (try? JSONValue(parsing: text)) ?? .string(text)
    }
    var members: [JSONMember] = [
      JSONMember(
        "source",
        .object([
          JSONMember("source_type", .string(line.text("source_type"))),
          JSONMember("source_id", .string(line.text("source_id"))),
        ]))
    ]
    let value = json(line.text("value"))
    if line.text("assessment_type") == "expectation" {
      members.append(JSONMember("expectation", MLflowAssessment.expectation(value)))
    } else {
      var feedback = [JSONMember("value", value)]
      if !line.text("error").isEmpty {
        feedback.append(JSONMember("error", json(line.text("error"))))
      }
      members.append(JSONMember("feedback", .object(feedback)))
    }
    for (column, key) in [
      ("rationale", "rationale"), ("span_id", "span_id"), ("overrides", "overrides"),
    ] where !line.text(column).isEmpty {
      members.append(JSONMember(key, .string(line.text(column))))
    }
    if !line.text("assessment_metadata").isEmpty {
      members.append(JSONMember("metadata", json(line.text("assessment_metadata"))))
    }
    members.append(JSONMember("valid", .bool(line.integer("valid") != 0)))
    return MLflowAssessment.made(
      id: line.text("assessment_id"), name: line.text("name"), members,
      createdAtMs: line.integer("created_timestamp") ?? 0,
      updatedAtMs: line.integer("last_updated_timestamp") ?? 0)
  }

  func registeredModels() throws -> [MLflowLine] { try lines("registered_models", order: "name") }

  func tags(ofRegistered model: MLflowLine) throws -> [String: String] {
    try pairs("registered_model_tags", "name", model.text("name"))
  }

  func aliases(of model: MLflowLine) throws -> [(alias: String, version: Int)] {
    try lines(
      "registered_model_aliases", where: "name = ?", [model.text("name")], order: "alias"
    ).map { ($0.text("alias"), Int($0.integer("version") ?? 0)) }
  }

  func versions(of model: MLflowLine) throws -> [MLflowLine] {
    try lines("model_versions", where: "name = ?", [model.text("name")], order: "version")
  }

  func tags(ofVersion version: MLflowLine, of model: MLflowLine) throws -> [String: String] {
    [String: String](
      try lines(
        "model_version_tags", where: "name = ? AND version = ?",
        [model.text("name"), version.integer("version") ?? 0], order: "key"
      ).map { ($0.text("key"), $0.text("value")) }, uniquingKeysWith: { _, last in last })
  }
}

/// Assessments in the shape in which clients send them.
enum MLflowAssessment {
  /// Simple values stand as they are, others as a text of JSON.
  static func expectation(_ value: JSONValue) -> JSONValue {
    switch value {
    case .null, .bool, .number, .string: return .object([JSONMember("value", value)])
    case .array, .object:
      return .object([
        JSONMember(
          "serialized_value",
          .object([
            JSONMember("serialization_format", .string("JSON_FORMAT")),
            JSONMember("value", .string(String(decoding: value.encoded(), as: UTF8.self))),
          ]))
      ])
    }
  }

  /// One with its content as JSON.
  static func made(
    id: String, name: String, _ members: [JSONMember], createdAtMs: Int64, updatedAtMs: Int64
  ) -> Assessment {
    Assessment(
      id: id, name: name,
      content: String(decoding: JSONValue.object(members).encoded(), as: UTF8.self),
      createdAtMs: createdAtMs, updatedAtMs: updatedAtMs)
  }
}
