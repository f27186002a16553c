public import Basics
public import JobProtocol
public import Logging
public import ServiceLifecycle

/// The jobs of this factory: submit, watch, cancel, and the reconciler that runs them.
///
/// The ledger is the truth; what the actor remembers beside it can be rebuilt from the ledger and
/// the journals at any time.
public actor Jobs: Service {
  let ledger: Ledger
  let configuration: JobsConfiguration
  let sinks: [String: any JobReportSink]
  let follower: (any JobFollower)?
  let tracker: (any JobTracker)?
  let classifier: (any JobDataClassifier)?
  let logger: Logger
  nonisolated let capacity: SiteCapacity
  nonisolated let store: JobStore
  let signal = ReconcilerSignal()
  /// What garbage collection is at.
  nonisolated let collected = CollectedJobs()

  var open: [AttemptKey: OpenAttempt] = [:]
  /// Attempts that were canceled before the reconciler had them.
  var stopRequests: Set<AttemptKey> = []
  /// True while the ledger may have attempts that this actor does not know.
  var mayMissAttempts = false
  var observers = JobObservers()
  /// The drivers of all sites by their names, while the reconciler runs.
  var drivers: [String: any SiteDriver] = [:]
  var watcher: JournalWatcher?
  /// What people say of sites, by their names; nil before it was read, and after it was changed.
  var declared: [String: SiteDeclaration]?
  /// Grows when that changes, so that what was read before is not remembered after.
  var declaredRevision = 0
  /// Clusters whose rounds are to begin.
  let newClusters: AsyncStream<SlurmSite>
  let clusterContinuation: AsyncStream<SlurmSite>.Continuation
  var hasStopped = false
  /// Whether what an earlier server left has been taken up.
  public internal(set) var hasReconciled = false

  /// Makes the jobs of one home; nothing runs before `run()`.
  ///
  /// - Parameters:
  ///   - ledger: database with the tables of `ComputeMigrations`.
  ///   - configuration: folders, agent and capacity.
  ///   - sinks: who reads the reports of jobs, by their `purpose`.
  ///   - follower: who keeps a record of jobs beside their own.
  ///   - tracker: who carries out what MLflow's clients in jobs have written.
  ///   - classifier: who knows the class of the data that jobs read; nil is nobody.
  ///   - logger: for what no caller waits for.
  public init(
    ledger: Ledger, configuration: JobsConfiguration, sinks: [String: any JobReportSink] = [:],
    follower: (any JobFollower)? = nil, tracker: (any JobTracker)? = nil,
    classifier: (any JobDataClassifier)? = nil,
    logger: Logger = Logger(label: "jobs")
  ) {
    self.ledger = ledger
    self.configuration = configuration
    self.sinks = sinks
    self.follower = follower
    self.tracker = tracker
    self.classifier = classifier
    self.logger = logger
    capacity = configuration.capacity ?? .ofThisMachine()
    store = JobStore(folder: configuration.folder)
    (newClusters, clusterContinuation) = AsyncStream.makeStream()
  }

  /// The folder of a job, also of one that is still to be submitted.
  public nonisolated func folder(of id: Identifier<Job>) -> String {
    configuration.folder + "/" + id.rawValue
  }

  /// The working folder of a job, also of one that is still to be submitted.
  public nonisolated func workFolder(of id: Identifier<Job>) -> String { folder(of: id) + "/work" }

  /// Accepts a job; once this returns it will run, whatever is killed.
  ///
  /// With an identifier the call is idempotent: the job that has it is returned.
  /// - Throws: `JobError` for a specification that can never run here.
  public func submit(
    _ spec: JobSpec, id: Identifier<Job>? = nil, in project: String = "default"
  ) async throws -> Job {
    try await submit(spec, id: id, in: project) { _, _ in }
  }

  /// Accepts a job together with what must be written with it, or not at all.
  ///
  /// - Parameter alongside: joins the transaction; the job may be one that was accepted before.
  public func submit(
    _ spec: JobSpec, id: Identifier<Job>?, in project: String,
    alongside: @escaping @Sendable (Job, LedgerTransaction) throws -> Void
  ) async throws -> Job {
    let site = try await place(for: spec, in: project)
    let (store, finished) = (
      store, try record(spec, id: id ?? .random(), project: project, on: site)
    )
    let job = try await ledger.write { db in
      let job = try store.submit(finished, in: db)
      try alongside(job, db)
      return job
    }
    signal.add { $0.mayPlace = true }
    return job
  }

  /// Throws what `submit` throws of a job that can never run on its site.
  public func check(_ spec: JobSpec) async throws { _ = try await place(for: spec) }

  /// The site of a specification that can run there; nil is this machine.
  func place(for spec: JobSpec, in project: String = "default") async throws -> Site? {
    try JobValidation(capacity: capacity).check(spec)
    guard let name = spec.site, name != Site.localName else {
      try await checkData(of: spec, in: project)
      return nil
    }
    guard let site = try await knownSite(name) else {
      throw JobError(
        .siteUnknown, "there is no site named '\(name)'",
        hint: "`aifactory sites list` shows the sites; this machine is `local`.")
    }
    try JobValidation.check(spec, on: site)
    try await checkData(of: spec, in: project)
    return site
  }

  /// The row of a job that is about to be submitted.
  func record(
    _ spec: JobSpec, id: Identifier<Job>, project: String, on site: Site?
  ) throws -> JobRecord {
    try JobRecord(
      submitted: spec, id: id, project: project,
      // Behind a login node the files of a job are mirrored among those of this home.
      folder: site?.slurm.flatMap {
        $0.ssh == nil ? SiteFolders(scratch: $0.scratch).job(id.rawValue) : nil
      }, atMs: configuration.now())
  }

  /// The job of an identifier.
  public func job(_ id: Identifier<Job>) async throws -> Job {
    let store = store
    let declared = try await declarations()
    return measured(try await ledger.read { try store.job(id, in: $0) }, declared)
  }

  /// The newest jobs first.
  public func list(limit: Int = 100, state: JobStateMachine.State? = nil) async throws -> [Job] {
    let store = store
    let declared = try await declarations()
    return try await ledger.read { try store.list(limit: limit, state: state, in: $0) }
      .map { measured($0, declared) }
  }

  /// The job with what its agent said last, which is not worth a transaction, and what is said of its site.
  private func measured(_ job: Job, _ declared: [String: SiteDeclaration]) -> Job {
    var job = job
    job.siteDeclaration = declared[job.site]
    guard !job.hasEnded, let attempt = open[AttemptKey(job: job.id, number: job.attempt)] else {
      return job
    }
    if let usage = attempt.usage { job.usage.take(usage) }
    job.load = attempt.nodes?.load ?? attempt.sample
    return job
  }

  /// Ends a job: at once if it waits, else after its tasks were told and their grace period.
  ///
  /// - Returns: the job, which may still be stopping.
  public func cancel(_ id: Identifier<Job>) async throws -> Job {
    let (store, follower, now) = (store, follower, configuration.now())
    let (job, action, dependents) = try await ledger.write { db in
      let canceled = try store.cancel(id, atMs: now, in: db)
      for job in [canceled.job] + canceled.dependents.jobs { try store.tell(follower, job, in: db) }
      return canceled
    }
    if action == .stopAgent { await stopAgent(of: AttemptKey(job: id, number: job.attempt)) }
    changed(job, dependents)
    return job
  }

  /// Runs a job that ended once more, as its next attempt, after what it follows and has not succeeded yet.
  public func retry(_ id: Identifier<Job>) async throws -> Job {
    let ended = try await job(id)
    if let service = ended.spec.service {
      throw JobError(
        .specInvalid,
        "job \(id) is one of the service '\(service.name)', which has its own next ones",
        hint: "Start the service again: aifactory jobs submit --service \(service.name)")
    }
    // Its data may have been classified since, or its site.
    try await checkData(of: ended.spec, in: ended.project)
    let (store, follower, now) = (store, follower, configuration.now())
    let collected = collected
    let retried = try await ledger.write { db in
      let job = try store.retry(id, atMs: now, in: db)
      if let job {
        try SiteStore.checkKnown(job.site, in: db)
        try collected.check(job)
        try store.tell(follower, job, in: db)
      }
      return job
    }
    guard let job = retried else {
      throw JobError(
        .notEnded, "job \(id) has not ended, so it cannot be tried again",
        hint: "Cancel it first: aifactory jobs cancel \(id)")
    }
    changed(job)
    return job
  }

  /// Tells observers about a job that was committed and those that waited for it.
  func changed(_ job: Job, _ dependents: JobStore.Dependents) {
    for job in [job] + dependents.jobs { changed(job) }
    if !dependents.left.isEmpty { signal.add { $0.settled.formUnion(dependents.left) } }
  }

  /// Tells observers about a job that was committed, and has the reconciler look for places.
  func changed(_ job: Job) {
    observers.tell(job)
    if job.state == .ended || job.state == .queued { signal.add { $0.mayPlace = true } }
  }
}
