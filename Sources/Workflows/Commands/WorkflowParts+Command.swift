internal import Basics
internal import Experimentation

extension WorkflowParts {
  /// Whether what a command came to can be taken over.
  ///
  /// Its runs must be there, and so must a model of the best one where it is to get a version: somebody may have
  /// deleted them.
  func canTakeOver(
    _ output: StageOutput.CommandOutput, registers: Bool
  ) async throws -> Bool {
    guard let own = RunID(output.run), let best = RunID(output.bestRun) else { return false }
    let isThere = try await store.ledger.read { db in
      try [own, best].allSatisfy { try RunStore.find($0, in: db)?.lifecycle == .active }
    }
    guard isThere, registers else { return isThere }
    return try await bestModel(of: output) != nil
  }

  /// The newest model that the best run of a command has logged.
  func bestModel(of output: StageOutput.CommandOutput) async throws -> LoggedModel? {
    guard let best = RunID(output.bestRun) else { return nil }
    return try await store.ledger.read { db in
      try LoggedModelStore.models(loggedBy: best, in: db).first
    }
  }
}
