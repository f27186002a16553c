import API
import Basics
import Compute
import Experimentation
import HTTPTypes

extension FactoryRoutes {
  /// Adds `POST /api/v1/imports/mlflow`, which answers when all is taken over.
  func addMLflowImportRoutes(_ ledger: Ledger, objects: ObjectStore) {
    route(
      .post, "/api/v1/imports/mlflow", permission: .write,
      .api(
        "Takes an MLflow store over; answers when all is there.", body: ImportRequestWire.self,
        answer: .json(ImportWire.self))
    ) { request, context in
      let wish = try await request.wire(ImportRequestWire.self)
      guard wish.path.hasPrefix("/") else {
        throw ServerError(
          .badRequest, "'path' is \(visible(wish.path)); expected an absolute path.")
      }
      let lease = ObjectLeases.ofThisProcess.begin(nowMs: systemTimeMs())
      defer { withExtendedLifetime(lease) {} }
      let counts = try await MLflowImport(
        ledger: ledger, objects: objects, project: context.project
      ).perform(wish.path, nowMs: systemTimeMs())
      return try WireResponse(ImportWire(counts))
    }
  }
}

extension ImportWire {
  init(_ counts: MLflowImportCounts) {
    self.init()
    (experiments, metrics, params) = (counts.experiments, counts.metrics, counts.params)
    (runs, knownRuns, inputs) = (counts.runs, counts.knownRuns, counts.inputs)
    (loggedModels, knownLoggedModels) = (counts.loggedModels, counts.knownLoggedModels)
    (traces, knownTraces) = (counts.traces, counts.knownTraces)
    (artifacts, modelVersions) = (counts.artifacts, counts.modelVersions)
    (refused, remarks) = (counts.refused, counts.remarks)
  }
}
