internal import Basics
internal import Compute
internal import Experimentation
internal import Logging

/// Takes one workflow run from where it is to its end.
///
/// Everything it decides is in the ledger before it acts on it, so a drive that was interrupted
/// anywhere is simply started again.
struct WorkflowDrive: Sendable {
  let parts: WorkflowParts
  let id: Identifier<WorkflowRun>
  let logger: Logger

  /// Drives the run to its end.
  ///
  /// - Throws: `CancellationError` when the server stops, a `LedgerError` when the ledger cannot be
  ///   written; the run stays as it is and is driven on later. A failed stage is a result, not an
  ///   error.
  func drive() async throws {
    var run = try await parts.store.run(id)
    guard !run.status.isFinal else { return }
    do {
      let definition = try WorkflowFile.parse(text: run.definition, path: run.filePath)
      let now = parts.nowMs()
      run = try await parts.store.update(id) { run in
        run.status = .running
        run.startedAtMs = run.startedAtMs ?? now
      }
      for stage in run.stages where stage.status != .succeeded {
        try await checkCancel()
        try await perform(stage.name, definition)
      }
      try await end(.succeeded, failure: nil)
    } catch is CancellationError {
      throw CancellationError()
    } catch let error as JobError where error.code == .stopped {
      throw CancellationError()
    } catch let error as LedgerError {
      // Nothing is known to be wrong with the work: it goes on when it can be recorded.
      throw error
    } catch let error as StageStop {
      try await end(error.isCancel ? .canceled : .failed, failure: error.failure)
    } catch let error as any FactoryError {
      try await end(
        .failed,
        failure: StageFailure(
          code: error.code.rawValue, message: error.message, hint: error.hint))
    } catch {
      logger.error("a workflow run failed unexpectedly", metadata: ["error": "\(error)"])
      try await end(
        .failed,
        failure: StageFailure(
          code: "internal_error", message: "The factory could not run the stage: \(error)",
          hint: "`aifactory doctor` checks the installation; the server's log says more."))
    }
  }

  /// The stage's key, what is known under it, else the work.
  private func perform(_ stage: StageName, _ definition: WorkflowDefinition) async throws {
    let now = parts.nowMs()
    let run = try await parts.store.update(id) { run in
      run.change(stage) {
        $0.status = .running
        $0.startedAtMs = $0.startedAtMs ?? now
      }
    }
    switch stage {
    case .data: try await performData(run, definition)
    case .train: try await performTraining(run, definition)
    case .evaluate: try await performEvaluation(run, definition)
    case .register: try await performRegistration(run, definition)
    case .deploy: try await performDeployment(run, definition)
    }
  }

  /// Records the stage's ingredients and returns what an earlier run made of the same ones.
  func known(_ ingredients: StageIngredients) async throws -> (key: String, output: StageOutput?) {
    let key = try ingredients.key()
    try await parts.store.update(id) { run in
      run.change(ingredients.stage) {
        $0.key = key
        $0.ingredients = ingredients
      }
    }
    return (key, try await parts.store.output(forKey: key))
  }

  /// Ends a stage with what it made, together with what must be written with it.
  ///
  /// - Parameter failure: what was made is kept, but the stage failed for this reason.
  func succeed(
    _ stage: StageName, _ output: StageOutput, key: String, isReused: Bool,
    failure: StageFailure? = nil,
    alongside: (@Sendable (LedgerTransaction) throws -> Void)? = nil
  ) async throws {
    let now = parts.nowMs()
    let id = id
    let tracking = WorkflowTracking(fingerprint: parts.fingerprint, nowMs: now)
    let files = try artifacts(of: output)
    try await parts.store.update(
      id,
      alongside: { run, db in
        try alongside?(db)
        if !isReused {
          try WorkflowRunStore.keep(output, stage: stage, key: key, run: id, atMs: now, in: db)
        }
        if let ended = run.stage(stage) {
          try tracking.stageEnded(ended, of: run, files: files, in: db)
        }
      },
      { run in
        run.change(stage) {
          $0.status = failure == nil ? .succeeded : .failed
          $0.failure = failure
          $0.isReused = isReused
          $0.output = output
          $0.endedAtMs = now
        }
      })
  }

  /// The files of an output that people look at.
  private func artifacts(of output: StageOutput) throws -> [RunArtifact] {
    let (folder, names) =
      switch output {
      case .data(let output): (output.files, ["dataset.json", "profile.json", "checks.json"])
      case .train(let output): (output.package, ["model.json"])
      case .evaluate(let output):
        (output.files, ["report.html", "evaluation.json", "result.json"])
      case .shard, .command, .register, .deploy: ("", [])
      }
    guard !names.isEmpty else { return [] }
    return try RunArtifact.files(names, of: stored(folder), in: parts.objects)
  }

  /// Throws when somebody asked for the run's end.
  func checkCancel() async throws {
    guard try await parts.store.isCancelRequested(id) else { return }
    throw StageStop(
      isCancel: true,
      failure: StageFailure(code: "canceled", message: "The workflow run was canceled."))
  }

  private func end(_ status: WorkflowRun.Status, failure: StageFailure?) async throws {
    let now = parts.nowMs()
    let tracking = WorkflowTracking(fingerprint: parts.fingerprint, nowMs: now)
    try await parts.store.update(
      id,
      alongside: { run, db in
        for stage in run.stages where [.failed, .canceled].contains(stage.status) {
          // One that made something, such as an evaluation with a failed gate, is written already.
          guard stage.output == nil else { continue }
          try tracking.stageEnded(stage, of: run, files: [], in: db)
        }
        try tracking.end(run, in: db)
      }
    ) { run in
      run.status = status
      run.failure = failure
      run.endedAtMs = now
      for index in run.stages.indices {
        switch run.stages[index].status {
        case .running:
          run.stages[index].status = status == .canceled ? .canceled : .failed
          run.stages[index].failure = failure
          run.stages[index].endedAtMs = now
        case .pending: run.stages[index].status = .skipped
        case .succeeded, .failed, .canceled, .skipped: break
        }
      }
    }
  }
}

/// A stage that did not succeed, for a reason that is a result.
struct StageStop: Error {
  var isCancel = false
  var failure: StageFailure
}

extension WorkflowRun {
  /// Changes one stage.
  mutating func change(_ stage: StageName, _ change: (inout StageRun) -> Void) {
    guard let index = stages.firstIndex(where: { $0.name == stage }) else { return }
    change(&stages[index])
  }
}
