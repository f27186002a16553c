import MLflowProtocol
import Basics
import Experimentation
import HTTPTypes

extension FactoryRoutes {
  /// `registered-models/…`: the factory's own registry in MLflow's words.
  func addMLflowModelRoutes(_ ledger: Ledger) {
    mlflow(.post, "registered-models/create", permission: .write) { call in
      let write = try MLflowRegistry.model(try await call.fields(), call.project, call.nowMs)
      return MLflowAnswer(try await ledger.write(write), latest: [])
    }
    mlflow(.get, "registered-models/get", permission: .read) { call in
      let name = try await call.fields().required("name")
      let project = call.project
      return try await ledger.read { db in
        MLflowAnswer(
          try ModelStore.model(named: name, project: project, in: db),
          latest: try ModelStore.latestVersions(of: name, project: project, in: db))
      }
    }
    for method in [HTTPRequest.Method.get, .post] {
      mlflow(method, "registered-models/search", permission: .read) { call in
        let fields = try await call.fields()
        let page = try fields.page(default: 100, atMost: 1_000)
        let (models, next) = try await ModelStore(ledger: ledger).search(
          filter: try fields.string("filter") ?? "", order: try fields.strings("order_by"),
          page: page, in: call.project)
        let project = call.project
        let latest = try await ledger.read { db in
          try models.map { try ModelStore.latestVersions(of: $0.name, project: project, in: db) }
        }
        return MLflowAnswer { writer in
          writer.member("registered_models", Array(zip(models, latest))) {
            $0.registeredModel($1.0, latest: $1.1)
          }
          writer.member(ifAny: "next_page_token", next)
        }
      }
      mlflow(method, "registered-models/get-latest-versions", permission: .read) { call in
        let fields = try await call.fields()
        let name = try fields.required("name")
        let stages = try fields.strings("stages").map { try MLflowStage.stage($0) }
        let project = call.project
        let versions = try await ledger.read { db in
          try ModelStore.latestVersions(of: name, stages: stages, project: project, in: db)
        }
        return MLflowAnswer { writer in
          writer.member("model_versions", versions) { $0.modelVersion($1) }
        }
      }
    }
    addMLflowModelChanges(ledger)
    addMLflowAliasRoutes(ledger)
  }

  private func addMLflowModelChanges(_ ledger: Ledger) {
    mlflow(.post, "registered-models/rename", permission: .write) { call in
      let fields = try await call.fields()
      let (name, newName) = (try fields.required("name"), try fields.required("new_name"))
      let (now, project) = (call.nowMs, call.project)
      return try await ledger.write { db in
        MLflowAnswer(
          try ModelStore.change(name, to: newName, project: project, nowMs: now, in: db),
          latest: try ModelStore.latestVersions(of: newName, project: project, in: db))
      }
    }
    mlflow(.patch, "registered-models/update", permission: .write) { call in
      let project = call.project
      let write = try MLflowRegistry.modelUpdate(try await call.fields(), project, call.nowMs)
      return try await ledger.write { db in
        let model = try write(db)
        return MLflowAnswer(
          model, latest: try ModelStore.latestVersions(of: model.name, project: project, in: db))
      }
    }
    mlflow(.delete, "registered-models/delete", permission: .write) { call in
      let name = try await call.fields().required("name")
      let project = call.project
      try await ledger.write { try ModelStore.delete(name, project: project, in: $0) }
      return MLflowAnswer.done
    }
    for (name, read) in MLflowRegistry.writes {
      let words = name.split(separator: " ").map(String.init)
      mlflow(words[0] == "POST" ? .post : .delete, words[1], permission: .write) { call in
        try await ledger.write(try read(try await call.fields(), call.project, call.nowMs))
        return MLflowAnswer.done
      }
    }
  }

  private func addMLflowAliasRoutes(_ ledger: Ledger) {
    mlflow(.get, "registered-models/alias", permission: .read) { call in
      let fields = try await call.fields()
      let (name, alias) = (try fields.required("name"), try fields.required("alias"))
      let project = call.project
      let version = try await ledger.read { db in
        try ModelStore.version(alias: alias, of: name, project: project, in: db)
      }
      return MLflowAnswer {
        $0.key("model_version")
        $0.modelVersion(version)
      }
    }
  }
}

/// MLflow's stages, which it reads in any case.
enum MLflowStage {
  static func stage(_ text: String) throws -> ModelStage {
    guard
      let stage = ModelStage.allCases.first(where: { $0.rawValue.lowercased() == text.lowercased() }
      )
    else {
      throw MLflowFailure(
        .invalidParameterValue,
        "Invalid Model Version stage: \(text). Value must be one of "
          + "None, Staging, Production, Archived.")
    }
    return stage
  }
}

extension MLflowAnswer {
  fileprivate init(_ model: RegisteredModel, latest: [ModelVersion]) {
    self.init {
      $0.key("registered_model")
      $0.registeredModel(model, latest: latest)
    }
  }
}

extension JSONWriter {
  /// A registered model in MLflow's shape.
  mutating func registeredModel(_ model: RegisteredModel, latest: [ModelVersion]) {
    beginObject()
    member("name", model.name)
    member("creation_timestamp", model.createdAtMs)
    member("last_updated_timestamp", model.updatedAtMs)
    member(ifAny: "description", model.description)
    member("latest_versions", latest) { $0.modelVersion($1) }
    member("tags", pairs: model.tags)
    member("aliases", model.aliases.sorted { $0.key < $1.key }) { writer, alias in
      writer.beginObject()
      writer.member("alias", alias.key)
      writer.member("version", "\(alias.value)")
      writer.endObject()
    }
    endObject()
  }

  /// A version of a model in MLflow's shape.
  mutating func modelVersion(_ version: ModelVersion) {
    let draft = version.draft
    beginObject()
    member("name", version.name)
    member("version", "\(version.version)")
    member("creation_timestamp", version.createdAtMs)
    member("last_updated_timestamp", version.updatedAtMs)
    member(ifAny: "user_id", draft.user)
    member("current_stage", version.stage.rawValue)
    member("description", draft.description)
    member("source", MLflowSource.shown(draft))
    member("run_id", draft.run?.rawValue ?? draft.foreignRun ?? "")
    member("status", version.status.rawValue)
    member(ifAny: "status_message", version.statusMessage)
    member("tags", pairs: version.tags)
    member("run_link", draft.runLink)
    member("aliases", version.aliases) { $0.string($1) }
    member(ifAny: "model_id", draft.loggedModel)
    endObject()
  }
}
