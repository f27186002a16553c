import Basics
import Compute
import Experimentation
import Glibc
import JobProtocol
import Logging

/// Replicas: the service jobs that answer for a deployment.
extension Endpoints {
  /// A replica as it was found, and whether another has to take over from it soon.
  struct Observed {
    var replica: Replica
    var isDue = false
  }

  /// What has become of a replica; nil when it has ended, which is recorded.
  func observe(_ replica: Replica, _ deployment: Deployment) async throws -> Observed? {
    let job: Job
    do {
      job = try await jobs.job(replica.job)
    } catch let error as JobError where error.code == .jobNotFound {
      // The server was killed between the two steps: do the second one now.
      return try await submit(replica, deployment) ? Observed(replica: replica) : nil
    }
    await takePredictions(of: job, endpoint: deployment.endpoint)
    guard !job.hasEnded else {
      leave(replica.node, of: job)
      (reached[replica.id], lookedAtMs[replica.id]) = (nil, nil)
      try await recordEnd(of: replica, job, deployment)
      return nil
    }
    var observed = Observed(replica: replica)
    guard job.state == .running else { return observed }
    observed.isDue = DeploymentPlan.isDue(
      startedAtMs: job.startedAtMs, limitMs: await jobs.timeLimitMs(of: job),
      nowMs: surroundings.now())
    if replica.state == .healthy { keepReaching(replica, job) }
    guard let address = answering(replica, job), await ReplicaProbe.answers(at: address)
    else { return observed }
    if case .node(let node) = address { observed.replica.node = node }
    try await store.markHealthy(replica.id, at: observed.replica.node)
    observed.replica.state = .healthy
    // The gateway has to leave the one before it before that is stopped.
    try await writeRoutes(try await store.list())
    if replica.node != observed.replica.node { leave(replica.node, of: job) }
    return observed
  }

  /// Where a replica that runs may answer by now, and did not yet.
  private func answering(_ replica: Replica, _ job: Job) -> ReplicaAddress? {
    if let node = reached.removeValue(forKey: replica.id) { return .node(node) }
    guard replica.state == .starting else { return nil }
    guard replica.socket.isEmpty else { return replica.address }
    reach(replica, job)
    return nil
  }

  /// Gives the segments of a replica whose files come from elsewhere their names here; they go on growing under both.
  private func takePredictions(of job: Job, endpoint: Identifier<Endpoint>) async {
    guard job.spec.stage != nil, job.attempt > 0 else { return }
    let (uploads, folder) = (job.attemptFolder.uploads, predictionsFolder(of: endpoint))
    do {
      try await offTask { try Self.linkSegments(of: uploads, into: folder) }
    } catch {
      // Predictions go on: the files are there, and the next turn tries again.
      logger.error(
        "records of predictions are not where they are looked for",
        metadata: ["job": "\(job.id)", "error": "\(error)"])
    }
  }

  private static func linkSegments(of uploads: String, into folder: String) throws {
    guard FileTree.exists(uploads) else { return }
    let names = try FileTree.names(in: uploads).filter { $0.hasSuffix(".segment") }
    guard !names.isEmpty else { return }
    try FileTree.createFolder(folder)
    for name in names where !FileTree.exists(folder + "/" + name) {
      guard link(uploads + "/" + name, folder + "/" + name) == 0 || errno == EEXIST else {
        throw ServingError(
          .segmentInvalid, "\(uploads)/\(name) gets no name in \(folder): error \(errno).")
      }
    }
  }

  private func predictionsFolder(of endpoint: Identifier<Endpoint>) -> String {
    home.gatewayPath + "/predictions/" + endpoint.rawValue
  }

  func recordEnd(
    of replica: Replica, _ job: Job, _ deployment: Deployment
  ) async throws {
    let now = surroundings.now()
    var reason = job.reason?.rawValue ?? "ended"
    if let message = job.message { reason += " (\(message))" }
    if deployment.state == .starting, let last = try await jobs.lastWords(of: job) { reason = last }
    try await store.end(replica.id, reason: reason, nowMs: now)
    var memory = memories[deployment.id] ?? Memory()
    if replica.state == .healthy, job.reason == .timeLimit {
      // As it had to; where its successor did not come in time, the next one starts at once.
      memory.failures = 0
    } else if job.wasKilledFromOutside, memory.losses < Self.lossLimit {
      // Says nothing about the model: it is simply started again.
      memory.losses += 1
    } else {
      // A replica that lived for a minute starts the count again.
      memory.failures = now - replica.createdAtMs > 60_000 ? 1 : memory.failures + 1
    }
    memory.restartAtMs = now + DeploymentPlan.backOffMs(failures: memory.failures)
    memory.lastReason = reason
    memories[deployment.id] = memory
    if deployment.state == .live {
      logger.warning(
        "a replica ended and is started again",
        metadata: ["endpoint": "\(deployment.endpoint)", "reason": "\(reason)"])
    }
  }

  /// Replicas that may be killed from outside before that counts as a failure of the model.
  static let lossLimit = 20

  func startReplica(of deployment: Deployment, _ endpoint: Endpoint) async throws {
    let id = Identifier<Replica>.random()
    let replica = Replica(
      id: id, deployment: deployment.id, job: .random(),
      socket: deployment.place.site == nil ? try SocketFolder(home).path(of: id) : "",
      state: .starting, createdAtMs: surroundings.now())
    try await store.add(replica)
    _ = try await submit(replica, deployment)
  }

  /// Submits the job of a replica; where that is refused the replica has ended, and the result is false.
  private func submit(_ replica: Replica, _ deployment: Deployment) async throws -> Bool {
    do {
      try await handOver(replica, deployment)
      return true
    } catch let error as JobError {
      let now = surroundings.now()
      try await store.end(replica.id, reason: error.message, nowMs: now)
      var memory = memories[deployment.id] ?? Memory()
      memory.failures += 1
      memory.restartAtMs = now + DeploymentPlan.backOffMs(failures: memory.failures)
      memory.lastReason = error.message
      memories[deployment.id] = memory
      return false
    }
  }

  private func handOver(_ replica: Replica, _ deployment: Deployment) async throws {
    let endpoint = try await store.list().first { $0.endpoint.id == deployment.endpoint }?.endpoint
    let source = SegmentSource(
      endpoint: endpoint?.name ?? "", model: deployment.model, version: deployment.version,
      deployment: deployment.id.rawValue, replica: replica.id.rawValue)
    let isShared = try await jobs.sharesFiles(with: deployment.place.site)
    let request = ReplicaRequest(
      source: source, package: isShared ? try await package(deployment.package) : Self.modelName,
      python: deployment.python, socket: replica.socket.isEmpty ? nil : replica.socket,
      predictionsFolder: isShared
        ? predictionsFolder(of: deployment.endpoint) : JobStage.mirroredFolder,
      threads: deployment.place.resources.cpus)
    let folder = jobs.workFolder(of: replica.job)
    try FileTree.createFolder(folder)
    let path = folder + "/request.json"
    try FileTree.write(try request.json(), to: path)
    let project = endpoint?.project ?? "default"
    var spec = replicaSpec(
      of: deployment.subject, requestPath: isShared ? path : FileTree.name(of: path))
    spec.name = "replica of \(source.endpoint)"
    if isShared {
      spec.workingDirectory = folder
    } else {
      let program = StageProgram(
        objects: home.objects, program: surroundings.executable, engines: surroundings.enginesFolder
      )
      spec.stage = JobStage(
        program: try await program.store().hex,
        inputs: [JobStage.Input(name: Self.modelName, files: deployment.package)])
    }
    if deployment.place.site != nil {
      spec.environment = [
        EnvironmentVariable("AIFACTORY_HOME", home.path),
        EnvironmentVariable("AIFACTORY_ENGINES", surroundings.enginesFolder),
      ]
      // A version that somebody has removed since says no more of what it was made.
      let version = try? await models.version(
        deployment.version, of: deployment.model, in: project)
      spec.reads = version?.draft.datasetVersion.map { JobReads(versions: [$0]) }
    }
    _ = try await jobs.submit(spec, id: replica.job, in: project)
  }

  /// What a replica finds its model by where it is sent along.
  private static let modelName = "model"

  /// A job with the needs of a replica.
  private func replicaSpec(of subject: DeploymentSubject, requestPath: String) -> JobSpec {
    JobSpec(
      name: "replica", kind: .service,
      command: [surroundings.executable, "worker", "replica", requestPath],
      resources: subject.place.resources, site: subject.place.site,
      purpose: JobSpec.replicaPurpose)
  }

  /// Throws where a replica can never run in its place, be it for what it needs or for the class of the data of which
  /// the model was made, which is as restricted.
  func checkPlace(of subject: DeploymentSubject, in project: String) async throws {
    let version = try await models.version(subject.version, of: subject.model, in: project)
    let isShared = try await jobs.sharesFiles(with: subject.place.site)
    guard isShared || subject.python == nil else {
      throw ServingError(
        .deployFailed,
        "\(subject.model) \(subject.version) is loaded by a Python of this machine, but "
          + "'\(subject.place.site ?? "")' shares no file system with it.",
        hint:
          "Deploy it here, or on a cluster that shares one; what a workflow trained goes anywhere."
      )
    }
    var spec = replicaSpec(of: subject, requestPath: "request.json")
    spec.reads = version.draft.datasetVersion.map { JobReads(versions: [$0]) }
    try await jobs.check(spec)
  }

  /// The folder of a model package, made from its objects when it is first needed.
  func package(_ digest: String) async throws -> String {
    guard let object = ObjectDigest(hex: digest) else {
      throw ServingError(.deployFailed, "'\(digest)' is no digest of a model package.")
    }
    let folder = home.gatewayPath + "/models/" + digest
    if FileTree.exists(folder) { return folder }
    try FileTree.createFolder(home.gatewayPath + "/models")
    // Under another name first: a folder of that name is whole.
    let half = home.temporaryPath + "/model-" + Identifier<Replica>.random().rawValue
    try await home.objects.materializeFolder(object, into: half)
    do {
      try FileTree.rename(half, to: folder)
    } catch {
      try FileTree.remove(half)
      guard FileTree.exists(folder) else { throw error }
    }
    return folder
  }

  func stop(_ replica: Replica) async {
    do {
      _ = try await jobs.cancel(replica.job)
    } catch {
      logger.warning(
        "a replica cannot be stopped",
        metadata: ["replica": "\(replica.id)", "error": "\(error)"])
    }
  }
}

extension Jobs {
  /// The `Why:` line that a job left on its standard error, else the last one.
  func lastWords(of job: Job) async throws -> String? {
    let limit = 1 << 16
    let (bytes, _) = try await output(
      job.id, stream: .stderr, from: max(0, job.usage.stderrBytes - Int64(limit)), limit: limit)
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    let line = lines.last { $0.hasPrefix("Why:") } ?? lines.last
    return line.map { String($0.replacing("Why:", with: "").drop { $0 == " " }) }
  }
}
