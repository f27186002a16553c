public import Basics
public import Compute
public import Experimentation
import JobProtocol
public import Logging
public import ServiceLifecycle

/// The endpoints of a home: deploys model versions, keeps their replicas alive, writes the routes.
///
/// A loop of load, work, apply: each turn reads what the ledger wants, looks at jobs and sockets,
/// and takes the steps that `DeploymentPlan` names. Replicas are jobs, so they outlive the server;
/// its next start finds them.
public actor Endpoints: Service {
  /// What endpoints need from elsewhere.
  public struct Surroundings: Sendable {
    /// The program that runs `worker replica`.
    public var executable: String
    /// Folder of the engines that replicas on other nodes find.
    public var enginesFolder: String
    /// SHA-256 digests of the tokens that may ask for predictions.
    public var tokenDigests: [String]
    /// Whether everyone may ask.
    public var isOpen: Bool
    /// Which generation of the routing file the gateway follows; nil when none answers.
    public var gatewayGeneration: @Sendable () async -> Int64?
    /// Unix time in milliseconds.
    public var now: @Sendable () -> Int64

    /// Joins the parts.
    public init(
      executable: String, enginesFolder: String, tokenDigests: [String], isOpen: Bool = false,
      gatewayGeneration: @escaping @Sendable () async -> Int64?,
      now: @escaping @Sendable () -> Int64 = systemTimeMs
    ) {
      self.executable = executable
      self.enginesFolder = enginesFolder
      self.tokenDigests = tokenDigests
      self.isOpen = isOpen
      self.gatewayGeneration = gatewayGeneration
      self.now = now
    }
  }

  /// What is remembered of a deployment between turns.
  struct Memory {
    var failures = 0
    /// Replicas that were killed from outside before they could answer.
    var losses = 0
    var restartAtMs: Int64 = 0
    var lastReason: String?
  }

  /// Reads for everybody.
  public nonisolated let store: EndpointStore
  let home: FactoryHome
  let jobs: Jobs
  let models: ModelStore
  let logger: Logger
  let surroundings: Surroundings
  var memories: [Identifier<Deployment>: Memory] = [:]
  /// Why deployments do not answer that shall.
  var absences: [Identifier<Deployment>: Absence] = [:]
  /// What is being asked of sites, which may take its time.
  var questions: Set<String> = []
  /// Replicas on other nodes that answered.
  var reached: [Identifier<Replica>: ReplicaNode] = [:]
  /// When ways to replicas were last looked at.
  var lookedAtMs: [Identifier<Replica>: Int64] = [:]
  var routes: RoutingFile?
  var acknowledged: Int64 = 0
  private var isSuspended = false
  private var isTurning = false
  /// Whether the loop has compared what is with what shall be since the start.
  public private(set) var hasReconciled = false

  /// Makes the endpoints of one home; nothing runs before `run()`.
  public init(
    home: FactoryHome, ledger: Ledger, jobs: Jobs, models: ModelStore,
    surroundings: Surroundings, logger: Logger
  ) {
    self.home = home
    self.jobs = jobs
    self.models = models
    self.surroundings = surroundings
    self.logger = logger
    store = EndpointStore(ledger: ledger)
  }

  /// Keeps the endpoints as the ledger wants them until the group shuts down.
  ///
  /// Replicas and gateway go on without it.
  public func run() async throws {
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        let isMoving = await self.turn()
        await self.reconciled()
        // Canceled while it sleeps: then the loop ends.
        try? await Task.sleep(for: .milliseconds(isMoving ? 20 : 500))
      }
    }
  }

  private func reconciled() { hasReconciled = true }

  /// Puts a version of a model behind an endpoint and returns when it answers.
  ///
  /// The version before it answers until then. Returns at once where the version is live already.
  /// - Parameter version: nil deploys the newest.
  /// - Throws: `deploy_failed` when the new replica does not become healthy; the version before it
  ///   stays.
  @discardableResult
  public func deploy(
    model: String, version: Int? = nil, to endpoint: String,
    place: DeploymentPlace = DeploymentPlace(), in project: String = "default"
  ) async throws -> Deployment {
    let wanted = try await models.version(version, of: model, in: project)
    guard let package = wanted.draft.package else {
      throw ServingError(
        .deployFailed, "Version \(wanted.version) of \(model) has no model package.",
        hint: "Deploy a version that a workflow has registered.")
    }
    return try await deploy(
      DeploymentSubject(model: model, version: wanted.version, package: package, place: place),
      to: endpoint, in: project)
  }

  /// Puts files of a model version behind an endpoint and returns when they answer, as above.
  @discardableResult
  public func deploy(
    _ subject: DeploymentSubject, to endpoint: String, in project: String = "default"
  ) async throws -> Deployment {
    let name = try SafeName(endpoint, of: "endpoint").rawValue
    try await checkPlace(of: subject, in: project)
    let begun = try await store.begin(
      subject, endpoint: name, project: project, nowMs: surroundings.now())
    return try await settled(begun.id, of: endpoint, in: project)
  }

  /// Whether that very version answers at the endpoint now, from that place.
  public func isServing(
    model: String, version: Int, on endpoint: String,
    place: DeploymentPlace = DeploymentPlace(), in project: String = "default"
  ) async throws -> Bool {
    let status = try await store.list(in: project).first { $0.endpoint.name == endpoint }
    guard let status, let live = status.live else { return false }
    return live.model == model && live.version == version && live.place == place
      && status.isAnswering
  }

  /// Ends an endpoint: requests are refused from now on, its replicas end.
  public func delete(_ endpoint: String, in project: String = "default") async throws {
    await beginTurn()
    defer { isTurning = false }
    let status = try await store.retire(endpoint, project: project, nowMs: surroundings.now())
    try await writeRoutes(try await store.list())
    for replica in status.replicas where replica.state != .ended { await stop(replica) }
    try await store.remove(status.endpoint.id)
    for deployment in status.deployments { forget(deployment.id) }
  }

  /// Longest wait for the end of a replica when all are ended.
  private static let suspensionMs: Int64 = 60_000

  /// Ends all replicas and starts none any more; the next server brings them back.
  public func suspend() async throws {
    isSuspended = true
    await beginTurn()
    defer { isTurning = false }
    let active = try await store.list().flatMap(\.replicas).filter { $0.state != .ended }
    for replica in active { await stop(replica) }
    for replica in active {
      do {
        // A site that is away ends it when it is back.
        _ = try await jobs.waitForEnd(replica.job, atMostMs: Self.suspensionMs)
      } catch let error as JobError where error.code == .jobNotFound {
        // Recorded, but not submitted before a server was killed: there is nothing to wait for.
      }
      try await store.end(replica.id, reason: "stopped", nowMs: surroundings.now())
    }
  }

  /// Waits until nobody else changes endpoints; the caller ends its turn.
  private func beginTurn() async {
    while isTurning {
      // Canceled: a turn is short, so look again at once.
      try? await Task.sleep(for: .milliseconds(5))
    }
    isTurning = true
  }

  private func settled(
    _ id: Identifier<Deployment>, of endpoint: String, in project: String
  ) async throws -> Deployment {
    while true {
      let deployment = try await store.deployment(id)
      switch deployment.state {
      case .live, .draining:
        try await untilAnswering(endpoint, in: project)
        return deployment
      case .starting:
        _ = await turn()
        try await Task.sleep(for: .milliseconds(deployment.place.site == nil ? 15 : 200))
      case .ended:
        throw ServingError(
          .deployFailed,
          "\(deployment.model) \(deployment.version) does not answer at '\(endpoint)': "
            + (deployment.message ?? "it was \(deployment.reason?.rawValue ?? "ended")."),
          hint: "'aifactory endpoints show \(endpoint)' names its jobs; 'aifactory jobs logs' "
            + "says what they printed.")
      }
    }
  }

  /// Waits, some seconds at most, until a replica answers and the gateway follows the routes that
  /// were written last: a deployment that is told to be there shall answer.
  private func untilAnswering(_ endpoint: String, in project: String) async throws {
    for _ in 0..<400 {
      let status = try await store.list(in: project).first { $0.endpoint.name == endpoint }
      if status?.isAnswering ?? true, let wanted = routes?.generation,
        await followed() >= wanted
      {
        return
      }
      try await Task.sleep(for: .milliseconds(25))
    }
  }

  // MARK: The loop

  /// One turn; says whether something is on its way, so that the next turn comes soon.
  private func turn() async -> Bool {
    guard !isSuspended, !isTurning else { return false }
    isTurning = true
    defer { isTurning = false }
    do {
      var isMoving = false
      let statuses = try await store.list()
      try await writeRoutes(statuses)
      for status in statuses {
        for deployment in status.deployments {
          let active = status.active(of: deployment)
          guard deployment.state != .ended || !active.isEmpty else { continue }
          if try await advance(deployment, active, status.endpoint) { isMoving = true }
        }
      }
      return isMoving
    } catch {
      logger.error("endpoints cannot be reconciled", metadata: ["error": "\(error)"])
      return false
    }
  }

  private func forget(_ id: Identifier<Deployment>) {
    memories[id] = nil
    absences[id] = nil
  }

  /// Takes the next step of one deployment.
  private func advance(
    _ deployment: Deployment, _ known: [Replica], _ endpoint: Endpoint
  ) async throws -> Bool {
    var active: [Replica] = []
    var views: [DeploymentPlan.Active] = []
    for replica in known {
      guard let observed = try await observe(replica, deployment) else { continue }
      active.append(observed.replica)
      views.append(.init(state: observed.replica.state, isDue: observed.isDue))
    }
    let memory = memories[deployment.id] ?? Memory()
    let plan = DeploymentPlan.next(
      state: deployment.state, active: views, failures: memory.failures,
      isBackOffOver: surroundings.now() >= memory.restartAtMs,
      isAcknowledged: await isAcknowledged())
    switch plan {
    case .startReplica:
      try await startReplica(of: deployment, endpoint)
    case .promote:
      try await store.promote(deployment.id, nowMs: surroundings.now())
      try await writeRoutes(try await store.list())
    case .fail:
      let reason = memory.lastReason ?? "no replica started"
      try await store.end(
        deployment.id, .failed, message: "its replica ended: \(reason).",
        nowMs: surroundings.now())
      forget(deployment.id)
    case .stopReplicas(let count):
      for replica in active.suffix(count) { await stop(replica) }
    case .finish:
      try await store.end(deployment.id, .replaced, nowMs: surroundings.now())
      forget(deployment.id)
    case .wait:
      askWhy(deployment, active)
      // What waits in a site's queue may do so for hours.
      return deployment.state == .draining
        || (deployment.place.site == nil
          && (deployment.state != .live || active.contains { $0.state == .starting }))
    }
    return true
  }
}
