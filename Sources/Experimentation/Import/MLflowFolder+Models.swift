import Basics
import Foundation

/// Logged models, traces and the registry of a folder.
extension MLflowFolder {
  func loggedModels(in experiment: MLflowLine) throws -> [MLflowLine] {
    try folders(in: experiment.folder + "/models").compactMap { folder in
      guard var line = meta(in: folder, what: "logged model") else { return nil }
      line["creation_timestamp_ms"] = line["creation_timestamp"]
      line["last_updated_timestamp_ms"] = line["last_updated_timestamp"]
      return line
    }
  }

  func params(ofModel model: MLflowLine) throws -> [String: String] {
    texts(in: model.folder + "/params")
  }

  func tags(ofModel model: MLflowLine) throws -> [String: String] {
    texts(in: model.folder + "/tags")
  }

  func metrics(ofModel model: MLflowLine) throws -> [(run: RunID, metric: LoggedModelMetric)] {
    var found: [(run: RunID, metric: LoggedModelMetric)] = []
    for (key, file) in files(below: model.folder + "/metrics") {
      try eachLine(of: file) { line in
        guard let point = MLflowMetricLine(line), let run = point.rest.first.flatMap(RunID.init)
        else { return note("\(relative(file)): a line is no metric of a model.") }
        found.append(
          (
            run,
            LoggedModelMetric(
              model: model.text("model_id"),
              point: MetricPoint(
                key: key, value: point.value, step: point.step, timestampMs: point.timestampMs),
              datasetName: point.rest.count > 2 ? point.rest[1] : "",
              datasetDigest: point.rest.count > 2 ? point.rest[2] : "")
          ))
      }
    }
    return found
  }

  func traces(in experiment: MLflowLine, home: ExperimentID) throws -> [MLflowTraceSource] {
    try folders(in: experiment.folder + "/traces").compactMap { folder in
      guard let info = meta(in: folder, name: "trace_info.yaml", what: "trace") else { return nil }
      let id = info.text("trace_id").isEmpty ? info.text("request_id") : info.text("trace_id")
      let state = info.text("state").isEmpty ? info.text("status") : info.text("state")
      var trace = Trace(
        id: id.isEmpty ? FileTree.name(of: folder) : id, experiment: home,
        clientRequest: info.text("client_request_id"), requestPreview: info.text("request_preview"),
        responsePreview: info.text("response_preview"),
        requestedAtMs: Self.milliseconds(info.text("request_time"))
          ?? info.integer("timestamp_ms") ?? 0,
        durationMs: info.integer("execution_duration_ms") ?? info.integer("execution_time_ms"),
        state: TraceState(rawValue: state) ?? .unspecified, tags: texts(in: folder + "/tags"),
        metadata: texts(in: folder + "/request_metadata"))
      trace.assessments = files(below: folder + "/assessments").compactMap { _, path in
        assessment(path)
      }
      return MLflowTraceSource(trace: trace, spans: nil, artifacts: folder + "/artifacts")
    }
  }

  private func assessment(_ path: String) -> Assessment? {
    guard let text = text(of: path) else { return nil }
    do {
      let node = try YAMLDocument.parse(text, file: relative(path))
      let own = ["assessment_id", "assessment_name", "trace_id", "create_time", "last_update_time"]
      let entries = try node.mapping()
      func word(_ key: String) -> String {
        // A key that is missing, or holds no text, is empty.
        (try? entries.first { $0.key == key }?.value.text()) ?? ""
      }
      let members = entries.filter { !own.contains($0.key) && !$0.value.isNull }.map {
        JSONMember($0.key, Self.json($0.value))
      }
      return MLflowAssessment.made(
        id: word("assessment_id"), name: word("assessment_name"), members,
        createdAtMs: Self.milliseconds(word("create_time")) ?? 0,
        updatedAtMs: Self.milliseconds(word("last_update_time")) ?? 0)
    } catch {
      note("\(relative(path)): the assessment was passed over: \(error.message)")
      return nil
    }
  }

  func registeredModels() throws -> [MLflowLine] {
    try folders(in: path + "/models").compactMap { meta(in: $0, what: "registered model") }
  }

  func tags(ofRegistered model: MLflowLine) throws -> [String: String] {
    texts(in: model.folder + "/tags")
  }

  func aliases(of model: MLflowLine) throws -> [(alias: String, version: Int)] {
    texts(in: model.folder + "/aliases").sorted { $0.key < $1.key }.map { alias, text in
      (alias, Int(text.split(whereSeparator: \.isWhitespace).first ?? "") ?? 0)
    }
  }

  func versions(of model: MLflowLine) throws -> [MLflowLine] {
    try folders(in: model.folder)
      .filter { FileTree.name(of: $0).hasPrefix("version-") }
      .compactMap { meta(in: $0, what: "model version") }
      .sorted { $0.integer("version") ?? 0 < $1.integer("version") ?? 0 }
  }

  func tags(ofVersion version: MLflowLine, of model: MLflowLine) throws -> [String: String] {
    texts(in: version.folder + "/tags")
  }

  private static func milliseconds(_ text: String) -> Int64? {
    let date =
      (try? Date(text, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true)))
      // Whole seconds come without a fraction.
      ?? (try? Date(text, strategy: .iso8601))
    return date.map { Int64(($0.timeIntervalSince1970 * 1_000).rounded()) }
  }

  private static func json(_ node: YAMLNode) -> JSONValue {
    switch node.content {
    case .list(let nodes): return .array(nodes.map(json))
    case .mapping(let entries):
      return .object(entries.map { JSONMember($0.key, json($0.value)) })
    case .scalar(let text, let isQuoted):
      if node.isNull { return .null }
      if let value = node.boolValue { return .bool(value) }
      if !isQuoted, let value = node.numberValue { return .number(value) }
      return .string(text)
    }
  }
}
