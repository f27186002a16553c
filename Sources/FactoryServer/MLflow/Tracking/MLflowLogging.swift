import Basics
import Experimentation
import MLflowProtocol

/// What a run logs, read from a request and still to be written: at once, or when it is found in a journal.
enum MLflowLogging {
  typealias Write = @Sendable (LedgerTransaction) throws -> Void

  /// Calls by their path, but for `runs/log-batch`.
  static let writes: [(path: String, read: @Sendable (MLflowFields) throws -> Write)] = [
    ("runs/log-metric", metric), ("runs/log-parameter", param), ("runs/set-tag", tag),
    ("runs/delete-tag", tagDeletion), ("runs/log-inputs", inputs), ("runs/outputs", outputs),
    ("runs/log-model", model),
  ]

  /// `runs/log-batch`, whose body is read by itself.
  static func write(_ batch: MLflowBatch) throws -> Write {
    let id = try MLflowFields.run(batch.runText)
    let params = MLflowLimits.params(batch.params)
    let tags = MLflowLimits.tags(batch.tags)
    return { db in
      do {
        let run = try RunStore.requireActive(id, in: db)
        try RunStore.note(params: params, tags: tags, on: id, run, in: db)
        try RunStore.log(batch.points, to: run, in: db)
        if !batch.modelPoints.isEmpty {
          try LoggedModelStore.log(batch.modelPoints, run: id, in: db)
        }
      } catch let error as ExperimentationError {
        guard error.code == .invalidValue else { throw error }
        throw batch.located(error)
      }
    }
  }

  private static func metric(_ fields: MLflowFields) throws -> Write {
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
    return { db in
      let run = try RunStore.requireActive(id, in: db)
      try RunStore.log([point], to: run, in: db)
      if !model.isEmpty { try LoggedModelStore.log([modelPoint], run: id, in: db) }
    }
  }

  private static func param(_ fields: MLflowFields) throws -> Write {
    let id = try fields.run()
    let params = MLflowLimits.params([
      (try fields.required("key"), try fields.string("value") ?? "")
    ])
    return { db in
      let run = try RunStore.requireActive(id, in: db)
      try RunStore.note(params: params, on: id, run, in: db)
    }
  }

  private static func tag(_ fields: MLflowFields) throws -> Write {
    let id = try fields.run()
    let tags = MLflowLimits.tags([
      (try fields.required("key"), try fields.string("value") ?? "")
    ])
    return { db in
      let run = try RunStore.requireActive(id, in: db)
      try RunStore.note(tags: tags, on: id, run, in: db)
    }
  }

  private static func tagDeletion(_ fields: MLflowFields) throws -> Write {
    let id = try fields.run()
    let key = try fields.required("key")
    return { db in
      try RunStore.requireActive(id, in: db)
      try RunStore.deleteTag(key, of: id, in: db)
    }
  }

  private static func inputs(_ fields: MLflowFields) throws -> Write {
    let id = try fields.run()
    let inputs = try fields.objects("datasets").map { try $0.runInput() }
    let models = try fields.objects("models").map {
      RunModel(.input, model: try $0.required("model_id"))
    }
    return { db in
      try RunStore.requireActive(id, in: db)
      try RunStore.note(inputs: inputs, on: id, in: db)
      try RunStore.note(models: models, on: id, in: db)
    }
  }

  private static func outputs(_ fields: MLflowFields) throws -> Write {
    let id = try fields.run()
    guard fields["models"] != nil else { throw MLflowFields.missing("models") }
    let models = try fields.objects("models").map {
      RunModel(.output, model: try $0.required("model_id"), step: try $0.integer("step") ?? 0)
    }
    return { db in
      try RunStore.requireActive(id, in: db)
      try RunStore.note(models: models, on: id, in: db)
    }
  }

  private static func model(_ fields: MLflowFields) throws -> Write {
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
    return { db in
      try RunStore.requireActive(id, in: db)
      try RunStore.appendModelHistory(model, to: id, in: db)
    }
  }
}
