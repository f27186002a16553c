internal import Basics
internal import Compute
internal import Experimentation
internal import JobProtocol
internal import Optimization

extension WorkflowDrive {
  /// Runs a command that trains: once, or as a search over its parameters.
  func performCommand(
    _ training: CommandTraining, _ run: WorkflowRun, _ definition: WorkflowDefinition
  ) async throws {
    guard let train = definition.train else { throw missing("train") }
    let inputs = try await inputs(of: training, run)
    let training = training.bringing(inputs, baseFolder: run.baseFolder)
    let ingredients = try StageIngredients.command(
      training, train, inputs: inputs, datasetVersion: run.dataset?.datasetVersion,
      run: inputs.code == nil ? id : nil, fingerprint: parts.fingerprint)
    let (key, known) = try await known(ingredients)
    if case .command(let output)? = known,
      try await parts.canTakeOver(output, registers: definition.model != nil)
    {
      return try await succeed(.train, .command(output), key: key, isReused: true)
    }
    let tracking = CommandTracking(
      run: run, training: training, fingerprint: parts.fingerprint, nowMs: parts.nowMs())
    let own = try await parts.store.ledger.write { db in try tracking.begin(in: db) }
    let output: StageOutput.CommandOutput
    if let search = training.search {
      output = try await performSearch(
        CommandSearchDrive.Subject(
          run: run, training: training, search: search, train: train, parent: own))
    } else {
      output = try await performOnce(training, train, run, key: key, own: own)
    }
    let now = parts.nowMs()
    try await succeed(.train, .command(output), key: key, isReused: false) { db in
      guard let value = output.bestValue, let metric = output.metric,
        try RunStore.find(own.id, in: db) != nil
      else { return }
      try RunStore.log(
        [MetricPoint(key: RunText.key(metric), value: value, step: 0, timestampMs: now)],
        to: own.id, in: db)
    }
  }

  /// What the command brings along, as it was when the run was accepted.
  private func inputs(
    of training: CommandTraining, _ run: WorkflowRun
  ) async throws -> CommandInputs {
    if let inputs = run.inputs { return inputs }
    // A server of an older version has accepted the run.
    return try await CommandInputs.keep(
      training, file: run.filePath, baseFolder: run.baseFolder, in: parts.objects)
  }

  /// The command as one job, whose run is the stage's.
  private func performOnce(
    _ training: CommandTraining, _ train: WorkflowDefinition.TrainSection, _ run: WorkflowRun,
    key: String, own: Run
  ) async throws -> StageOutput.CommandOutput {
    let planned = try await parts.store.plannedJob(
      "command \(key.prefix(12))", stage: .train, of: id,
      details: StageJobDetails(run: own.id.rawValue))
    let folder = parts.jobs.workFolder(of: planned.id)
    try FileTree.createFolder(folder)
    let spec = commandSpec(
      training, train, run, name: "\(run.name) command", values: ["trial_dir": folder],
      environment: [], tracking: own, folder: folder)
    var job = try await parts.jobs.submit(spec, id: planned.id, in: run.project)
    try await checkCancel()
    job = try await parts.jobs.waitForEnd(planned.id)
    while !job.hasSucceeded {
      try await checkCancel()
      guard isWorthRetrying(job) else {
        let plan = StageJobPlan(stage: .train, role: "command", key: key, verb: "command")
        throw StageStop(failure: failure(of: job, plan, folder: folder))
      }
      _ = try await parts.jobs.retry(planned.id)
      job = try await parts.jobs.waitForEnd(planned.id)
    }
    return StageOutput.CommandOutput(
      run: own.id.rawValue, bestRun: own.id.rawValue, job: planned.id.rawValue)
  }

  private func performSearch(
    _ subject: CommandSearchDrive.Subject
  ) async throws -> StageOutput.CommandOutput {
    let (run, search) = (subject.run, subject.search)
    var terms = StudyTerms(
      name: Self.studyName(of: run), space: search.space, goal: search.goal,
      sampler: search.sampler, pruner: search.pruner, seed: search.seed, budget: search.trials,
      steps: search.steps, leaseMs: CommandSearchDrive.leaseMs, stopBelow: search.stopBelow)
    terms.goals = search.objectives.map(\.goal)
    let study = try await parts.studies.create(
      terms, metrics: search.objectives.map(\.metric), after: search.warmStart, in: run.project)
    return try await CommandSearchDrive(drive: self, subject: subject, study: study.id).perform()
  }

  /// What the study of a command's search is called: no other study has that name.
  static func studyName(of run: WorkflowRun) -> String { "\(run.name) \(run.id)" }

  /// The job of a command.
  ///
  /// - Parameters:
  ///   - values: what stands in the command's places.
  ///   - tracking: the run that the command's MLflow client takes up.
  func commandSpec(
    _ training: CommandTraining, _ train: WorkflowDefinition.TrainSection, _ run: WorkflowRun,
    name: String, values: [String: String], environment: [EnvironmentVariable], tracking: Run,
    folder: String
  ) -> JobSpec {
    var environment = environment
    environment += [
      EnvironmentVariable("AIFACTORY_TRIAL_DIR", folder),
      EnvironmentVariable("MLFLOW_RUN_ID", tracking.id.rawValue),
      EnvironmentVariable("MLFLOW_EXPERIMENT_ID", tracking.experiment.rawValue),
    ]
    var spec = JobSpec(
      name: name, command: training.command.filled(values), environment: environment,
      // The command starts in the copy of its code.
      workingDirectory: training.code == nil ? run.baseFolder : nil,
      resources: training.resources, site: train.place.site, restart: train.restart)
    spec.nodes = training.nodes > 1 ? training.nodes : nil
    spec.software = training.software
    spec.code = training.code
    spec.data = run.dataset.map { JobData(files: $0.files, version: $0.datasetVersion) }
    return spec
  }
}
