internal import Basics
internal import Experimentation
internal import Training

/// A workflow run as a tree of tracking runs, in the experiment that is named like the workflow.
///
/// The root stands for the whole: params, inputs and metrics of all stages, whether they ran or were
/// taken over. Below it is a run for each stage that ran, and below that of a training one for each
/// trial. Everything is written in the transactions that move the workflow run itself; identifiers
/// are derived from the workflow run's, so that whatever is written again is the same.
struct WorkflowTracking {
  var fingerprint: FactoryFingerprint
  var nowMs: Int64

  /// The run that stands for a whole workflow run.
  static func root(of run: Identifier<WorkflowRun>) -> RunID { .derived(from: run.rawValue) }

  /// The run of a stage other than a training, which has drawn its own.
  static func id(of stage: StageName, in run: Identifier<WorkflowRun>) -> RunID {
    .derived(from: run.rawValue, stage.rawValue)
  }

  /// Makes the root; one that exists already stays as it is.
  @discardableResult
  func begin(
    _ run: WorkflowRun, source: RunSource? = nil, files: [RunArtifact] = [],
    in db: LedgerTransaction
  ) throws -> Run {
    let id = Self.root(of: run.id)
    if let known = try RunStore.find(id, in: db) { return known }
    let experiment = try ExperimentStore.ensure(
      named: run.name, project: run.project, nowMs: nowMs, in: db)
    let root = try RunStore.create(
      id, experiment: experiment.id, name: run.name, user: source?.user ?? "",
      startedAtMs: run.createdAtMs, in: db)
    var tags = source?.tags ?? RunSource(name: run.filePath).tags
    tags[RunTagKey.name] = run.name
    tags[RunTagKey.workflowRun] = run.id.rawValue
    try RunStore.note(tags: tags.merging(environment) { $1 }, on: id, in: db)
    try ArtifactStore.put(files, of: root, nowMs: nowMs, in: db)
    return root
  }

  /// Ends the root as the workflow run ended.
  func end(_ run: WorkflowRun, in db: LedgerTransaction) throws {
    let root = try begin(run, in: db)
    let status = Self.status(run.status)
    try RunStore.note(tags: RunText.tags(Self.tags(run.failure)), on: root.id, in: db)
    try RunStore.setStatus(status, of: root.id, endedAtMs: nowMs, in: db)
  }

  /// Writes a stage that has ended, or was taken over, to its own run and to the root.
  ///
  /// - Parameter files: what the stage made, for people.
  func stageEnded(
    _ stage: StageRun, of run: WorkflowRun, files: [RunArtifact], in db: LedgerTransaction
  ) throws {
    let root = try begin(run, in: db)
    let word = stage.isReused ? "reused" : stage.status.rawValue
    var tags = ["\(RunTagKey.stage).\(stage.name.rawValue)": word]
    if !stage.isReused, let id = try write(stage, of: run, below: root, files: files, in: db) {
      tags["\(RunTagKey.stage).\(stage.name.rawValue).run"] = id.rawValue
    } else if case .train(let output)? = stage.output {
      tags["\(RunTagKey.stage).\(stage.name.rawValue).run"] = output.run
    } else if case .command(let output)? = stage.output {
      tags["\(RunTagKey.stage).\(stage.name.rawValue).run"] = output.run
    }
    let record = StageRecord(stage: stage, run: run, nowMs: nowMs)
    let params = record.params.map { ("\(stage.name.rawValue).\($0.key)", $0.value) }
    try RunStore.note(
      params: RunText.params([String: String](params) { first, _ in first }),
      tags: RunText.tags(tags.merging(record.tags) { first, _ in first }),
      inputs: try record.inputs(in: db), on: root.id, in: db)
    try RunStore.log(record.points, to: root.id, in: db)
    let shown = files.filter { ["model.json", "report.html"].contains($0.name) }
    try ArtifactStore.put(shown, of: root, nowMs: nowMs, in: db)
  }

  /// The stage's own run; nil where it has none (any more).
  private func write(
    _ stage: StageRun, of run: WorkflowRun, below root: Run, files: [RunArtifact],
    in db: LedgerTransaction
  ) throws -> RunID? {
    let record = StageRecord(stage: stage, run: run, nowMs: nowMs)
    let id: RunID
    if stage.name == .train {
      guard let own = try trainingRun(of: stage, in: run.id, db) else { return nil }
      id = own
    } else {
      id = Self.id(of: stage.name, in: run.id)
      try RunStore.create(
        id, experiment: root.experiment, name: stage.name.rawValue, job: stage.jobs.last?.job,
        user: root.user, startedAtMs: stage.startedAtMs ?? nowMs, in: db)
      try RunStore.note(
        params: RunText.params(record.params), inputs: try record.inputs(in: db), on: id, in: db)
      try RunStore.log(record.points + record.details, to: id, in: db)
    }
    guard let own = try RunStore.find(id, in: db) else { return nil }
    // One that was made for its shards, before it had a job.
    if stage.name == .data, own.job == nil, let job = stage.jobs.last?.job {
      try RunStore.hand(id, to: job, in: db)
    }
    var tags = environment.merging(record.tags) { $1 }
    tags[RunTagKey.name] = own.name
    tags[RunTagKey.parent] = root.id.rawValue
    tags[RunTagKey.workflowRun] = run.id.rawValue
    tags[RunTagKey.stage] = stage.name.rawValue
    tags[RunTagKey.job] = stage.jobs.last?.job
    tags.merge(Self.tags(stage.failure)) { $1 }
    try RunStore.note(tags: RunText.tags(tags), on: id, in: db)
    try RunStore.setStatus(Self.status(stage.status), of: id, endedAtMs: nowMs, in: db)
    try ArtifactStore.put(files, of: own, nowMs: nowMs, in: db)
    return id
  }

  /// The run that the training's job has logged to, or that of a command.
  private func trainingRun(
    of stage: StageRun, in run: Identifier<WorkflowRun>, _ db: LedgerTransaction
  ) throws -> RunID? {
    var id = Self.id(of: .train, in: run)
    if let job = stage.jobs.last?.job,
      let drawn = try WorkflowRunStore.details(ofJob: job, in: db)?.run.flatMap({ RunID($0) })
    {
      id = drawn
    }
    return try RunStore.find(id, in: db)?.id
  }

  /// Programs and engines, as tags.
  var environment: [String: String] {
    var tags = [
      RunTagKey.version: FactoryVersion.current, "aifactory.cpus": "\(fingerprint.cpus)",
    ]
    for (name, version) in fingerprint.engines { tags["aifactory.engine.\(name)"] = version }
    return RunText.tags(tags)
  }

  private static func tags(_ failure: StageFailure?) -> [String: String] {
    guard let failure else { return [:] }
    return [RunTagKey.reason: failure.code, RunTagKey.message: failure.message]
  }

  private static func status(_ status: WorkflowRun.Status) -> RunStatus {
    switch status {
    case .queued, .running: .running
    case .succeeded: .finished
    case .failed: .failed
    case .canceled: .killed
    }
  }

  private static func status(_ status: StageRun.Status) -> RunStatus {
    switch status {
    case .pending, .running, .skipped: .running
    case .succeeded: .finished
    case .failed: .failed
    case .canceled: .killed
    }
  }
}

extension WorkflowRun {
  /// Identifier of the tracking run that stands for it.
  public var trackingRun: String { WorkflowTracking.root(of: id).rawValue }
}
