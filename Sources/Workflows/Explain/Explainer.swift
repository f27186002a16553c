public import API
public import Basics
public import Compute
internal import DataPipelines
internal import Experimentation
internal import Optimization
public import Serving

/// Answers "why?" for any identifier: the chain from a prediction back to the bytes of its sources.
///
/// prediction → model version → run → trial → job → dataset version → source file hash
public struct Explainer: Sendable {
  let ledger: Ledger
  let jobs: Jobs
  let services: Services
  let store: WorkflowRunStore
  let objects: ObjectStore
  private let predictions: SegmentReader

  /// Explains what one factory knows.
  public init(
    ledger: Ledger, objects: ObjectStore, jobs: Jobs, services: Services,
    predictions: SegmentReader
  ) {
    self.objects = objects
    self.ledger = ledger
    self.jobs = jobs
    self.services = services
    self.predictions = predictions
    store = WorkflowRunStore(ledger: ledger)
  }

  /// The chain behind an identifier, whatever it is.
  ///
  /// - Throws: `id_not_found` with what identifiers look like.
  public func explain(_ id: String) async throws -> ExplanationWire {
    ExplanationWire(id: id, chain: try await chain(id))
  }

  private func chain(_ id: String) async throws -> [ExplanationWire.Link] {
    if let prediction = PredictionID(id) { return try await links(prediction: prediction) }
    if let job = Identifier<Job>(id) { return try await links(job: job) }
    if let array = Identifier<JobArray>(id) { return try await links(array: array) }
    if let service = Identifier<NamedService>(id) { return try await links(service: service) }
    if let run = Identifier<WorkflowRun>(id) { return try await links(workflowRun: run) }
    if let version = Identifier<DatasetVersion>(id) {
      return try await links(datasetVersion: version.rawValue)
    }
    if let study = Identifier<StudySummary>(id) { return try await links(study: study) }
    if let run = RunID(id) { return try await links(run: run) }
    if let (name, version) = modelVersion(id) {
      return try await links(model: name, version: version)
    }
    throw WorkflowError(
      .idNotFound, "\(visible(id)) is no identifier that the factory gives.",
      hint: "Identifiers look like p_…, job_…, array_…, service_…, wr_…, dv_…, study_…, 32 "
        + "hexadecimal digits (a run) or NAME@VERSION (a model version).")
  }

  private func modelVersion(_ text: String) -> (String, Int)? {
    guard let mark = text.lastIndex(where: { $0 == "@" || $0 == "/" }),
      let version = Int(text[text.index(after: mark)...])
    else { return nil }
    return (String(text[..<mark]), version)
  }

  private func links(prediction id: PredictionID) async throws -> [ExplanationWire.Link] {
    let predictions = predictions
    guard let record = try await offTask({ try predictions.find(id) }) else {
      throw WorkflowError(
        .idNotFound, "There is no prediction \(id).",
        hint: "Predictions are written within a second of their answer.")
    }
    let link = ExplanationWire.Link(
      kind: "prediction", id: id.rawValue,
      details: [
        "made \(ExplainWords.time(record.timeMs)) by endpoint \(record.source.endpoint)",
        "row \(record.row + 1) of the request with SHA-256 \(record.inputDigest)",
        "replica \(record.source.replica) of deployment \(record.source.deployment)",
      ])
    return [link]
      + (try await links(model: record.source.model, version: record.source.version))
  }

  private func links(model name: String, version: Int) async throws -> [ExplanationWire.Link] {
    let found = try await ledger.read { db in
      try ModelStore.version(version, of: name, in: db)
    }
    let link = ExplanationWire.Link(
      kind: "model version", id: "\(name)@\(version)",
      details: [
        "registered \(ExplainWords.time(found.createdAtMs))",
        found.draft.package.map { "package \($0)" },
      ].compactMap(\.self))
    if let run = found.draft.run { return [link] + (try await links(run: run)) }
    return [link]
  }

  private func links(run id: RunID) async throws -> [ExplanationWire.Link] {
    let details = try await ledger.read { db in try RunStore.details(id, in: db) }
    let shown = ["rmse", "mae", "auc", "log_loss", "accuracy"]
    let metrics = details.metrics
      .filter { metric in
        shown.contains { metric.key == "validation_\($0)" || metric.key == "test_\($0)" }
      }
      .map { "\($0.key) \(GateWords.number($0.value))" }
    var links = [
      ExplanationWire.Link(
        kind: "run", id: id.rawValue,
        details: [
          "\(details.run.status.rawValue.lowercased()), "
            + "started \(ExplainWords.time(details.run.startedAtMs))"
        ] + (metrics.isEmpty ? [] : [metrics.joined(separator: ", ")]))
    ]
    guard let job = details.run.job else { return links }
    links += try await trialLinks(job: job)
    return links + (try await jobLinks(job))
  }

  private func links(study id: Identifier<StudySummary>) async throws -> [ExplanationWire.Link] {
    let study = try await ledger.read { db in try StudyStore().study(id, in: db) }
    guard let study, let job = study.job else {
      throw WorkflowError(.idNotFound, "There is no study \(id).")
    }
    return try await trialLinks(job: job) + (try await jobLinks(job))
  }

  private func links(job id: Identifier<Job>) async throws -> [ExplanationWire.Link] {
    _ = try await jobs.job(id)
    return try await jobLinks(id.rawValue)
  }

  private func links(
    workflowRun id: Identifier<WorkflowRun>
  ) async throws -> [ExplanationWire.Link] {
    let run = try await store.run(id)
    var details = ["\(run.status.rawValue), workflow \(run.name) from \(run.filePath)"]
    if let failure = run.failure { details.append(failure.message) }
    details += run.stages.map(ExplainWords.stage)
    let link = ExplanationWire.Link(kind: "workflow run", id: id.rawValue, details: details)
    if let output = run.registration {
      return [link] + (try await links(model: output.model, version: output.version))
    }
    if let training = run.training.flatMap({ RunID($0.run) }) {
      return [link] + (try await links(run: training))
    }
    if let best = run.command.flatMap({ RunID($0.bestRun) }) {
      return [link] + (try await links(run: best))
    }
    guard let dataset = run.dataset else { return [link] }
    return [link] + (try await links(datasetVersion: dataset.datasetVersion))
  }
}
