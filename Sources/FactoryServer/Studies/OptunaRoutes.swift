import API
import Basics
import Compute
import HTTPTypes
import Optimization

extension FactoryRoutes {
  /// Adds what takes studies over from Optuna, and gives them to it.
  func addOptunaRoutes(_ ledger: Ledger) {
    route(
      .post, "/api/v1/imports/optuna", permission: .write,
      .api(
        "Takes studies of Optuna's over; answers when all trials are there.",
        body: OptunaImportRequestWire.self, answer: .json(OptunaImportWire.self),
        refusals: [.conflict])
    ) { request, context in
      let wish = try await request.wire(OptunaImportRequestWire.self)
      let counts = try await OptunaTransfer(ledger: ledger, project: context.project)
        .take(try Self.absolute(wish.path), study: wish.study, nowMs: systemTimeMs())
      return try WireResponse(OptunaImportWire(counts))
    }
    route(
      .post, "/api/v1/studies/{id}/optuna", permission: .write,
      .api(
        "Writes a study into a new file of Optuna's storage.", body: OptunaExportWire.self,
        answer: .json(OptunaExportWire.self))
    ) { request, context in
      let id = try context.identifier("id", of: StudySummary.self)
      let path = try Self.absolute(try await request.wire(OptunaExportWire.self).path)
      let trials = try await OptunaTransfer(ledger: ledger, project: context.project)
        .give(id, to: path)
      return try WireResponse(OptunaExportWire(path: path, trials: trials))
    }
  }

  private static func absolute(_ path: String) throws -> String {
    guard path.hasPrefix("/") else {
      throw ServerError(.badRequest, "'path' is \(visible(path)); expected an absolute path.")
    }
    return path
  }
}

extension OptunaImportWire {
  init(_ counts: OptunaImportCounts) {
    self.init(
      studies: counts.studies.map { study in
        Study(
          id: study.id.rawValue, name: study.name, trials: study.trials,
          knownTrials: study.knownTrials, unfinishedTrials: study.unfinishedTrials)
      })
  }
}
