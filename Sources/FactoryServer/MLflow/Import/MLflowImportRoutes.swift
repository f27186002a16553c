import API
import Basics
import Compute
import Experimentation
import HTTPTypes

extension FactoryRoutes {
  /// Adds `POST /api/v1/imports/mlflow`, which answers when all is taken over.
  func addMLflowImportRoutes(_ ledger: Ledger, objects: ObjectStore) {
    route(.post, "/api/v1/imports/mlflow", permission: .write) { request, context in
      let wish = try await request.wire(ImportRequestWire.self)
      guard wish.path.hasPrefix("/") else {
        throw ServerError(
          .badRequest, "'path' is \(visible(wish.path)); expected an absolute path.")
      }
      let counts = try await MLflowImport(
        ledger: ledger, objects: objects, project: context.project
      ).perform(wish.path, nowMs: systemTimeMs())
      return try WireResponse(
        ImportWire(
          experiments: counts.experiments, runs: counts.runs, metrics: counts.metrics,
          params: counts.params, artifacts: counts.artifacts,
          modelVersions: counts.modelVersions, remarks: counts.remarks))
    }
  }
}
