import Basics
import Experimentation
import HTTPTypes

extension FactoryRoutes {
  /// What a run logs: metrics, params, tags, inputs, outputs.
  func addMLflowLoggingRoutes(_ ledger: Ledger) {
    mlflow(.post, "runs/log-metric", permission: .write) { call in
      let fields = try await call.fields()
      let id = try fields.run()
      guard let value = try fields.double("value") else { throw MLflowFields.missing("value") }
      guard let time = try fields.integer("timestamp") else {
        throw MLflowFields.missing("timestamp")
      }
      let point = MetricPoint(
        key: try fields.required("key"), value: value, step: try fields.integer("step") ?? 0,
        timestampMs: time)
      try MLflowLimits.checkTime(of: point, at: "timestamp")
      let model = try fields.string("model_id") ?? ""
      let dataset = try fields.string("dataset_name") ?? ""
      let digest = try fields.string("dataset_digest") ?? ""
      guard dataset.isEmpty == digest.isEmpty else {
        throw MLflowFailure(
          .invalidParameterValue,
          "Both dataset_name and dataset_digest must be provided if one is provided")
      }
      let modelPoint = LoggedModelMetric(
        model: model, point: point, datasetName: dataset, datasetDigest: digest)
      try await ledger.write { db in
        let run = try RunStore.requireActive(id, in: db)
        try RunStore.log([point], to: run, in: db)
        if !model.isEmpty { try LoggedModelStore.log([modelPoint], run: id, in: db) }
      }
      return MLflowAnswer.done
    }
    mlflow(.post, "runs/log-batch", permission: .write) { call in
      let batch = try await MLflowCall.parsed(try await call.body()) {
        try MLflowBatch(parsing: $0)
      }
      let id = try MLflowFields.run(batch.runText)
      let (points, modelPoints) = (batch.points, batch.modelPoints)
      let params = MLflowLimits.params(batch.params)
      let tags = MLflowLimits.tags(batch.tags)
      do {
        try await ledger.write { db in
          let run = try RunStore.requireActive(id, in: db)
          try RunStore.note(params: params, tags: tags, on: id, run, in: db)
          try RunStore.log(points, to: run, in: db)
          if !modelPoints.isEmpty { try LoggedModelStore.log(modelPoints, run: id, in: db) }
        }
      } catch let error as ExperimentationError where error.code == .invalidValue {
        throw batch.located(error)
      }
      return MLflowAnswer.done
    }
    mlflow(.post, "runs/log-parameter", permission: .write) { call in
      let fields = try await call.fields()
      let id = try fields.run()
      let params = MLflowLimits.params([
        (try fields.required("key"), try fields.string("value") ?? "")
      ])
      try await ledger.write { db in
        let run = try RunStore.requireActive(id, in: db)
        try RunStore.note(params: params, on: id, run, in: db)
      }
      return MLflowAnswer.done
    }
    mlflow(.post, "runs/set-tag", permission: .write) { call in
      let fields = try await call.fields()
      let id = try fields.run()
      let tags = MLflowLimits.tags([
        (try fields.required("key"), try fields.string("value") ?? "")
      ])
      try await ledger.write { db in
        let run = try RunStore.requireActive(id, in: db)
        try RunStore.note(tags: tags, on: id, run, in: db)
      }
      return MLflowAnswer.done
    }
    mlflow(.post, "runs/delete-tag", permission: .write) { call in
      let fields = try await call.fields()
      let id = try fields.run()
      let key = try fields.required("key")
      try await ledger.write { db in
        try RunStore.requireActive(id, in: db)
        try RunStore.deleteTag(key, of: id, in: db)
      }
      return MLflowAnswer.done
    }
    addMLflowInputRoutes(ledger)
  }

  private func addMLflowInputRoutes(_ ledger: Ledger) {
    mlflow(.post, "runs/log-inputs", permission: .write) { call in
      let fields = try await call.fields()
      let id = try fields.run()
      guard fields["datasets"] != nil || fields["models"] != nil else {
        throw MLflowFields.missing("datasets")
      }
      let inputs = try fields.objects("datasets").map { try $0.runInput() }
      let models = try fields.objects("models").map {
        RunModel(.input, model: try $0.required("model_id"))
      }
      try await ledger.write { db in
        try RunStore.requireActive(id, in: db)
        try RunStore.note(inputs: inputs, on: id, in: db)
        try RunStore.note(models: models, on: id, in: db)
      }
      return MLflowAnswer.done
    }
    mlflow(.post, "runs/outputs", permission: .write) { call in
      let fields = try await call.fields()
      let id = try fields.run()
      guard fields["models"] != nil else { throw MLflowFields.missing("models") }
      let models = try fields.objects("models").map {
        RunModel(.output, model: try $0.required("model_id"), step: try $0.integer("step") ?? 0)
      }
      try await ledger.write { db in
        try RunStore.requireActive(id, in: db)
        try RunStore.note(models: models, on: id, in: db)
      }
      return MLflowAnswer.done
    }
    mlflow(.post, "runs/log-model", permission: .write) { call in
      let fields = try await call.fields()
      let id = try fields.run()
      let text = try fields.required("model_json")
      guard let model = MLflowLimits.object(text) else {
        throw MLflowFailure(
          .invalidParameterValue, "Malformed model info. \n \(text) \n is not a valid JSON.")
      }
      let needed = ["artifact_path", "flavors", "utc_time_created", "run_id"]
      let absent = needed.filter { model[$0] == nil }
      guard absent.isEmpty else {
        throw MLflowFailure(
          .invalidParameterValue,
          "Model json is missing mandatory fields: \(absent.joined(separator: ", "))")
      }
      try await ledger.write { db in
        try RunStore.requireActive(id, in: db)
        try RunStore.appendModelHistory(model, to: id, in: db)
      }
      return MLflowAnswer.done
    }
  }
}

/// What MLflow cuts off: its servers shorten long values of params and tags.
enum MLflowLimits {
  static func params(_ pairs: [(key: String, value: String)]) -> [String: String] {
    cut(pairs, to: 6_000)
  }

  static func tags(_ pairs: [(key: String, value: String)]) -> [String: String] {
    cut(pairs, to: 8_000)
  }

  /// Refuses a time before 1970, which MLflow's servers cannot keep.
  static func checkTime(of point: MetricPoint, at path: String) throws {
    guard point.timestampMs < 0 else { return }
    throw MLflowFailure(
      .invalidParameterValue,
      "Invalid value \(point.timestampMs) for parameter '\(path)' supplied: "
        + "metric '\(point.key)' (value=\(point.value)). "
        + "Timestamp must be a nonnegative long (64-bit integer) ")
  }

  private static func cut(
    _ pairs: [(key: String, value: String)], to limit: Int
  ) -> [String: String] {
    [String: String](
      pairs.map { ($0.key, $0.value.firstScalars(limit)) },
      uniquingKeysWith: { _, last in last })
  }

  /// The JSON object in a text; nil where it is none.
  static func object(_ text: String) -> JSONValue? {
    // The caller tells what is wrong.
    guard let value = try? JSONValue(parsing: text), case .object = value else { return nil }
    return value
  }
}

extension MLflowFields {
  static func run(_ text: String) throws -> RunID {
    try MLflowFields(members: .object([JSONMember("run_id", .string(text))])).run()
  }

  fileprivate func runInput() throws -> RunInput {
    guard let dataset = try object("dataset") else { throw Self.missing("dataset") }
    var tags = try pairs("tags")
    for (field, limit) in [
      ("name", 500), ("digest", 36), ("source", 65_535), ("schema", 1_048_575),
      ("profile", 16_777_215),
    ] where try (dataset.string(field) ?? "").unicodeScalars.count > limit {
      throw MLflowFailure(
        .invalidParameterValue, "'\(field)' exceeds the maximum length of \(limit) characters")
    }
    let context = tags.removeValue(forKey: MLflowInputTag.context) ?? ""
    var input = RunInput(
      name: try dataset.required("name"), digest: try dataset.required("digest"),
      context: context, sourceType: try dataset.required("source_type"),
      source: try dataset.required("source"), schema: try dataset.string("schema") ?? "",
      profile: try dataset.string("profile") ?? "")
    input.tags = tags
    return input
  }
}

/// Tags of a run's inputs that mean something to the factory too.
enum MLflowInputTag {
  /// What the dataset was used for.
  static let context = "mlflow.data.context"
}
