import MLflowProtocol
import Basics
import Experimentation
import HTTPTypes
import Hummingbird

extension FactoryRoutes {
  /// Adds one endpoint of MLflow's REST API under all its prefixes.
  ///
  /// - Parameters:
  ///   - path: below `/api/2.0/mlflow/`, such as `runs/create`.
  ///   - versions: those of the API in which it exists.
  func mlflow<Answer: ResponseGenerator>(
    _ method: HTTPRequest.Method, _ path: String, permission: Permission,
    versions: [String] = ["2.0", "3.0"], service: String = "mlflow",
    handler: @escaping @Sendable (MLflowCall) async throws -> Answer
  ) {
    for prefix in ["/api", "/ajax-api"] {
      for version in versions {
        route(
          method, "\(prefix)/\(version)/\(service)/\(path)", permission: permission, .mlflow
        ) {
          try await handler(MLflowCall(request: $0, context: $1))
        }
      }
    }
  }

  /// Adds everything that MLflow's clients ask for.
  ///
  /// - Parameter secret: signs addresses that work without a token; the same after a restart.
  func addMLflowRoutes(ledger: Ledger, objects: ObjectStore, secret: String) {
    addMLflowServerRoutes()
    addMLflowExperimentRoutes(ledger)
    addMLflowRunRoutes(ledger)
    addMLflowLoggingRoutes(ledger)
    addMLflowMetricRoutes(RunStore(ledger: ledger))
    addMLflowLoggedModelRoutes(ledger)
    let artifacts = MLflowArtifacts(ledger: ledger, objects: objects)
    addMLflowArtifactRoutes(artifacts)
    addMLflowUploadRoutes(artifacts, signer: SignedURL(secret: secret))
    addMLflowModelRoutes(ledger)
    addMLflowVersionRoutes(artifacts)
    addMLflowTraceRoutes(ledger)
    addMLflowEvaluationRoutes(ledger)
    addMLflowImportRoutes(ledger, objects: objects)
  }

  private func addMLflowServerRoutes() {
    mlflow(.get, "server-info", permission: .read) { _ in
      MLflowAnswer { writer in
        writer.member("store_type", "SqlStore")
        for key in [
          StaticString("workspaces_enabled"), "trace_archival_enabled",
          "presigned_upload_supported",
        ] {
          writer.key(key)
          writer.bool(false)
        }
        for key in [StaticString("multipart_uploads_enabled"), "multipart_downloads_enabled"] {
          writer.key(key)
          writer.bool(true)
        }
      }
    }
  }
}

extension MLflowFields {
  /// The run that a field names; `run_uuid` is its name in old clients.
  func run() throws -> RunID {
    let text = try string("run_id") ?? ""
    let name = text.isEmpty ? try string("run_uuid") ?? "" : text
    guard !name.isEmpty else { throw Self.missing("run_id") }
    guard let id = RunID(name) else {
      throw MLflowFailure(.doesNotExist, "Run with id=\(name.prefix(300)) not found")
    }
    return id
  }

  /// The experiment that a field names.
  func experiment(_ name: String = "experiment_id") throws -> ExperimentID {
    try Self.experiment(try required(name))
  }

  /// The experiment of that identifier; a text of another shape names none.
  static func experiment(_ text: String) throws -> ExperimentID {
    if let id = ExperimentID(text) { return id }
    guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
      throw MLflowFailure(
        .invalidParameterValue,
        "Invalid experiment ID '\(text.prefix(100))'. Experiment ID must be a valid integer.")
    }
    throw MLflowFailure(.doesNotExist, "No Experiment with id=\(text.prefix(100)) exists")
  }

  /// The experiments that a field names; one of another shape is refused.
  func experiments(_ name: String = "experiment_ids") throws -> [ExperimentID] {
    try strings(name).map { try Self.experiment($0) }
  }

  /// Which part of a search's results is wanted.
  func page(default count: Int, atMost limit: Int) throws -> SearchPage {
    try SearchPage(
      limit: try integer("max_results", default: count, in: 1...limit),
      token: try string("page_token"))
  }

  /// Whether things in use, in the trash or both are wanted.
  func view(_ name: String) throws -> SearchView {
    guard let value = self[name] else { return .activeOnly }
    switch value {
    case .string(let text):
      if let view = SearchView(rawValue: text) { return view }
      if text.isEmpty { return .activeOnly }
    // Numbers of the protocol's enumeration.
    case .number(1): return .activeOnly
    case .number(2): return .deletedOnly
    case .number(3): return .all
    case .null, .bool, .number, .array, .object: break
    }
    throw Self.invalid(name, value)
  }
}
