import MLflowProtocol
import Basics
import Experimentation
import HTTPTypes

extension FactoryRoutes {
  /// `datasets/…` of version 3: evaluation datasets and their records.
  func addMLflowEvaluationRoutes(_ ledger: Ledger) {
    mlflow(.post, "datasets/create", permission: .write, versions: ["3.0"]) { call in
      let fields = try await call.fields()
      let name = try fields.required("name")
      let tags = try fields.tagsInText("tags")
      let experiments = try fields.experiments()
      let (now, project) = (call.nowMs, call.project)
      let dataset = try await ledger.write { db in
        try EvaluationDatasetStore.create(
          name, tags: tags, experiments: experiments, project: project, nowMs: now, in: db)
      }
      return MLflowAnswer(dataset)
    }
    mlflow(.get, "datasets/{dataset}", permission: .read, versions: ["3.0"]) { call in
      let id = try call.context.parameter("dataset")
      return MLflowAnswer(try await ledger.read { try EvaluationDatasetStore.dataset(id, in: $0) })
    }
    mlflow(.delete, "datasets/{dataset}", permission: .write, versions: ["3.0"]) { call in
      let id = try call.context.parameter("dataset")
      try await ledger.write { try EvaluationDatasetStore.delete(id, in: $0) }
      return MLflowAnswer.done
    }
    for method in [HTTPRequest.Method.post, .get] {
      mlflow(method, "datasets/search", permission: .read, versions: ["3.0"]) { call in
        let fields = try await call.fields()
        let (found, next) = try await EvaluationDatasetStore(ledger: ledger).search(
          in: try fields.experiments(), filter: try fields.string("filter_string") ?? "",
          order: try fields.strings("order_by"),
          page: try fields.page(default: 1_000, atMost: 50_000), project: call.project)
        return MLflowAnswer { writer in
          writer.member("datasets", found) { $0.evaluationDataset($1) }
          writer.member(ifAny: "next_page_token", next)
        }
      }
    }
    addMLflowEvaluationTagRoutes(ledger)
    addMLflowEvaluationRecordRoutes(ledger)
  }

  private func addMLflowEvaluationTagRoutes(_ ledger: Ledger) {
    mlflow(.patch, "datasets/{dataset}/tags", permission: .write, versions: ["3.0"]) { call in
      let id = try call.context.parameter("dataset")
      let fields = try await call.fields()
      _ = try fields.required("tags")
      let tags = try fields.tagsInText("tags")
      try await ledger.write { try EvaluationDatasetStore.set(tags: tags, of: id, in: $0) }
      return MLflowAnswer.done
    }
    mlflow(
      .delete, "datasets/{dataset}/tags/{key}", permission: .write, versions: ["3.0"]
    ) { call in
      let id = try call.context.parameter("dataset")
      let key = try call.context.parameter("key")
      try await ledger.write { try EvaluationDatasetStore.deleteTag(key, of: id, in: $0) }
      return MLflowAnswer.done
    }
    mlflow(
      .get, "datasets/{dataset}/experiment-ids", permission: .read, versions: ["3.0"]
    ) { call in
      let id = try call.context.parameter("dataset")
      let dataset = try await ledger.read { try EvaluationDatasetStore.dataset(id, in: $0) }
      return MLflowAnswer { writer in
        writer.member("experiment_ids", dataset.experiments) { $0.string($1.rawValue) }
      }
    }
    mlflow(
      .post, "datasets/{dataset}/add-experiments", permission: .write, versions: ["3.0"]
    ) { call in
      let id = try call.context.parameter("dataset")
      let experiments = try await call.fields().experiments()
      let now = call.nowMs
      return MLflowAnswer(
        try await ledger.write { db in
          try EvaluationDatasetStore.add(id, to: experiments, nowMs: now, in: db)
        })
    }
    mlflow(
      .post, "datasets/{dataset}/remove-experiments", permission: .write, versions: ["3.0"]
    ) { call in
      let id = try call.context.parameter("dataset")
      let experiments = try await call.fields().experiments()
      let now = call.nowMs
      return MLflowAnswer(
        try await ledger.write { db in
          try EvaluationDatasetStore.remove(id, from: experiments, nowMs: now, in: db)
        })
    }
  }

  private func addMLflowEvaluationRecordRoutes(_ ledger: Ledger) {
    let path = "datasets/{dataset}/records"
    mlflow(.post, path, permission: .write, versions: ["3.0"]) { call in
      let id = try call.context.parameter("dataset")
      let json = try await call.fields().required("records")
      let now = call.nowMs
      let counts = try await ledger.write { db in
        try EvaluationDatasetStore.upsert(json: json, into: id, nowMs: now, in: db)
      }
      return MLflowAnswer {
        $0.member("inserted_count", Int64(counts.inserted))
        $0.member("updated_count", Int64(counts.updated))
      }
    }
    mlflow(.get, path, permission: .read, versions: ["3.0"]) { call in
      let id = try call.context.parameter("dataset")
      let fields = try await call.fields()
      let (records, next) = try await EvaluationDatasetStore(ledger: ledger).records(
        of: id, limit: try fields.integer("max_results", default: 1_000, in: 1...50_000),
        token: try fields.string("page_token"))
      var list = JSONWriter(capacity: 4_096)
      list.beginArray()
      for record in records { list.evaluationRecord(record, of: id) }
      list.endArray()
      let text = String(decoding: list.bytes, as: UTF8.self)
      return MLflowAnswer {
        $0.member("records", text)
        $0.member(ifAny: "next_page_token", next)
      }
    }
    mlflow(.delete, path, permission: .write, versions: ["3.0"]) { call in
      let id = try call.context.parameter("dataset")
      let records = try await call.fields().strings("dataset_record_ids")
      let now = call.nowMs
      let count = try await ledger.write { db in
        try EvaluationDatasetStore.deleteRecords(records, of: id, nowMs: now, in: db)
      }
      return MLflowAnswer { $0.member("deleted_count", Int64(count)) }
    }
  }
}
