internal import Basics
internal import DataPipelines
internal import Experimentation
internal import JobProtocol
internal import Optimization
internal import Training

/// The tracking run and the study of one training, as they are kept in the ledger.
struct TrainingTracking: Sendable {
  var project: String
  var workflow: String
  var workflowRun: Identifier<WorkflowRun>
  var dataset: StageOutput.DataOutput
  var train: WorkflowDefinition.TrainSection
  /// What the search will optimize, where that is known beforehand.
  var metric: MetricName?
  var nowMs: Int64

  /// Makes run and study before the job starts, once.
  func begin(job: String, _ details: StageJobDetails, in ledger: Ledger) async throws {
    guard let run = details.run.flatMap({ RunID($0) }),
      let study = details.study.flatMap({ Identifier<StudySummary>($0) })
    else { return }
    try await ledger.write { db in
      let experiment = try ExperimentStore.ensure(
        named: workflow, project: project, nowMs: nowMs, in: db)
      try RunStore.create(
        run, experiment: experiment.id, name: workflow, job: job, startedAtMs: nowMs, in: db)
      try RunStore.note(
        params: params, tags: ["aifactory.workflow_run": workflowRun.rawValue],
        inputs: [
          RunInput(
            name: workflow, digest: dataset.datasetVersion, context: "training",
            sourceType: "factory", source: dataset.sources.first?.name ?? "",
            datasetVersion: dataset.datasetVersion)
        ], on: run, in: db)
      try StudyStore().create(
        StudySummary(
          id: study, project: project, name: workflow, job: job,
          metric: metric?.rawValue ?? "automatic",
          goal: metric?.goal == .maximize ? .maximize : .minimize,
          sampler: train.search.sampler, pruner: train.search.pruner, seed: train.search.seed,
          createdAtMs: nowMs), in: db)
    }
  }

  private var params: [String: String] {
    var params = [
      "sampler": train.search.sampler, "pruner": train.search.pruner,
      "seed": "\(train.search.seed)",
    ]
    params["trials"] = train.search.trials.map(String.init)
    params["time_ms"] = train.search.timeMs.map { "\($0)" }
    params["metric"] = train.metric
    params["task"] = train.task?.rawValue
    return params
  }

  /// Ends the run with the final model's metrics on validation data.
  func finish(_ output: StageOutput.TrainOutput, atMs: Int64, in db: LedgerTransaction) throws {
    guard let run = RunID(output.run) else { return }
    let points = output.result.validation.map {
      MetricPoint(key: "validation_\($0.key)", value: $0.value, step: 0, timestampMs: atMs)
    }
    try RunStore.log(points, to: run, in: db)
    try RunStore.note(
      params: ["chosen_metric": output.result.metric], tags: [:], inputs: [], on: run, in: db)
    try RunStore.setStatus(.finished, of: run, endedAtMs: atMs, in: db)
  }

  /// Adds the metrics of the test rows to the run that made the model.
  static func note(
    _ output: StageOutput.EvaluateOutput, run: String, atMs: Int64, in db: LedgerTransaction
  ) throws {
    guard let run = RunID(run) else { return }
    let points = output.result.metrics.map {
      MetricPoint(key: "test_\($0.key)", value: $0.value.value, step: 0, timestampMs: atMs)
    }
    try RunStore.log(points, to: run, in: db)
  }
}
