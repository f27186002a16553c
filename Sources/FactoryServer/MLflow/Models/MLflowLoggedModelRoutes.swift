import MLflowProtocol
import Basics
import Experimentation
import HTTPTypes

extension FactoryRoutes {
  /// `logged-models…`: models before they are registered.
  func addMLflowLoggedModelRoutes(_ ledger: Ledger) {
    mlflow(.post, "logged-models", permission: .write) { call in
      let write = try MLflowLoggedModels.creation(
        try await call.fields(), id: LoggedModel.randomID(), nowMs: call.nowMs)
      return MLflowAnswer(try await ledger.write(write))
    }
    mlflow(.get, "logged-models/{model}", permission: .read) { call in
      let id = try call.context.parameter("model")
      return MLflowAnswer(try await ledger.read { try LoggedModelStore.model(id, in: $0) })
    }
    mlflow(.patch, "logged-models/{model}", permission: .write) { call in
      let id = try call.context.parameter("model")
      let write = try MLflowLoggedModels.status(id, try await call.fields(), nowMs: call.nowMs)
      return MLflowAnswer(try await ledger.write(write))
    }
    mlflow(.delete, "logged-models/{model}", permission: .write) { call in
      let id = try call.context.parameter("model")
      let now = call.nowMs
      try await ledger.write { try LoggedModelStore.delete(id, nowMs: now, in: $0) }
      return MLflowAnswer.done
    }
    mlflow(.post, "logged-models/search", permission: .read) { call in
      let fields = try await call.fields()
      guard fields["experiment_ids"] != nil else {
        throw MLflowFields.missing("experiment_ids")
      }
      let experiments = try fields.experiments()
      let datasets = try fields.objects("datasets").map { dataset in
        guard let name = try dataset.string("dataset_name"), !name.isEmpty else {
          throw MLflowFailure(
            .invalidParameterValue,
            "`dataset_name` in the `datasets` clause must be specified.")
        }
        return LoggedModelDataset(
          name: name, digest: try dataset.string("dataset_digest") ?? "")
      }
      let order = try fields.objects("order_by").map { key in
        LoggedModelOrder(
          field: try key.required("field_name"), isAscending: try key.bool("ascending") ?? true,
          datasetName: try key.string("dataset_name"))
      }
      let (found, next) = try await LoggedModelStore(ledger: ledger).search(
        in: experiments, filter: try fields.string("filter") ?? "", datasets: datasets,
        order: order,
        page: try fields.page(default: 100, atMost: 5_000))
      return MLflowAnswer { writer in
        writer.member("models", found) { $0.loggedModel($1) }
        writer.member(ifAny: "next_page_token", next)
      }
    }
    addMLflowLoggedModelNotes(ledger)
  }

  private func addMLflowLoggedModelNotes(_ ledger: Ledger) {
    mlflow(.patch, "logged-models/{model}/tags", permission: .write) { call in
      let id = try call.context.parameter("model")
      let write = try MLflowLoggedModels.tags(id, try await call.fields(), nowMs: call.nowMs)
      return MLflowAnswer(try await ledger.write(write))
    }
    mlflow(.delete, "logged-models/{model}/tags/{key}", permission: .write) { call in
      let id = try call.context.parameter("model")
      let key = try call.context.parameter("key")
      try await ledger.write { try LoggedModelStore.deleteTag(key, of: id, in: $0) }
      return MLflowAnswer.done
    }
    mlflow(.post, "logged-models/{model}/params", permission: .write) { call in
      let id = try call.context.parameter("model")
      try await ledger.write(
        try MLflowLoggedModels.params(id, try await call.fields(), nowMs: call.nowMs))
      return MLflowAnswer.done
    }
  }
}

extension MLflowAnswer {
  fileprivate init(_ model: LoggedModel) {
    self.init {
      $0.key("model")
      $0.loggedModel(model)
    }
  }
}

extension JSONWriter {
  /// A logged model in MLflow's shape.
  mutating func loggedModel(_ model: LoggedModel) {
    beginObject()
    key("info")
    beginObject()
    member("model_id", model.id)
    member("experiment_id", model.experiment.rawValue)
    member("name", model.name)
    member("creation_timestamp_ms", model.createdAtMs)
    member("last_updated_timestamp_ms", model.updatedAtMs)
    member("artifact_uri", model.artifactLocation)
    member("status", "LOGGED_MODEL_" + model.status.rawValue)
    member(ifAny: "status_message", model.statusMessage)
    member(ifAny: "model_type", model.kind)
    member(ifAny: "source_run_id", model.sourceRun?.rawValue ?? model.foreignRun)
    member("tags", pairs: model.tags)
    endObject()
    key("data")
    beginObject()
    member("params", pairs: model.params)
    member("metrics", model.metrics) { writer, entry in
      let point = entry.metric.point
      writer.beginObject()
      writer.member("key", point.key)
      writer.member("value", point.value)
      writer.member("timestamp", point.timestampMs)
      writer.member("step", point.step)
      writer.member("model_id", model.id)
      writer.member("run_id", entry.run)
      writer.member(ifAny: "dataset_name", entry.metric.datasetName)
      writer.member(ifAny: "dataset_digest", entry.metric.datasetDigest)
      writer.endObject()
    }
    endObject()
    endObject()
  }
}
