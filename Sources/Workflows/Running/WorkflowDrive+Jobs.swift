internal import Basics
internal import Compute
internal import DataPipelines
internal import Foundation
internal import JobProtocol

/// A job that is to work for a stage.
struct StageJobPlan: Sendable {
  var stage: StageName
  /// What the job does for the stage.
  var role: String
  /// Key of what it makes; another key is another job.
  var key: String
  /// The stage program: `aifactory worker VERB`.
  var verb: String
  var resources = JobResources()
  /// Where it runs; nil is this machine.
  var site: String?
  /// After which ends the job goes on by itself.
  var restart: JobRestart?
  var details = StageJobDetails()
  /// What it reads whose class counts where it runs.
  var reads: JobReads?
  /// Stored folders and their names in its working folder.
  var inputs: [JobStage.Input] = []
}

/// The working folder of a stage program, while it is laid out.
struct StageFolder: Sendable {
  /// Its path on this machine.
  let path: String
  /// Whether the job sees it under that path.
  let isShared: Bool

  /// What the program finds something in it by.
  func path(of name: String) -> String { isShared ? path + "/" + name : name }
}

extension WorkflowDrive {
  /// Runs a stage program as a job and returns when it has succeeded.
  ///
  /// The job's identifier is recorded before the job is submitted: an interrupted run finds the job
  /// that it had begun, running or ended.
  ///
  /// - Parameter prepare: lays out inputs in the working folder and returns the request.
  /// - Returns: the job and its working folder.
  /// - Throws: `StageStop` with the worker's own words when the job failed.
  func runJob(
    _ plan: StageJobPlan, of run: WorkflowRun,
    recordBeforehand: (@Sendable (Identifier<Job>, StageJobDetails) async throws -> Void)? = nil,
    prepare: @Sendable (StageFolder) async throws -> any Encodable
  ) async throws -> (job: Job, folder: String, details: StageJobDetails) {
    let planned = try await parts.store.plannedJob(
      plan.key.isEmpty ? plan.role : "\(plan.role) \(plan.key.prefix(12))", stage: plan.stage,
      of: id, details: plan.details)
    try await recordBeforehand?(planned.id, planned.details)
    let folder = parts.jobs.workFolder(of: planned.id)
    let isShared = try await parts.jobs.sharesFiles(with: plan.site)
    let requestPath = folder + "/request.json"
    if !FileTree.exists(requestPath) {
      try FileTree.createFolder(folder)
      if isShared {
        for input in plan.inputs { try await layOut(input.files, at: folder + "/" + input.name) }
      }
      let request = try await prepare(StageFolder(path: folder, isShared: isShared))
      try FileTree.write(Array(try JSONEncoder().encode(request)), to: requestPath)
    }
    let spec =
      try await isShared
      ? spec(plan, of: run, requestPath: requestPath) : sentSpec(plan, of: run)
    var job = try await parts.jobs.submit(spec, id: planned.id, in: run.project)
    try await cancelIfAsked(planned.id)
    job = try await parts.jobs.waitForEnd(planned.id)
    try await parts.jobs.takeBack(job)
    while !job.hasSucceeded {
      try await checkCancel()
      guard isWorthRetrying(job) else {
        throw StageStop(failure: failure(of: job, plan, folder: folder))
      }
      try FileTree.remove(folder + "/output")
      try FileTree.remove(folder + "/error.json")
      _ = try await parts.jobs.retry(planned.id)
      try await cancelIfAsked(planned.id)
      job = try await parts.jobs.waitForEnd(planned.id)
      try await parts.jobs.takeBack(job)
    }
    return (job, folder, planned.details)
  }

  /// Decodes a file that a stage program left.
  func result<Value: Decodable>(_ path: String, as type: Value.Type = Value.self) throws -> Value {
    do {
      return try JSONDecoder().decode(Value.self, from: Data(try FileTree.read(path)))
    } catch let error as BasicsError {
      throw WorkflowError(
        .outputInvalid, "A stage program ended without \(path).", hint: error.message)
    } catch {
      throw WorkflowError(.outputInvalid, "\(path) is not what was expected: \(error)")
    }
  }

  /// Lays a stored folder out, unless an interrupted run has done so before.
  func layOut(_ digest: String, at folder: String) async throws {
    guard !FileTree.exists(folder) else { return }
    try await parts.objects.materializeFolder(try stored(digest), into: folder)
  }

  func stored(_ digest: String) throws -> ObjectDigest {
    guard let digest = ObjectDigest(hex: digest) else {
      throw WorkflowError(.ledgerDamaged, "\(visible(digest)) is no digest")
    }
    return digest
  }

  /// Whether the files of an output are still there, so that it can be taken over.
  func isStored(_ digest: String) -> Bool {
    ObjectDigest(hex: digest).map(parts.objects.contains) ?? false
  }

  private func spec(
    _ plan: StageJobPlan, of run: WorkflowRun, requestPath: String
  ) -> JobSpec {
    var spec = JobSpec(
      name: "\(run.name) \(plan.role)", command: [parts.program, "worker", plan.verb, requestPath],
      environment: [
        EnvironmentVariable("AIFACTORY_HOME", parts.home.path),
        EnvironmentVariable("AIFACTORY_ENGINES", parts.enginesFolder),
        // What the engine would set by itself, where other threads may read variables already.
        EnvironmentVariable("GOMP_SPINCOUNT", "1000"),
      ],
      resources: plan.resources, site: plan.site, purpose: plan.verb, restart: plan.restart)
    spec.reads = plan.reads
    return spec
  }

  /// The job for a site that does not see this machine's files: everything that it needs goes there.
  private func sentSpec(_ plan: StageJobPlan, of run: WorkflowRun) async throws -> JobSpec {
    let program = StageProgram(
      objects: parts.objects, program: parts.program, engines: parts.enginesFolder)
    var spec = spec(plan, of: run, requestPath: "request.json")
    spec.stage = JobStage(program: try await program.store().hex, inputs: plan.inputs)
    return spec
  }

  /// A cancel that came between its check and the submission still reaches the job.
  private func cancelIfAsked(_ job: Identifier<Job>) async throws {
    if try await parts.store.isCancelRequested(id) {
      _ = try await parts.jobs.cancel(job)
    }
  }

  /// Work that was killed from outside is done again; work that failed would fail again.
  func isWorthRetrying(_ job: Job) -> Bool {
    guard job.attempt < 20, job.wasKilledFromOutside else { return false }
    // What the file names has been done as often as it says.
    if let restart = job.spec.restart, let cause = job.reason.flatMap({ JobRestart.Cause($0) }),
      restart.causes.contains(cause)
    {
      return false
    }
    // The kernel kills what takes too much memory the same way; that would happen again.
    let hasGrownLarge = job.usage.maxRssBytes > parts.memoryBytes / 2
    return job.reason != .failed || !hasGrownLarge
  }

  func failure(of job: Job, _ plan: StageJobPlan, folder: String) -> StageFailure {
    let logs = "`aifactory jobs logs \(job.id)` shows its output."
    // Without the file, or with another content, the job's reason is all there is to say.
    if job.reason == .failed, let bytes = try? FileTree.read(folder + "/error.json"),
      let told = try? JSONDecoder().decode(WorkerErrorFile.self, from: Data(bytes))
    {
      return StageFailure(
        code: told.error.code, message: told.error.message, hint: told.error.hint ?? logs)
    }
    let what = "The \(plan.role) job \(job.id)"
    switch job.reason {
    case .canceledByUser:
      return StageFailure(code: "job_canceled", message: "\(what) was canceled.")
    case .timeLimit:
      return StageFailure(
        code: "time_limit",
        message: "\(what) ran over its time limit"
          + (job.restarts > 0 ? ", the last of \(job.restarts) restarts too." : "."),
        hint: "Raise `resources.time`, or bound the search by fewer trials.")
    case .memoryLimit:
      return StageFailure(
        code: "memory_limit", message: "\(what) took more memory than it may.",
        hint: "Raise `resources.memory`.")
    case .launchFailed:
      return StageFailure(
        code: "launch_failed",
        message: "\(what) could not be started: \(job.message ?? "no reason is known").",
        hint: "`aifactory doctor` checks the installation.")
    case .lostAgent, .lostNode, .preempted:
      return StageFailure(
        code: "job_lost", message: "\(what) was lost \(job.attempt) times.", hint: logs)
    case .failed, .succeeded, .dependencyFailed, nil:
      let end = job.signal.map { "by signal \($0)" } ?? "with exit code \(job.exitCode ?? -1)"
      return StageFailure(code: "job_failed", message: "\(what) ended \(end).", hint: logs)
    }
  }
}

/// `error.json`, as stage programs leave it.
private struct WorkerErrorFile: Decodable {
  struct Body: Decodable {
    var code: String
    var message: String
    var hint: String?
  }

  var error: Body
}
