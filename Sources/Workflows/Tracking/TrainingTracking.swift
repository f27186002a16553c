internal import Basics
internal import DataPipelines
internal import Experimentation
internal import JobProtocol
internal import Optimization
internal import Training

/// The tracking run and the study of one training, as they are kept in the ledger.
struct TrainingTracking: Sendable {
  var run: WorkflowRun
  var dataset: StageOutput.DataOutput
  var train: WorkflowDefinition.TrainSection
  /// What the search will optimize, where that is known beforehand.
  var metric: MetricName?
  var fingerprint: FactoryFingerprint
  var nowMs: Int64

  /// Makes run and study before the job starts, once.
  func begin(job: String, _ details: StageJobDetails, in ledger: Ledger) async throws {
    guard let id = details.run.flatMap({ RunID($0) }),
      let study = details.study.flatMap({ Identifier<StudySummary>($0) })
    else { return }
    try await ledger.write { db in
      let tree = WorkflowTracking(fingerprint: fingerprint, nowMs: nowMs)
      let root = try tree.begin(run, in: db)
      try RunStore.create(
        id, experiment: root.experiment, name: StageName.train.rawValue, job: job,
        user: root.user, startedAtMs: nowMs, in: db)
      let tags = [
        RunTagKey.name: StageName.train.rawValue, RunTagKey.parent: root.id.rawValue,
        RunTagKey.workflowRun: run.id.rawValue, RunTagKey.stage: StageName.train.rawValue,
        RunTagKey.job: job,
      ]
      let input = DatasetInput(dataset: dataset, name: run.name, baseFolder: run.baseFolder)
      try RunStore.note(
        params: params, tags: tags.merging(tree.environment) { $1 },
        inputs: [try input.input("training", in: db)], on: id, in: db)
      try StudyStore().create(
        StudySummary(
          id: study, project: run.project, name: run.name, job: job,
          metric: metric?.rawValue ?? "automatic",
          goal: metric?.goal == .maximize ? .maximize : .minimize,
          sampler: train.search.sampler, pruner: train.search.pruner, seed: train.search.seed,
          createdAtMs: nowMs, budget: train.search.trials), in: db)
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
    return RunText.params(params)
  }

  /// Adds what came out: the final model's metrics on validation data, and the model itself.
  func finish(_ output: StageOutput.TrainOutput, atMs: Int64, in db: LedgerTransaction) throws {
    guard let id = RunID(output.run), let own = try RunStore.find(id, in: db) else { return }
    let points = output.result.validation.map {
      MetricPoint(key: "validation_\($0.key)", value: $0.value, step: 0, timestampMs: atMs)
    }
    try RunStore.log(points, to: id, in: db)
    try RunStore.note(params: ["chosen_metric": output.result.metric], on: id, in: db)
    try logModel(output, points: points, of: own, atMs: atMs, in: db)
  }

  /// The package as a logged model of MLflow's, whose files are where the package is.
  private func logModel(
    _ output: StageOutput.TrainOutput, points: [MetricPoint], of own: Run, atMs: Int64,
    in db: LedgerTransaction
  ) throws {
    let experiment = try ExperimentStore.experiment(own.experiment, in: db)
    // One in the trash takes no new models; the run keeps its numbers.
    guard experiment.lifecycle == .active else { return }
    let model = try LoggedModelStore.create(
      in: own.experiment, name: Self.modelName(run.name), kind: "aifactory", sourceRun: own.id,
      params: ["metric": output.result.metric, "task": output.result.task.rawValue],
      tags: ["aifactory.package": output.package],
      location: "mlflow-artifacts:/packages/\(output.package)", nowMs: atMs, in: db)
    _ = try LoggedModelStore.setStatus(.ready, of: model.id, nowMs: atMs, in: db)
    try LoggedModelStore.log(
      points.map {
        LoggedModelMetric(
          model: model.id, point: $0, datasetName: run.name,
          datasetDigest: dataset.datasetVersion)
      }, run: own.id, in: db)
    for id in [own.id, WorkflowTracking.root(of: run.id)]
    where try RunStore.find(id, in: db) != nil {
      try RunStore.note(models: [RunModel(.output, model: model.id)], on: id, in: db)
    }
  }

  /// A name without the characters that MLflow refuses in names of models.
  private static func modelName(_ name: String) -> String {
    String(name.map { "/:.%\"'".contains($0) ? "-" : $0 })
  }

  /// Adds the metrics of the test rows to the run that made the model.
  static func note(
    _ output: StageOutput.EvaluateOutput, run: String, atMs: Int64, in db: LedgerTransaction
  ) throws {
    guard let run = RunID(run), try RunStore.find(run, in: db) != nil else { return }
    let points = output.result.metrics.map {
      MetricPoint(key: "test_\($0.key)", value: $0.value.value, step: 0, timestampMs: atMs)
    }
    try RunStore.log(points, to: run, in: db)
  }
}
