import Basics
import Compute
import JobProtocol
import Logging

/// Replicas: the service jobs that answer for a deployment.
extension Endpoints {
  /// What has become of a replica; nil when it has ended, which is recorded.
  func observe(_ replica: Replica, _ deployment: Deployment) async throws -> Replica? {
    let job: Job
    do {
      job = try await jobs.job(replica.job)
    } catch let error as JobError where error.code == .jobNotFound {
      // The server was killed between the two steps: do the second one now.
      try await submit(replica, deployment)
      return replica
    }
    guard !job.hasEnded else {
      try await recordEnd(of: replica, job, deployment)
      return nil
    }
    guard replica.state == .starting, job.state == .running else { return replica }
    guard await ReplicaProbe.answers(at: replica.socket) else { return replica }
    try await store.markHealthy(replica.id)
    var healthy = replica
    healthy.state = .healthy
    return healthy
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
    if job.wasKilledFromOutside, memory.losses < Self.lossLimit {
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
      socket: try SocketFolder(home).path(of: id), state: .starting,
      createdAtMs: surroundings.now())
    try await store.add(replica)
    try await submit(replica, deployment)
  }

  func submit(_ replica: Replica, _ deployment: Deployment) async throws {
    let endpoint = try await store.list().first { $0.endpoint.id == deployment.endpoint }?.endpoint
    let source = SegmentSource(
      endpoint: endpoint?.name ?? "", model: deployment.model, version: deployment.version,
      deployment: deployment.id.rawValue, replica: replica.id.rawValue)
    let request = ReplicaRequest(
      source: source, package: try await package(deployment.package),
      python: deployment.python, socket: replica.socket,
      predictionsFolder: home.gatewayPath + "/predictions/" + deployment.endpoint.rawValue,
      threads: 1)
    let folder = jobs.workFolder(of: replica.job)
    try FileTree.createFolder(folder)
    let path = folder + "/request.json"
    try FileTree.write(try request.json(), to: path)
    _ = try await jobs.submit(
      JobSpec(
        name: "replica of \(source.endpoint)", kind: .service,
        command: [surroundings.executable, "worker", "replica", path],
        workingDirectory: folder, purpose: "replica"),
      id: replica.job, in: endpoint?.project ?? "default")
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
