public import Basics
public import JobProtocol
public import Logging
public import ServiceLifecycle

/// The services of this factory: keeps a job behind each address, and knows which has the requests.
///
/// A loop of load, decide, apply: the ledger says which services there are and how their jobs stand,
/// `ServicePlan` what is next. What is remembered beside the ledger (which job is reached how, since when one
/// is drained) is found out again by the next server. Jobs go on without it.
public actor Services: Service {
  /// Asks a service over a way that was just found: nil where it answers, else words about what went wrong.
  public typealias Probe =
    @Sendable (_ way: ServiceWay, _ path: String, _ secret: String) async -> String?

  /// Milliseconds between looks while something is on its way, and else.
  private static let shortPauseMs: Int64 = 100
  private static let longPauseMs: Int64 = 500
  /// Milliseconds between two tries to reach a job.
  private static let probePauseMs: Int64 = 1_000
  /// Milliseconds between two tries to submit a job that was refused: only a person can change why.
  static let refusalPauseMs: Int64 = 30_000

  /// What is remembered of a job.
  struct Memory {
    var way: ServiceWay?
    /// One that led to nobody any more.
    var lostWay: ServiceWay?
    /// Why it was not reached.
    var trouble: String?
    var triedAtMs: Int64 = 0
    var drainingSinceMs: Int64?
  }

  let ledger: Ledger
  let jobs: Jobs
  let probe: Probe
  let logger: Logger
  nonisolated let store: ServiceStore
  nonisolated let table = ServiceRoutingTable()
  nonisolated let now: @Sendable () -> Int64

  var memories: [Identifier<Job>: Memory] = [:]
  /// Why the next job of a service was refused, and when.
  private var refusals: [Identifier<NamedService>: (words: String, atMs: Int64)] = [:]
  /// Services about which something is being done.
  private var busy: Set<Identifier<NamedService>> = []
  /// False while the ledger has no service that has not ended, for sure.
  private var mayHaveSome = true
  private var isMoving = false

  /// Makes the services of one home; nothing runs before `run()`.
  public init(
    ledger: Ledger, jobs: Jobs, logger: Logger = Logger(label: "services"), probe: @escaping Probe
  ) {
    self.ledger = ledger
    self.jobs = jobs
    self.logger = logger
    self.probe = probe
    store = ServiceStore(jobs: jobs.store)
    now = jobs.configuration.now
  }

  /// Keeps the services up until the group shuts down.
  public func run() async throws {
    await cancelWhenGracefulShutdown {
      await withDiscardingTaskGroup { group in
        while !Task.isCancelled {
          for status in await self.due() {
            // Side by side: a site that is away must not keep the others.
            group.addTask { await self.advance(status) }
          }
          let pause = await self.pauseMs
          // Canceled while it sleeps: then the loop ends.
          try? await Task.sleep(for: .milliseconds(pause))
        }
        group.cancelAll()
      }
    }
  }

  private var pauseMs: Int64 { isMoving || !busy.isEmpty ? Self.shortPauseMs : Self.longPauseMs }

  /// Starts a service: its first job is submitted, and others follow as long as nobody ends it.
  ///
  /// With an identifier the call is idempotent.
  /// - Throws: `already_service` where another has its name; `JobError` for what can never run there.
  public func submit(
    _ spec: JobSpec, id: Identifier<NamedService>? = nil, in project: String = "default"
  ) async throws -> ServiceStatus {
    guard var service = spec.service else { throw JobError(.specInvalid, "a service needs a name") }
    let id = id ?? .random()
    service.name = try SafeName(service.name, of: "service").rawValue
    (service.id, service.number) = (id.rawValue, 1)
    var spec = spec
    (spec.kind, spec.service) = (.service, service)
    let record = ServiceRecord(id, name: service.name, project: project, atMs: now())
    let store = store
    _ = try await jobs.submit(spec, id: Self.job(1, of: id), in: project) { _, db in
      try store.add(record, in: db)
    }
    mayHaveSome = true
    return try await status(id.rawValue, in: project)
  }

  /// How the service of an identifier, or the newest of a name, stands.
  public func status(_ word: String, in project: String = "default") async throws -> ServiceStatus {
    let store = store
    let found = try await ledger.read { try store.status(word, in: project, db: $0) }
    guard let found else {
      throw JobError(
        .serviceNotFound, "there is no service \(visible(word))",
        hint: "`aifactory jobs list --services` shows the services.")
    }
    return await completed(found)
  }

  /// The newest services first.
  public func list(limit: Int = 100) async throws -> [ServiceStatus] {
    let store = store
    var list: [ServiceStatus] = []
    for status in try await ledger.read({ try store.list(limit: limit, in: $0) }) {
      list.append(await completed(status))
    }
    return list
  }

  /// Ends a service with all of its jobs, after their grace periods.
  public func end(_ word: String, in project: String = "default") async throws -> ServiceStatus {
    let status = try await status(word, in: project)
    let (store, id) = (store, status.service.id)
    try await ledger.write { try store.giveUp(id, failure: nil, in: $0) }
    table.set(nil, for: status.service)
    for instance in status.instances where !instance.job.hasEnded {
      _ = try await jobs.cancel(instance.job.id)
    }
    mayHaveSome = true
    return try await self.status(id.rawValue, in: project)
  }

  /// Takes the route for a request; nil where none of the service's jobs answers.
  public nonisolated func call(_ name: String, in project: String = "default") -> ServiceCall? {
    table.call(name, in: project)
  }

  /// A request could not be handed over: its job gets no more until it was reached again.
  public func lost(_ call: ServiceCall, because trouble: String) {
    guard memories[call.job]?.way == call.way else { return }
    table.remove(call.job)
    memories[call.job]?.way = nil
    memories[call.job]?.lostWay = call.way
    memories[call.job]?.trouble = trouble
    memories[call.job]?.triedAtMs = 0
    isMoving = true
  }

  // MARK: The loop

  /// The services that are to be looked at.
  private func due() async -> [ServiceStatus] {
    guard mayHaveSome else { return [] }
    let store = store
    do {
      mayHaveSome = false
      let open = try await ledger.read { try store.open(in: $0) }
      if !open.isEmpty { mayHaveSome = true }
      isMoving = false
      let due = open.filter { !busy.contains($0.service.id) }
      busy.formUnion(due.map(\.service.id))
      return due
    } catch {
      mayHaveSome = true
      logger.error("services cannot be read", metadata: ["error": "\(error)"])
      return []
    }
  }

  private func advance(_ status: ServiceStatus) async {
    defer { busy.remove(status.service.id) }
    do {
      let status = await completed(status)
      await reach(status)
      try await apply(status)
    } catch {
      logger.error(
        "a service cannot be kept up; trying again",
        metadata: ["service": "\(status.service.name)", "error": "\(error)"])
    }
  }

  /// Tries to reach the jobs that answer on their machines and were not reached yet.
  private func reach(_ status: ServiceStatus) async {
    for instance in status.instances {
      let job = instance.job
      guard !job.hasEnded else {
        if let way = memories.removeValue(forKey: job.id)?.way { await jobs.leave(way, of: job) }
        continue
      }
      guard status.service.isWanted, job.state == .running else { continue }
      isMoving = isMoving || memories[job.id]?.way == nil
      guard let port = instance.port, memories[job.id]?.way == nil,
        now() - (memories[job.id]?.triedAtMs ?? 0) >= Self.probePauseMs
      else { continue }
      memories[job.id, default: Memory()].triedAtMs = now()
      if let lost = memories[job.id]?.lostWay.take() { await jobs.leave(lost, of: job) }
      do {
        let way = try await jobs.way(to: job, host: instance.host, port: port)
        memories[job.id]?.trouble = await probe(
          way, instance.spec.readyPath ?? "/", instance.secret ?? "")
        if memories[job.id]?.trouble == nil { memories[job.id]?.way = way }
      } catch {
        memories[job.id]?.trouble = (error as? JobError)?.message ?? "\(error)"
      }
    }
  }

  /// Sends requests where they belong now and takes the steps that are due.
  private func apply(_ status: ServiceStatus) async throws {
    let (service, store) = (status.service, store)
    guard let spec = status.instances.last?.spec else { return }
    let plan = status.instances.map { planned($0) }
    if let serving = ServicePlan.serving(plan), service.isWanted {
      let secret = status.instances.first { $0.job.id == serving.job }?.secret ?? ""
      let route = memories[serving.job]?.way.map {
        ServiceRoutingTable.Route(job: serving.job, way: $0, secret: secret)
      }
      table.set(route, for: service)
      for older in plan where older.number < serving.number && older.state != .ended {
        memories[older.job, default: Memory()].drainingSinceMs =
          memories[older.job]?.drainingSinceMs ?? now()
        isMoving = true
      }
    } else {
      table.set(nil, for: service)
    }
    // Looked at again: what the switch left under way counts.
    let settled = status.instances.map { planned($0) }
    for step in ServicePlan.steps(
      for: settled, of: spec, isWanted: service.isWanted, nowMs: now())
    {
      switch step {
      case .submit(let number): try await submit(number: number, after: status)
      case .stop(let job): _ = try await jobs.cancel(job)
      case .giveUp:
        let failure = status.instances.last.map { ServiceWords.failure($0.job) }
        try await ledger.write { try store.giveUp(service.id, failure: failure, in: $0) }
        logger.warning("a service ended", metadata: ["service": "\(service.name)"])
      case .finish:
        let now = now()
        try await ledger.write { try store.end(service.id, atMs: now, in: $0) }
        refusals[service.id] = nil
      }
    }
  }

  private func planned(_ instance: ServiceInstance) -> ServicePlan.Instance {
    var planned = ServicePlan.Instance(instance)
    planned.isReachable = memories[instance.job.id]?.way != nil
    planned.openRequests = table.openRequests(of: instance.job.id)
    planned.drainingSinceMs = memories[instance.job.id]?.drainingSinceMs
    return planned
  }

  /// Submits the next job, unless somebody has ended the service meanwhile.
  private func submit(number: Int, after status: ServiceStatus) async throws {
    guard var spec = status.instances.last?.job.spec else { return }
    spec.service?.number = number
    // What the service was to follow has succeeded, or there would be no next one.
    spec.after = nil
    let (store, id) = (store, status.service.id)
    guard now() - (refusals[id]?.atMs ?? 0) >= Self.refusalPauseMs else { return }
    do {
      _ = try await jobs.submit(
        spec, id: Self.job(number, of: id), in: status.service.project
      ) { _, db in
        guard try store.isWanted(id, in: db) else { throw NoLongerWanted() }
      }
    } catch is NoLongerWanted {
      return
    } catch let error as JobError {
      let words = [error.message, error.hint].compactMap(\.self).map {
        $0.hasSuffix(".") ? $0 : $0 + "."
      }
      refusals[id] = (words.joined(separator: " "), now())
      logger.warning(
        "the next job of a service is refused; trying again",
        metadata: ["service": "\(status.service.name)", "error": "\(error)"])
      return
    }
    refusals[id] = nil
    isMoving = true
  }

  private struct NoLongerWanted: Error {}

  /// A job that is submitted twice, because a server was killed, is one.
  private static func job(_ number: Int, of id: Identifier<NamedService>) -> Identifier<Job> {
    .derived(from: id.rawValue, "\(number)")
  }

  /// With limits and roles, which the ledger does not tell.
  func completed(_ status: ServiceStatus) async -> ServiceStatus {
    var status = status
    status.refusal = status.service.isWanted ? refusals[status.service.id]?.words : nil
    for index in status.instances.indices {
      let job = status.instances[index].job
      guard let startedAtMs = job.startedAtMs, let limit = await jobs.timeLimitMs(of: job) else {
        continue
      }
      status.instances[index].endsAtMs = startedAtMs + limit
    }
    let serving = table.route(of: status.service.id)?.job
    for index in status.instances.indices {
      let job = status.instances[index].job
      status.instances[index].role = role(of: job, isServing: job.id == serving)
    }
    return status
  }

  private func role(of job: Job, isServing: Bool) -> ServiceInstance.Role {
    if job.hasEnded { return .ended }
    if isServing { return .serving }
    let isReplaced = memories[job.id]?.drainingSinceMs != nil
    return job.state == .stopping || isReplaced ? .draining : .starting
  }
}
