public import Basics
public import Compute
public import Experimentation
internal import Foundation
public import JobProtocol

/// Runs that stand for jobs: made when a job asks for one, ended with it, with what it used over time
/// and the end of what it printed.
///
/// A training's run gets what its job uses, too; the rest of it is its workflow's business.
public struct JobRuns: JobFollower {
  private static let runVariable = "MLFLOW_RUN_ID"
  /// Bytes that are kept of each output, from its end.
  static let outputBytes: Int64 = 256 << 10

  private let ledger: Ledger
  private let objects: ObjectStore

  /// - Parameter objects: receives outputs and differences.
  public init(ledger: Ledger, objects: ObjectStore) {
    self.ledger = ledger
    self.objects = objects
  }

  /// The run that a job has asked for.
  public static func run(of spec: JobSpec) -> RunID? {
    guard spec.purpose == "command" else { return nil }
    return spec.environment.last { $0.name == runVariable }.flatMap { RunID($0.value) }
  }

  /// Submits a job that has a run in an experiment; both are there, or none.
  public func submit(
    _ spec: JobSpec, id: Identifier<Job>?, in project: String, experiment name: String,
    source: RunSource, to jobs: Jobs
  ) async throws -> Job {
    let id = id ?? .random()
    let run = RunID.derived(from: id.rawValue)
    let now = systemTimeMs()
    let home = try await ledger.write { db in
      try ExperimentStore.ensure(named: name, project: project, nowMs: now, in: db)
    }
    var spec = spec
    spec.environment =
      [
        EnvironmentVariable(Self.runVariable, run.rawValue),
        EnvironmentVariable("MLFLOW_EXPERIMENT_ID", home.id.rawValue),
      ] + spec.environment.filter { $0.name != Self.runVariable }
    var files: [RunArtifact] = []
    if let diff = source.git?.diff, !diff.isEmpty {
      files.append(try await RunArtifact.text(RunSource.diffArtifact, diff, in: objects))
    }
    return try await jobs.submit(spec, id: id, in: project) { [files, spec] job, db in
      // The same request again: the run is there, and perhaps far.
      guard try RunStore.find(run, in: db) == nil else { return }
      let made = try RunStore.create(
        run, experiment: home.id, name: spec.name, job: job.id.rawValue, user: source.user,
        startedAtMs: now, in: db)
      var tags = source.tags
      tags[RunTagKey.name] = spec.name
      tags[RunTagKey.job] = job.id.rawValue
      tags[RunTagKey.code] = spec.code?.snapshot
      tags[RunTagKey.version] = FactoryVersion.current
      try RunStore.note(tags: RunText.tags(tags), on: run, in: db)
      try RunStore.setStatus(.scheduled, of: run, in: db)
      try ArtifactStore.put(files, of: made, nowMs: now, in: db)
    }
  }

  /// Jobs that have a run, and trainings of workflows.
  public func follows(_ spec: JobSpec) -> Bool {
    Self.run(of: spec) != nil || spec.purpose == "train"
  }

  /// The end of both outputs.
  public func gather(_ spec: JobSpec, from folder: AttemptFolder) async throws -> [JobFile] {
    guard Self.run(of: spec) != nil else { return [] }
    var files: [JobFile] = []
    for (name, path) in [
      ("logs/stdout.log", folder.standardOutput), ("logs/stderr.log", folder.standardError),
    ] {
      guard FileTree.exists(path) else { continue }
      let bytes = try Self.end(of: path)
      guard !bytes.isEmpty else { continue }
      files.append(
        JobFile(
          name: name, sha256: try await objects.put(bytes: bytes), bytes: Int64(bytes.count)))
    }
    return files
  }

  private static func end(of path: String) throws -> [UInt8] {
    guard let file = FileHandle(forReadingAtPath: path) else { return [] }
    defer { try? file.close() }  // Nothing was written that closing could lose.
    let size = Int64(try file.seekToEnd())
    try file.seek(toOffset: UInt64(max(0, size - outputBytes)))
    return Array(try file.readToEnd() ?? Data())
  }

  /// Writes status, samples and files to the job's run, if it is still there.
  public func record(
    _ job: Job, samples: [TimedSample], files: [JobFile], in db: LedgerTransaction
  ) throws {
    let own = Self.run(of: job.spec)
    let training = try own == nil ? trainingRun(of: job, in: db) : nil
    guard let id = own ?? training, let run = try RunStore.find(id, in: db) else { return }
    let metrics = SystemMetrics(spec: job.spec, startedAtMs: run.startedAtMs)
    try RunStore.log(samples.flatMap(metrics.points), to: id, in: db)
    if let last = samples.last {
      let site = try Jobs.declaration(of: job.site, in: db)
      var tags = [RunTagKey.energyMethod: last.sample.energyMethod]
      tags[RunTagKey.energySource] = site.energySource
      tags[RunTagKey.energyCarbon] = site.carbon?.words
      try RunStore.note(tags: tags, on: id, in: db)
    }
    guard own != nil else { return }
    try ArtifactStore.put(
      files.map { RunArtifact(name: $0.name, sha256: $0.sha256, bytes: $0.bytes) }, of: run,
      nowMs: systemTimeMs(), in: db)
    switch job.state {
    case .queued: try RunStore.setStatus(.scheduled, of: id, in: db)
    case .running where samples.isEmpty: try RunStore.setStatus(.running, of: id, in: db)
    // A script that has ended its run, and goes on, is not contradicted.
    case .running, .stopping: break
    case .ended: try end(job, run: id, in: db)
    }
  }

  private func trainingRun(of job: Job, in db: LedgerTransaction) throws -> RunID? {
    try WorkflowRunStore.details(ofJob: job.id.rawValue, in: db)?.run.flatMap { RunID($0) }
  }

  private func end(_ job: Job, run: RunID, in db: LedgerTransaction) throws {
    let status: RunStatus =
      switch job.reason {
      case .succeeded: .finished
      case .canceledByUser: .killed
      case .failed, .timeLimit, .memoryLimit, .lostAgent, .lostNode, .preempted, .launchFailed,
        .dependencyFailed, nil:
        .failed
      }
    var tags = ["aifactory.attempt": "\(job.attempt)"]
    tags[RunTagKey.reason] = job.reason?.rawValue
    tags[RunTagKey.message] = job.message
    tags["aifactory.exit_code"] = job.exitCode.map { "\($0)" }
    tags["aifactory.signal"] = job.signal.map { "\($0)" }
    try RunStore.note(tags: RunText.tags(tags), on: run, in: db)
    try RunStore.setStatus(status, of: run, endedAtMs: job.endedAtMs, in: db)
  }
}
