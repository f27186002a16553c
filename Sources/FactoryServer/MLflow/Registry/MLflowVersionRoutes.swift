import MLflowProtocol
import Basics
import Experimentation
import HTTPTypes

extension FactoryRoutes {
  /// `model-versions/…`.
  func addMLflowVersionRoutes(_ artifacts: MLflowArtifacts) {
    let ledger = artifacts.ledger
    mlflow(.post, "model-versions/create", permission: .write) { call in
      let write = try MLflowRegistry.version(
        try await call.fields(), call.project, call.nowMs, job: call.job)
      return MLflowAnswer(try await ledger.write(write))
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
      let write = try MLflowRegistry.versionUpdate(
        try await call.fields(), call.project, call.nowMs)
      return MLflowAnswer(try await ledger.write(write))
    }
    mlflow(.post, "model-versions/transition-stage", permission: .write) { call in
      let write = try MLflowRegistry.transition(try await call.fields(), call.project, call.nowMs)
      return MLflowAnswer(try await ledger.write(write))
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
