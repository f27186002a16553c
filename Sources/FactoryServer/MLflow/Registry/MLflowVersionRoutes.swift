import MLflowProtocol
import Basics
import Experimentation
import HTTPTypes

extension FactoryRoutes {
  /// `model-versions/…`.
  func addMLflowVersionRoutes(_ artifacts: MLflowArtifacts) {
    let ledger = artifacts.ledger
    mlflow(.post, "model-versions/create", permission: .write) { call in
      let fields = try await call.fields()
      let name = try fields.required("name")
      let (run, model) = (try fields.string("run_id") ?? "", try fields.string("model_id") ?? "")
      let draft = ModelVersionDraft(
        source: try fields.required("source"),
        description: try fields.string("description") ?? "",
        user: try fields.string("user_id") ?? "", runLink: try fields.string("run_link") ?? "",
        loggedModel: model.isEmpty ? nil : model)
      let tags = try fields.pairs("tags")
      let (now, project) = (call.nowMs, call.project)
      let version = try await ledger.write { db in
        var wanted = draft
        wanted.run = try RunStore.known(run, in: db)
        // A registry may be apart from the server that has the runs.
        if wanted.run == nil, !run.isEmpty { wanted.foreignRun = run }
        _ = try ModelStore.model(named: name, project: project, in: db)
        if let model = wanted.loggedModel { _ = try LoggedModelStore.model(model, in: db) }
        // The source of a prompt is a placeholder: its text is a tag.
        if tags["mlflow.prompt.is_prompt"]?.lowercased() != "true" {
          try MLflowSource.check(wanted, in: db)
        }
        // A source that leads nowhere is refused now, not when somebody loads the model.
        _ = try MLflowSource.location(of: wanted, project: project, in: db)
        let version = try ModelStore.createVersion(
          of: name, wanted, project: project, nowMs: now, in: db)
        for (key, value) in tags {
          try ModelStore.setTag(
            key, value, ofVersion: version.version, of: name, project: project,
            in: db)
        }
        if let model = wanted.loggedModel {
          try LoggedModelStore.note(
            version: version.version, of: name, madeFrom: model, nowMs: now, in: db)
        }
        return try ModelStore.version(version.version, of: name, project: project, in: db)
      }
      return MLflowAnswer(version)
    }
    mlflow(.get, "model-versions/get", permission: .read) { call in
      let fields = try await call.fields()
      let (name, number) = (try fields.required("name"), try fields.version())
      let project = call.project
      return MLflowAnswer(
        try await ledger.read {
          try ModelStore.version(number, of: name, project: project, in: $0)
        })
    }
    mlflow(.get, "model-versions/get-download-uri", permission: .read) { call in
      let fields = try await call.fields()
      let (name, number) = (try fields.required("name"), try fields.version())
      let project = call.project
      let uri = try await ledger.read { db in
        let version = try ModelStore.version(number, of: name, project: project, in: db)
        return try MLflowSource.location(of: version.draft, project: project, in: db)
      }
      return MLflowAnswer { $0.member("artifact_uri", uri) }
    }
    for method in [HTTPRequest.Method.get, .post] {
      mlflow(method, "model-versions/search", permission: .read) { call in
        let fields = try await call.fields()
        let (versions, next) = try await ModelStore(ledger: ledger).searchVersions(
          filter: try fields.string("filter") ?? "", order: try fields.strings("order_by"),
          page: try fields.page(default: 10_000, atMost: 200_000), in: call.project)
        return MLflowAnswer { writer in
          writer.member("model_versions", versions) { $0.modelVersion($1) }
          writer.member(ifAny: "next_page_token", next)
        }
      }
    }
    addMLflowVersionChanges(ledger)
    for prefix in ["", "/ajax-api/2.0/mlflow"] {
      route(.get, "\(prefix)/model-versions/get-artifact", permission: .read, .mlflow) {
        request, context in
        let fields = try await MLflowCall(request: request, context: context).fields()
        let path = try MLflowArtifacts.checked(try fields.required("path"))
        let (name, number) = (try fields.required("name"), try fields.version())
        let project = context.project
        let root = try await ledger.read { db in
          let version = try ModelStore.version(number, of: name, project: project, in: db)
          return try MLflowSource.location(of: version.draft, project: project, in: db)
        }
        return try await Self.file(root, path, artifacts, to: request)
      }
    }
  }

  private func addMLflowVersionChanges(_ ledger: Ledger) {
    mlflow(.patch, "model-versions/update", permission: .write) { call in
      let fields = try await call.fields()
      let (name, number) = (try fields.required("name"), try fields.version())
      let description = try fields.string("description")
      let (now, project) = (call.nowMs, call.project)
      return MLflowAnswer(
        try await ledger.write { db in
          try ModelStore.change(
            number, of: name, description: description, project: project, nowMs: now, in: db)
        })
    }
    mlflow(.post, "model-versions/transition-stage", permission: .write) { call in
      let fields = try await call.fields()
      let (name, number) = (try fields.required("name"), try fields.version())
      let stage = try MLflowStage.stage(try fields.required("stage"))
      let archive = try fields.bool("archive_existing_versions") ?? false
      let (now, project) = (call.nowMs, call.project)
      return MLflowAnswer(
        try await ledger.write { db in
          try ModelStore.moveToStage(
            stage, number, of: name, archiveOthers: archive, project: project, nowMs: now, in: db)
        })
    }
    mlflow(.delete, "model-versions/delete", permission: .write) { call in
      let fields = try await call.fields()
      let (name, number) = (try fields.required("name"), try fields.version())
      let (now, project) = (call.nowMs, call.project)
      try await ledger.write { db in
        try ModelStore.deleteVersion(number, of: name, project: project, nowMs: now, in: db)
      }
      return MLflowAnswer.done
    }
    mlflow(.post, "model-versions/set-tag", permission: .write) { call in
      let fields = try await call.fields()
      let (name, number) = (try fields.required("name"), try fields.version())
      let (key, value) = (try fields.required("key"), try fields.string("value") ?? "")
      let project = call.project
      try await ledger.write { db in
        try ModelStore.setTag(
          key, value, ofVersion: number, of: name, project: project, in: db)
      }
      return MLflowAnswer.done
    }
    mlflow(.delete, "model-versions/delete-tag", permission: .write) { call in
      let fields = try await call.fields()
      let (name, number) = (try fields.required("name"), try fields.version())
      let key = try fields.required("key")
      let project = call.project
      try await ledger.write { db in
        try ModelStore.deleteTag(key, ofVersion: number, of: name, project: project, in: db)
      }
      return MLflowAnswer.done
    }
  }
}

extension MLflowAnswer {
  fileprivate init(_ version: ModelVersion) {
    self.init {
      $0.key("model_version")
      $0.modelVersion(version)
    }
  }
}
