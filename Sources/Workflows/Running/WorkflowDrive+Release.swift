internal import Basics
internal import DataPipelines
internal import Experimentation
internal import Foundation

extension WorkflowDrive {
  /// Gives the evaluated model a version under its name.
  func performRegistration(_ run: WorkflowRun, _ definition: WorkflowDefinition) async throws {
    if let output = run.command {
      return try await performRegistration(of: output, run, definition)
    }
    guard let model = definition.model, let dataset = run.dataset, let training = run.training,
      let evaluation = run.evaluation
    else { throw missing("evaluate") }
    let ingredients = StageIngredients.register(
      model: model, package: training.package, evaluation: evaluation.files,
      fingerprint: parts.fingerprint)
    let (key, known) = try await known(ingredients)
    if case .register(let output)? = known {
      return try await succeed(.register, .register(output), key: key, isReused: true)
    }
    let provenance = Provenance(
      workflowRun: id.rawValue, run: training.run, study: training.study,
      trainJob: training.job, evaluateJob: evaluation.job, dataJob: dataset.job,
      datasetVersion: dataset.datasetVersion, evaluation: evaluation.files,
      sources: dataset.sources)
    let draft = ModelVersionDraft(
      registrationKey: key, run: RunID(training.run), job: training.job,
      datasetVersion: dataset.datasetVersion, package: training.package,
      signature: try signature(of: training.package), provenance: try LedgerJSON.text(provenance))
    let project = run.project
    let now = parts.nowMs()
    // The registration key makes this idempotent, so it may stand in a transaction of its own.
    let version = try await parts.store.ledger.write { db in
      var draft = draft
      // Somebody may have removed the run for good meanwhile.
      if let run = draft.run, try RunStore.find(run, in: db) == nil { draft.run = nil }
      return try ModelStore.createVersion(
        of: model, draft, project: project, nowMs: now, in: db
      ).version
    }
    try await succeed(
      .register, .register(StageOutput.RegisterOutput(model: model, version: version)), key: key,
      isReused: false)
  }

  /// Gives the model that the best run of a command has logged a version.
  private func performRegistration(
    of output: StageOutput.CommandOutput, _ run: WorkflowRun, _ definition: WorkflowDefinition
  ) async throws {
    guard let model = definition.model, let best = RunID(output.bestRun) else {
      throw missing("train")
    }
    guard let logged = try await parts.bestModel(of: output) else {
      throw StageStop(
        failure: StageFailure(
          code: "model_missing",
          message: "The best run \(best) has logged no model that could be registered.",
          hint: "Let the command call log_model of MLflow's client, or remove 'register'."))
    }
    let ingredients = StageIngredients.register(
      model: model, loggedModel: logged.id, fingerprint: parts.fingerprint)
    let (key, known) = try await known(ingredients)
    if case .register(let output)? = known {
      return try await succeed(.register, .register(output), key: key, isReused: true)
    }
    let draft = ModelVersionDraft(
      registrationKey: key, run: best, job: output.job,
      datasetVersion: run.dataset?.datasetVersion, source: "models:/\(logged.id)",
      loggedModel: logged.id)
    let (project, now) = (run.project, parts.nowMs())
    let version = try await parts.store.ledger.write { db in
      let version = try ModelStore.createVersion(
        of: model, draft, project: project, nowMs: now, in: db
      ).version
      try LoggedModelStore.note(
        version: version, of: model, madeFrom: logged.id, nowMs: now, in: db)
      return version
    }
    try await succeed(
      .register, .register(StageOutput.RegisterOutput(model: model, version: version)), key: key,
      isReused: false)
  }

  /// What a request to the model holds, as JSON; nil where the package does not tell.
  private func signature(of package: String) throws -> String? {
    let files = try parts.objects.manifest(try stored(package)).files
    guard let entry = files.first(where: { $0.path == "model.json" }) else { return nil }
    let model = try JSONValue(parsing: try parts.objects.read(entry.sha256))
    return model["signature"].map { String(decoding: $0.encoded(), as: UTF8.self) }
  }

  /// Puts the model version behind its endpoint.
  ///
  /// A known key is not enough to skip this stage: somebody may have deployed another version since.
  func performDeployment(_ run: WorkflowRun, _ definition: WorkflowDefinition) async throws {
    guard let endpoint = definition.endpoint, let registration = run.registration else {
      throw missing("register")
    }
    let (model, version) = (registration.model, registration.version)
    let (key, _) = try await known(
      StageIngredients.deploy(
        endpoint: endpoint, model: model, version: version, fingerprint: parts.fingerprint))
    let place = definition.deployPlace.ofReplicas
    let isServing = try await parts.endpoints.serves(
      version, of: model, on: endpoint, in: place)
    if !isServing {
      try await parts.endpoints.deployVersion(version, of: model, to: endpoint, in: place)
    }
    let output = StageOutput.DeployOutput(endpoint: endpoint, model: model, version: version)
    try await succeed(.deploy, .deploy(output), key: key, isReused: isServing)
  }
}

/// Where a model version came from; kept with it as JSON.
struct Provenance: Codable, Sendable, Equatable {
  var workflowRun: String
  var run: String
  var study: String
  var trainJob: String
  var evaluateJob: String
  var dataJob: String
  var datasetVersion: String
  var evaluation: String
  var sources: [DatasetManifest.Source]
}
