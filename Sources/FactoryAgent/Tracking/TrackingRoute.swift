import JSONCoding
import MLflowProtocol

/// What an agent does about a call of MLflow's clients.
enum TrackingRoute {
  typealias Handler = @Sendable (inout TrackingView, TrackedCall) throws -> HTTPAnswer

  /// Answered here.
  case local(Handler)
  /// Asked of the server; answered here where that cannot be reached.
  case server(otherwise: Handler)
  /// A call of the registry: the server's, unless it is about what the job has registered without it.
  case registry(Handler)
  /// Points of a metric, from the server or from the journal.
  case history
  /// Spans of traces, as OTLP.
  case spans
  /// A file that is brought.
  case upload(path: String)
  /// A file that is wanted.
  case download(path: String)
  /// The files of a folder.
  case listing(folder: String?)
  /// A file or a folder that is to go.
  case removal(path: String)
  /// Known to the server alone.
  case relay

  /// Finds the route of a request; nil for what is not of MLflow's.
  init?(_ request: HTTPRequest) {
    guard let (service, path) = Self.place(of: request.path) else {
      if request.method == "POST", request.path == "/v1/traces" {
        self = .spans
        return
      }
      guard Self.others.contains(where: { request.path.hasPrefix($0) }) else { return nil }
      self = .relay
      return
    }
    if service == "mlflow-artifacts" {
      self = Self.artifacts(request.method, path)
    } else {
      self =
        Self.calls["\(request.method) \(path)"] ?? Self.model(request.method, path) ?? .relay
    }
  }

  /// What MLflow's clients ask for beside their API.
  private static let others = [
    "/ajax-api/", "/get-artifact", "/model-versions/get-artifact",
  ]

  /// The service of a path, and what stands below it.
  static func place(of path: String) -> (service: String, path: String)? {
    for prefix in ["/api/2.0/", "/api/3.0/", "/ajax-api/2.0/", "/ajax-api/3.0/"]
    where path.hasPrefix(prefix) {
      let rest = path.dropFirst(prefix.count)
      for service in ["mlflow-artifacts", "mlflow"] where rest.hasPrefix(service + "/") {
        return (service, String(rest.dropFirst(service.count + 1)))
      }
    }
    return nil
  }

  private static func artifacts(_ method: String, _ path: String) -> TrackingRoute {
    if path == "artifacts", method == "GET" { return .listing(folder: nil) }
    let prefix = "artifacts/"
    guard path.hasPrefix(prefix), let name = decodedURLText(path.dropFirst(prefix.count)) else {
      return .relay
    }
    return switch method {
    case "PUT": .upload(path: name)
    case "GET": .download(path: name)
    case "DELETE": .removal(path: name)
    default: .relay
    }
  }

  private static let calls: [String: TrackingRoute] = [
    "GET server-info": .local { _, _ in serverInfo },
    "POST experiments/create": .local { try $0.createExperiment($1) },
    "GET experiments/get": .local { try $0.getExperiment($1) },
    "GET experiments/get-by-name": .local { try $0.getExperimentByName($1) },
    "POST experiments/set-experiment-tag": .local { try $0.setExperimentTag($1) },
    "POST experiments/search": .server { try $0.searchExperiments($1) },
    "GET experiments/search": .server { try $0.searchExperiments($1) },
    "POST runs/create": .local { try $0.createRun($1) },
    "GET runs/get": .local { try $0.getRun($1) },
    "POST runs/update": .local { try $0.updateRun($1) },
    "POST runs/delete": .local { try $0.setLifecycle("deleted", $1) },
    "POST runs/restore": .local { try $0.setLifecycle("active", $1) },
    "POST runs/search": .server { try $0.searchRuns($1) },
    "POST runs/log-metric": .local { try $0.logMetric($1) },
    "POST runs/log-batch": .local { try $0.logBatch($1) },
    "POST runs/log-parameter": .local { try $0.logParam($1) },
    "POST runs/set-tag": .local { try $0.setTag($1) },
    "POST runs/delete-tag": .local { try $0.deleteTag($1) },
    "POST runs/log-inputs": .local { try $0.logInputs($1) },
    "POST runs/outputs": .local { try $0.logOutputs($1) },
    "GET metrics/get-history": .history,
    "POST traces": .server { try $0.logTrace($1) },
    "POST registered-models/create": .registry { try $0.createRegisteredModel($1) },
    "GET registered-models/get": .registry { try $0.getRegisteredModel($1) },
    "POST registered-models/set-tag": .registry { try $0.setRegisteredModelTag($1) },
    "GET registered-models/alias": .registry { try $0.getAlias($1) },
    "POST registered-models/alias": .registry { try $0.setAlias($1) },
    "POST model-versions/create": .registry { try $0.createVersion($1) },
    "GET model-versions/get": .registry { try $0.getVersion($1) },
    "GET model-versions/get-download-uri": .registry { try $0.getVersionSource($1) },
    "POST model-versions/set-tag": .registry { try $0.setVersionTag($1) },
    "PATCH model-versions/update": .registry { try $0.updateVersion($1) },
    "POST model-versions/transition-stage": .registry { try $0.moveVersion($1) },
    "POST logged-models": .local { try $0.createModel($1) },
    "POST logged-models/search": .server { try $0.searchModels($1) },
  ]

  /// Calls whose path names a logged model.
  private static func model(_ method: String, _ path: String) -> TrackingRoute? {
    let parts = path.split(separator: "/").map { decodedURLText($0) ?? String($0) }
    guard parts.count > 1, parts[0] == "logged-models" else { return nil }
    let id = parts[1]
    switch (method, parts.count, parts.count > 2 ? parts[2] : "") {
    case ("GET", 2, _): return .local { view, _ in try view.getModel(id) }
    case ("PATCH", 2, _): return .local { try $0.setModelStatus(id, $1) }
    case ("PATCH", 3, "tags"): return .local { try $0.setModelTags(id, $1) }
    case ("DELETE", 4, "tags"):
      let key = parts[3]
      return .local { try $0.deleteModelTag(id, key, $1) }
    case ("POST", 3, "params"): return .local { try $0.logModelParams(id, $1) }
    default: return nil
    }
  }

  /// Large files come whole: they are written where they stay.
  private static let serverInfo = HTTPAnswer.object { writer in
    writer.member("store_type", "SqlStore")
    for key in [
      StaticString("workspaces_enabled"), "trace_archival_enabled", "presigned_upload_supported",
      "multipart_uploads_enabled", "multipart_downloads_enabled",
    ] {
      writer.key(key)
      writer.bool(false)
    }
  }
}
