import MLflowProtocol
import Basics
import Experimentation
import HTTPTypes
import Hummingbird

extension FactoryRoutes {
  /// `mlflow-artifacts/…` (the proxy that clients use), `artifacts/list` and `/get-artifact`.
  func addMLflowArtifactRoutes(_ artifacts: MLflowArtifacts) {
    let service = "mlflow-artifacts"
    mlflow(.put, "artifacts/**", permission: .write, versions: ["2.0"], service: service) { call in
      let path = try MLflowArtifacts.checked(call.context.lenientRestOfPath())
      guard !path.isEmpty, MLflowPackage(path: path) == nil else {
        throw MLflowArtifacts.invalidPath
      }
      try await artifacts.put(path, body: call.request.body, nowMs: call.nowMs)
      return MLflowAnswer.done
    }
    mlflow(.get, "artifacts/**", permission: .read, versions: ["2.0"], service: service) { call in
      let path = try MLflowArtifacts.checked(call.context.lenientRestOfPath())
      return try await artifacts.response(try await artifacts.file(path), to: call.request)
    }
    mlflow(.delete, "artifacts/**", permission: .write, versions: ["2.0"], service: service) {
      let path = try MLflowArtifacts.checked($0.context.lenientRestOfPath())
      guard !path.isEmpty else {
        throw MLflowArtifacts.invalidPath
      }
      try await artifacts.delete(path)
      return MLflowAnswer.done
    }
    mlflow(.get, "artifacts", permission: .read, versions: ["2.0"], service: service) { call in
      let folder = try MLflowArtifacts.checked(try await call.fields().string("path") ?? "")
      let entries = try await artifacts.list(folder)
      return MLflowAnswer { writer in
        writer.member("files", entries) { $0.artifact($1, in: "") }
      }
    }
    addMLflowRunArtifactRoutes(artifacts)
  }

  private func addMLflowRunArtifactRoutes(_ artifacts: MLflowArtifacts) {
    let runs = RunStore(ledger: artifacts.ledger)
    mlflow(.get, "artifacts/list", permission: .read) { call in
      let fields = try await call.fields()
      let root = try await runs.details(try fields.run()).run.artifactLocation
      return try await Self.list(root, try fields.string("path") ?? "", artifacts)
    }
    mlflow(.get, "logged-models/{model}/artifacts/directories", permission: .read) { call in
      let id = try call.context.parameter("model")
      let model = try await artifacts.ledger.read { try LoggedModelStore.model(id, in: $0) }
      let fields = try await call.fields()
      return try await Self.list(
        model.artifactLocation, try fields.string("artifact_directory_path") ?? "", artifacts)
    }
    route(
      .get, "/ajax-api/2.0/mlflow/logged-models/{model}/artifacts/files", permission: .read,
      .mlflow
    ) { request, context in
      let call = MLflowCall(request: request, context: context)
      let sent = try await call.fields().string("artifact_file_path") ?? ""
      guard !sent.isEmpty else {
        throw MLflowFailure(
          .badRequest, "Request must include the \"artifact_file_path\" query parameter.")
      }
      let path = try MLflowArtifacts.checked(sent)
      let id = try context.parameter("model")
      let model = try await artifacts.ledger.read { try LoggedModelStore.model(id, in: $0) }
      return try await Self.file(model.artifactLocation, path, artifacts, to: request)
    }
    for prefix in ["", "/ajax-api/2.0/mlflow"] {
      route(.get, "\(prefix)/get-artifact", permission: .read, .mlflow) { request, context in
        let fields = try await MLflowCall(request: request, context: context).fields()
        let path = try MLflowArtifacts.checked(try fields.required("path"))
        let root = try await runs.details(try fields.run()).run.artifactLocation
        return try await Self.file(root, path, artifacts, to: request)
      }
    }
    // The web page of MLflow's uploads so, with the fields in the query.
    route(.post, "/ajax-api/2.0/mlflow/upload-artifact", permission: .write, .mlflow) {
      request, context in
      let call = MLflowCall(request: request, context: context)
      let fields = MLflowCall.fields(ofQuery: request.uri.query ?? "")
      for name in ["run_uuid", "path"] where try (fields.string(name) ?? "").isEmpty {
        throw MLflowFailure(.invalidParameterValue, "Request must specify \(name).")
      }
      let path = try MLflowArtifacts.checked(try fields.required("path"))
      let id = try fields.run()
      let run = try await artifacts.ledger.read { db in
        try RunStore.requireActive(id, in: db)
        return try RunStore.details(id, in: db).run
      }
      let data = try await request.body.collect(upTo: MLflowCall.bodyLimit)
      guard data.readableBytes > 0 else {
        throw MLflowFailure(.invalidParameterValue, "Request must specify data.")
      }
      let place = try MLflowArtifacts.path(ofURI: run.artifactLocation) + "/" + path
      try await artifacts.put(place, body: RequestBody(buffer: data), nowMs: call.nowMs)
      return MLflowAnswer.done
    }
  }

  static func file(
    _ root: String, _ path: String, _ artifacts: MLflowArtifacts, to request: Request
  ) async throws -> Response {
    let folder = try MLflowArtifacts.path(ofURI: root)
    let file = try await artifacts.file(folder + "/" + (try MLflowArtifacts.checked(path)))
    return try await artifacts.response(file, to: request)
  }

  private static func list(
    _ root: String, _ path: String, _ artifacts: MLflowArtifacts
  ) async throws -> MLflowAnswer {
    let below = try MLflowArtifacts.checked(path)
    let folder = try MLflowArtifacts.path(ofURI: root)
    let entries = try await artifacts.list(below.isEmpty ? folder : folder + "/" + below)
    return MLflowAnswer { writer in
      writer.member("root_uri", root)
      // Clients expect the folder as they wrote it.
      let folder = path.isEmpty || path.hasSuffix("/") ? path : path + "/"
      writer.member("files", entries) { $0.artifact($1, in: folder) }
    }
  }
}

extension JSONWriter {
  fileprivate mutating func artifact(_ entry: ArtifactEntry, in folder: String) {
    beginObject()
    member("path", folder + entry.name)
    key("is_dir")
    bool(entry.bytes == nil)
    if let bytes = entry.bytes { member("file_size", bytes) }
    endObject()
  }
}
