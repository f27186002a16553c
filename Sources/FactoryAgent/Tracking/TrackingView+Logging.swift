import JSONCoding
import MLflowProtocol

/// What runs log: metrics, params, tags, inputs, outputs.
///
/// Everything is checked as the server checks it, which carries it out when nobody can be told.
extension TrackingView {
  mutating func logMetric(_ call: TrackedCall) throws -> HTTPAnswer {
    let id = try call.run()
    _ = try activeRun(id)
    let (key, point) = try Self.point(call.fields, at: "")
    let dataset = try call.fields.string("dataset_name") ?? ""
    let digest = try call.fields.string("dataset_digest") ?? ""
    guard dataset.isEmpty == digest.isEmpty else {
      throw MLflowFailure(
        .invalidParameterValue,
        "Both dataset_name and dataset_digest must be provided if one is provided")
    }
    try call.write()
    runs[id]?.log(key, point)
    note([call.fields.members], ofModelsIn: id)
    return .done
  }

  mutating func logBatch(_ call: TrackedCall) throws -> HTTPAnswer {
    let id = try call.run()
    let run = try activeRun(id)
    let metrics = try call.fields.objects("metrics")
    let points = try metrics.enumerated().map { try Self.point($1, at: "metrics[\($0)].") }
    let paramList = try call.fields.objects("params")
    let tagList = try call.fields.objects("tags")
    for (count, limit, noun) in [
      (points.count, 1_000, "metrics"), (paramList.count, 100, "params"),
      (tagList.count, 100, "tags"),
      (points.count + paramList.count + tagList.count, 1_000, "metrics, params, and tags"),
    ] where count > limit {
      throw MLflowFailure(
        .invalidParameterValue,
        "A batch logging request can contain at most \(limit) \(noun). Got \(count) \(noun). "
          + "Please split up \(noun) across multiple requests and try again.")
    }
    let params = try Self.checked(params: call.fields.pairs("params"), of: run)
    guard params.count == paramList.count else {
      throw MLflowFailure(
        .invalidParameterValue,
        "Duplicate parameter keys have been submitted. Please ensure the request contains only "
          + "one param value per param key.")
    }
    let tags = try Self.checked(tags: call.fields.pairs("tags"))
    try call.write()
    runs[id]?.take(params: params, tags: tags)
    for (key, point) in points { runs[id]?.log(key, point) }
    note(metrics.map(\.members), ofModelsIn: id)
    return .done
  }

  mutating func logParam(_ call: TrackedCall) throws -> HTTPAnswer {
    let id = try call.run()
    let run = try activeRun(id)
    let pair = [try call.fields.required("key"): try call.fields.string("value") ?? ""]
    let params = try Self.checked(params: pair, of: run)
    try call.write()
    runs[id]?.take(params: params, tags: [:])
    return .done
  }

  mutating func setTag(_ call: TrackedCall) throws -> HTTPAnswer {
    let id = try call.run()
    _ = try activeRun(id)
    let pair = [try call.fields.required("key"): try call.fields.string("value") ?? ""]
    let tags = try Self.checked(tags: pair)
    try call.write()
    runs[id]?.take(params: [:], tags: tags)
    return .done
  }

  mutating func deleteTag(_ call: TrackedCall) throws -> HTTPAnswer {
    let id = try call.run()
    let run = try activeRun(id)
    let key = try call.fields.required("key")
    guard run.tags[key] != nil else {
      throw MLflowFailure(
        .doesNotExist, "No tag with name: \(key) in run with id \(id).")
    }
    try call.write()
    runs[id]?.tags[key] = nil
    return .done
  }

  mutating func logInputs(_ call: TrackedCall) throws -> HTTPAnswer {
    let id = try call.run()
    _ = try activeRun(id)
    guard call.fields["datasets"] != nil || call.fields["models"] != nil else {
      throw MLflowFields.missing("datasets")
    }
    for input in try call.fields.objects("datasets") {
      guard let dataset = try input.object("dataset") else {
        throw MLflowFields.missing("dataset")
      }
      for name in ["name", "digest", "source_type", "source"] { _ = try dataset.required(name) }
    }
    for model in try call.fields.objects("models") { _ = try model.required("model_id") }
    let (datasets, models) = (try call.fields.array("datasets"), try call.fields.array("models"))
    try call.write()
    for value in datasets where runs[id]?.inputs.contains(value) == false {
      runs[id]?.inputs.append(value)
    }
    for value in models where runs[id]?.modelInputs.contains(value) == false {
      runs[id]?.modelInputs.append(value)
    }
    return .done
  }

  mutating func logOutputs(_ call: TrackedCall) throws -> HTTPAnswer {
    let id = try call.run()
    _ = try activeRun(id)
    guard call.fields["models"] != nil else { throw MLflowFields.missing("models") }
    for model in try call.fields.objects("models") {
      _ = try model.required("model_id")
      _ = try model.integer("step")
    }
    let models = try call.fields.array("models")
    try call.write()
    for value in models where runs[id]?.modelOutputs.contains(value) == false {
      runs[id]?.modelOutputs.append(value)
    }
    return .done
  }

  /// Points that belong to a logged model too.
  private mutating func note(_ metrics: [JSONValue], ofModelsIn run: String) {
    for metric in metrics {
      guard let model = metric["model_id"]?.stringValue, models[model] != nil else { continue }
      let members = (metric.objectValue ?? []).filter { $0.key != "run_id" && $0.key != "run_uuid" }
      models[model]?.metrics.append(.object(members + [JSONMember("run_id", .string(run))]))
    }
  }

  // MARK: Checks

  private static func point(
    _ fields: MLflowFields, at path: String
  ) throws -> (key: String, point: RunView.Point) {
    guard let key = try fields.string("key"), !key.isEmpty else {
      throw MLflowFields.missing(path + "key")
    }
    guard let value = try fields.double("value") else {
      throw MLflowFields.missing(path + "value")
    }
    guard let time = try fields.integer("timestamp") else {
      throw MLflowFields.missing(path + "timestamp")
    }
    guard time >= 0 else {
      throw MLflowFailure(
        .invalidParameterValue,
        "Invalid value \(time) for parameter '\(path)timestamp' supplied: metric '\(key)' "
          + "(value=\(value)). Timestamp must be a nonnegative long (64-bit integer) ")
    }
    try check(key, .metric)
    return (
      key, RunView.Point(value: value, step: try fields.integer("step") ?? 0, timestampMs: time)
    )
  }

  private static func check(
    _ key: String, _ kind: MLflowKey.Kind, takesAnyCharacter: Bool = false
  ) throws {
    let problem = MLflowKey.problem(of: key, kind: kind, takesAnyCharacter: takesAnyCharacter)
    if let problem {
      throw MLflowFailure(.invalidParameterValue, problem)
    }
  }

  private static func checked(
    params: [String: String], of run: RunView
  ) throws -> [String: String] {
    let params = params.mapValues { $0.cut(to: 6_000) }
    for (key, value) in params {
      try check(key, .param)
      guard let known = run.params[key], known != value else { continue }
      throw MLflowFailure(
        .invalidParameterValue,
        "Changing param values is not allowed. Param with key='\(key)' was already logged with "
          + "value='\(known)' for run ID='\(run.id)'. Attempted logging new value '\(value)'.")
    }
    return params
  }

  static func checked(
    tags: [String: String], takesAnyCharacter: Bool = false
  ) throws -> [String: String] {
    for key in tags.keys { try check(key, .tag, takesAnyCharacter: takesAnyCharacter) }
    return tags.mapValues { $0.cut(to: 8_000) }
  }
}

extension RunView {
  mutating func take(params: [String: String], tags: [String: String]) {
    self.params.merge(params) { $1 }
    self.tags.merge(tags) { $1 }
    if let name = tags[TrackingView.nameTag] { self.name = name }
  }
}

extension String {
  /// The first characters, by code points, as MLflow's servers cut.
  fileprivate func cut(to limit: Int) -> String {
    guard utf8.count > limit, unicodeScalars.count > limit else { return self }
    return String(String.UnicodeScalarView(unicodeScalars.prefix(limit)))
  }
}
