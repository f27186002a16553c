internal import Basics
internal import Compute
internal import DataPipelines
internal import Experimentation
internal import Foundation
internal import JobProtocol
internal import Optimization
internal import Training

extension WorkflowDrive {
  /// Searches, trains, and keeps the package.
  func performTraining(_ run: WorkflowRun, _ definition: WorkflowDefinition) async throws {
    if let training = definition.train?.command {
      return try await performCommand(training, run, definition)
    }
    guard let dataset = run.dataset, let train = definition.train else { throw missing("data") }
    let threads = train.place.cpus ?? parts.fingerprint.cpus
    let ingredients = StageIngredients.train(
      train, datasetVersion: dataset.datasetVersion, threads: threads,
      fingerprint: parts.fingerprint)
    let (key, known) = try await known(ingredients)
    if case .train(let output)? = known, isStored(output.package) {
      return try await succeed(.train, .train(output), key: key, isReused: true)
    }
    let plan = StageJobPlan(
      stage: .train, role: "train", key: key, verb: "train",
      resources: train.place.resources(cores: parts.fingerprint.cpus),
      site: train.place.site, restart: train.restart,
      details: StageJobDetails(
        run: RunID.random().rawValue, study: Identifier<StudySummary>.random().rawValue),
      reads: JobReads(versions: [dataset.datasetVersion]),
      inputs: [JobStage.Input(name: "dataset", files: dataset.files)])
    let profile = try SearchMetric.profile(try stored(dataset.files), in: parts.objects)
    let tracking = TrainingTracking(
      run: run, dataset: dataset, train: train,
      metric: SearchMetric.expected(train, profile: profile), fingerprint: parts.fingerprint,
      nowMs: parts.nowMs())
    let (job, folder, details) = try await runJob(
      plan, of: run,
      recordBeforehand: { job, details in
        try await tracking.begin(job: job.rawValue, details, in: parts.store.ledger)
      },
      prepare: { folder in
        TrainingRequest(
          datasetFolder: folder.path(of: "dataset"), task: train.task, metric: train.metric,
          positive: train.positive, search: train.search, time: train.time, series: train.series,
          horizon: train.horizon, frequency: train.frequency, threads: threads,
          derivations: definition.data?.derive ?? [],
          earlier: try await earlierStudies(train.warmStart, of: run),
          outputFolder: folder.path(of: "output"))
      })
    let result: TrainingResult = try result(folder + "/result.json")
    let package = try await parts.objects.putFolder(path: folder + "/output")
    let output = StageOutput.TrainOutput(
      package: package.digest.hex, result: result, run: details.run ?? "",
      study: details.study ?? "", job: job.id.rawValue)
    let now = parts.nowMs()
    try await succeed(.train, .train(output), key: key, isReused: false) { db in
      try tracking.finish(output, atMs: now, in: db)
    }
    try removeWork(folder)
  }

  /// The studies whose best points the search tries first, with these points; nil without any.
  private func earlierStudies(
    _ studies: [String], of run: WorkflowRun
  ) async throws -> [EarlierStudy]? {
    guard !studies.isEmpty else { return nil }
    return try await parts.studies.sources(studies, in: run.project).map(EarlierStudy.init)
  }

  /// Measures the model on the test rows and holds it to the gates.
  func performEvaluation(_ run: WorkflowRun, _ definition: WorkflowDefinition) async throws {
    guard let dataset = run.dataset, let training = run.training else { throw missing("train") }
    let ingredients = try StageIngredients.evaluate(
      definition, datasetVersion: dataset.datasetVersion, package: training.package,
      fingerprint: parts.fingerprint)
    let (key, known) = try await known(ingredients)
    if case .evaluate(let output)? = known, isStored(output.files) {
      return try await judge(output, key: key, isReused: true, training)
    }
    let seed = definition.train?.search.seed ?? 7
    let place = definition.evaluate.place
    let plan = StageJobPlan(
      stage: .evaluate, role: "evaluate", key: key, verb: "evaluate",
      resources: place.resources(cores: parts.fingerprint.cpus), site: place.site,
      reads: JobReads(versions: [dataset.datasetVersion]),
      inputs: [
        JobStage.Input(name: "dataset", files: dataset.files),
        JobStage.Input(name: "model", files: training.package),
      ])
    let (job, folder, _) = try await runJob(plan, of: run) { folder in
      try await writeSearch(training, to: folder.path + "/training")
      return EvaluationRequest(
        datasetFolder: folder.path(of: "dataset"), modelFolder: folder.path(of: "model"),
        gates: definition.evaluate.gates, slices: definition.evaluate.slices, seed: seed,
        title: definition.name, outputFolder: folder.path(of: "output"),
        trainingFolder: folder.path(of: "training"), horizon: definition.train?.horizon,
        provenance: provenance(run, dataset, training),
        threads: plan.resources.cpus)
    }
    let result: EvaluationResult = try result(folder + "/output/result.json")
    let files = try await parts.objects.putFolder(path: folder + "/output")
    let output = StageOutput.EvaluateOutput(
      files: files.digest.hex, result: result, job: job.id.rawValue)
    try await judge(output, key: key, isReused: false, training)
    try removeWork(folder)
  }

  /// Keeps the evaluation; a gate that does not hold then ends the run.
  private func judge(
    _ output: StageOutput.EvaluateOutput, key: String, isReused: Bool,
    _ training: StageOutput.TrainOutput
  ) async throws {
    let now = parts.nowMs()
    let failure = GateWords.failure(output.result.gates)
    try await succeed(
      .evaluate, .evaluate(output), key: key, isReused: isReused, failure: failure
    ) { db in
      try TrainingTracking.note(output, run: training.run, atMs: now, in: db)
    }
    if let failure { throw StageStop(failure: failure) }
  }

  /// Leaves the search's result and trials where the report finds them.
  private func writeSearch(
    _ training: StageOutput.TrainOutput, to folder: String
  ) async throws {
    let trials = try await parts.store.ledger.read { db in
      guard let study = Identifier<StudySummary>(training.study) else { return [TrialReport]() }
      return try StudyStore().trials(of: study, in: db)
    }
    try FileTree.createFolder(folder)
    let encoder = JSONEncoder()
    try FileTree.write(Array(try encoder.encode(trials)), to: folder + "/trials.json")
    try FileTree.write(Array(try encoder.encode(training.result)), to: folder + "/result.json")
  }

  /// The chain behind the report, newest first.
  private func provenance(
    _ run: WorkflowRun, _ dataset: StageOutput.DataOutput, _ training: StageOutput.TrainOutput
  ) -> [ProvenanceLink] {
    [
      ProvenanceLink(label: "Workflow run", value: run.id.rawValue, detail: run.filePath),
      ProvenanceLink(label: "Run", value: training.run),
      ProvenanceLink(label: "Study", value: training.study),
      ProvenanceLink(label: "Training job", value: training.job),
      ProvenanceLink(
        label: "Dataset version", value: dataset.datasetVersion, detail: "\(dataset.rowCount) rows"),
    ]
      + dataset.sources.map {
        ProvenanceLink(label: "Source", value: $0.sha256, detail: $0.name)
      }
  }

  /// What a stage needs is missing although the stage before succeeded: a damaged ledger.
  func missing(_ stage: String) -> WorkflowError {
    WorkflowError(.ledgerDamaged, "The output of stage \(stage) of \(id) is missing.")
  }

  /// Frees the space of inputs and outputs, which are objects by now.
  func removeWork(_ folder: String) throws {
    for name in ["dataset", "model", "training", "output"] {
      try FileTree.remove("\(folder)/\(name)")
    }
  }
}
