public import API
public import Basics
public import Compute
internal import JobProtocol
internal import Optimization
internal import Training

/// Shows workflow runs to people and programs, with how far the running stage is.
public struct WorkflowRunPresenter: Sendable {
  private let store: WorkflowRunStore
  private let jobs: Jobs
  private let urls: @Sendable () -> (server: String, gateway: String)
  private let nowMs: @Sendable () -> Int64

  /// - Parameter urls: where the server and the gateway answer now.
  public init(
    store: WorkflowRunStore, jobs: Jobs,
    urls: @escaping @Sendable () -> (server: String, gateway: String),
    nowMs: @escaping @Sendable () -> Int64
  ) {
    self.store = store
    self.jobs = jobs
    self.urls = urls
    self.nowMs = nowMs
  }

  /// One run.
  public func wire(_ id: Identifier<WorkflowRun>) async throws -> WorkflowRunWire {
    let run = try await store.run(id)
    var wire = wire(run)
    guard let index = run.stages.firstIndex(where: { $0.status == .running }) else { return wire }
    wire.stages[index].progress = try await progress(of: run.stages[index], in: run)
    return wire
  }

  /// The newest runs, without progress.
  public func list(limit: Int) async throws -> WorkflowRunListWire {
    WorkflowRunListWire(workflowRuns: try await store.list(limit: limit).map(wire))
  }

  /// A run as the ledger has it.
  public func wire(_ run: WorkflowRun) -> WorkflowRunWire {
    let urls = urls()
    return WorkflowRunWire(
      run, serverUrl: urls.server, gatewayUrl: urls.gateway, nowMs: nowMs())
  }

  private func progress(
    of stage: StageRun, in run: WorkflowRun
  ) async throws -> WorkflowRunWire.Progress? {
    if stage.name == .train, let progress = try await commandProgress(of: stage, in: run) {
      return progress
    }
    guard let id = stage.jobs.last.flatMap({ Identifier<Job>($0.job) }) else { return nil }
    let job: Job
    do {
      job = try await jobs.job(id)
    } catch let error as JobError where error.code == .jobNotFound {
      return nil  // planned, not submitted yet
    }
    if let progress = try await shardProgress(job) { return progress }
    if job.state == .queued {
      let why = try await jobs.explain(id).sentences.first ?? "The job waits."
      return WorkflowRunWire.Progress(phase: "waiting", share: nil, message: why)
    }
    var progress = WorkflowRunWire.Progress(
      phase: job.progress?.phase ?? "starting", share: job.progress?.share,
      message: job.progress?.message ?? "")
    if stage.name == .train { try await addTrials(to: &progress, job: job, run: run) }
    return progress
  }

  /// How many shards of a data stage have ended; nil for another job, and while none has begun.
  private func shardProgress(_ job: Job) async throws -> WorkflowRunWire.Progress? {
    guard job.spec.environment.contains(where: { $0.name == "AIFACTORY_SHARD" }),
      let id = job.spec.array.flatMap({ Identifier<JobArray>($0.array) })
    else { return nil }
    let array = try await jobs.array(id)
    guard array.states[.queued] != array.count else { return nil }
    let ended = array.states[.ended] ?? 0
    return WorkflowRunWire.Progress(
      phase: "shards", share: Double(ended) / Double(max(1, array.count)),
      message: "\(ended) of \(array.count) shards have ended")
  }

  private func addTrials(
    to progress: inout WorkflowRunWire.Progress, job: Job, run: WorkflowRun
  ) async throws {
    let definition = try WorkflowFile.parse(text: run.definition, path: run.filePath)
    guard let train = definition.train, train.command == nil else { return }
    let search = train.search
    let store = StudyStore()
    let (study, ended) = try await self.store.ledger.read { db in
      let study = try store.study(ofJob: job.id.rawValue, in: db)
      return (study, try study.map { try store.progress(of: $0.id, in: db) } ?? (0, []))
    }
    add(
      ended, goal: study?.goal, limit: search.trials, timeMs: search.timeMs,
      startedAtMs: job.startedAtMs, to: &progress)
  }

  /// How far the search of a command is; nil for other trainings.
  private func commandProgress(
    of stage: StageRun, in run: WorkflowRun
  ) async throws -> WorkflowRunWire.Progress? {
    let definition = try WorkflowFile.parse(text: run.definition, path: run.filePath)
    guard let search = definition.train?.command?.search else { return nil }
    let store = StudyStore()
    let (name, project) = (WorkflowDrive.studyName(of: run), run.project)
    let ended = try await self.store.ledger.read { db in
      try store.shared(name, project: project, in: db)
        .map { try store.progress(of: $0.summary.id, in: db) } ?? (0, [])
    }
    var progress = WorkflowRunWire.Progress(phase: "search", share: nil, message: "")
    add(
      ended, goal: search.goal, limit: search.trials, timeMs: search.timeMs,
      startedAtMs: stage.startedAtMs, to: &progress)
    return progress
  }

  private func add(
    _ ended: (trials: Int, values: [Double]), goal: OptimizationGoal?, limit: Int?, timeMs: Int64?,
    startedAtMs: Int64?, to progress: inout WorkflowRunWire.Progress
  ) {
    progress.trials = ended.trials
    progress.trialLimit = limit
    progress.bestValue = goal == .maximize ? ended.values.max() : ended.values.min()
    guard let started = startedAtMs, ended.trials > 0 else { return }
    let elapsed = max(0.001, Double(nowMs() - started) / 1_000)
    let rate = Double(ended.trials) / elapsed
    progress.trialsPerSecond = rate
    let byTrials = limit.map { Double(max(0, $0 - ended.trials)) / rate }
    let byTime = timeMs.map { max(0, Double($0) / 1_000 - elapsed) }
    progress.secondsLeft = [byTrials, byTime].compactMap(\.self).min()
  }
}
