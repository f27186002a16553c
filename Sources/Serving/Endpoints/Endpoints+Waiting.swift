import Basics
import Compute

/// Deployments that do not answer yet: where their replicas are, and why they are not there.
///
/// A site may take its time to answer, so it is asked beside the loop, which looks at all endpoints.
extension Endpoints {
  /// Why a deployment does not answer.
  struct Absence {
    /// Sentences.
    var words: String
    /// When that was so, Unix time.
    var atMs: Int64
  }

  /// How long words are told before they are looked up again.
  private static let wordsLastMs: Int64 = 5_000

  /// Why the version that was wanted last does not answer yet; nil where one does, or nobody knows.
  public func explanation(of status: EndpointStatus) -> String? {
    let wanted = status.deployments.first { $0.state == .starting } ?? status.live
    return wanted.flatMap { absences[$0.id]?.words }
  }

  /// Finds out why a deployment that shall answer does not.
  func askWhy(_ deployment: Deployment, _ active: [Replica]) {
    guard deployment.state == .starting || deployment.state == .live,
      !active.contains(where: { $0.state == .healthy })
    else {
      absences[deployment.id] = nil
      return
    }
    let asOfMs = absences[deployment.id]?.atMs ?? 0
    guard surroundings.now() - asOfMs >= Self.wordsLastMs,
      questions.insert(deployment.id.rawValue).inserted
    else { return }
    Task {
      let words = await self.words(deployment, active.first)
      self.answered(deployment.id, Absence(words: words, atMs: self.surroundings.now()))
    }
  }

  private func answered(_ id: Identifier<Deployment>, _ absence: Absence) {
    questions.remove(id.rawValue)
    absences[id] = absence
  }

  private func words(_ deployment: Deployment, _ replica: Replica?) async -> String {
    guard let replica else {
      let reason = memories[deployment.id]?.lastReason.map { ": \($0)" } ?? ""
      return "Its last replica ended\(reason). Another one is about to be started."
    }
    guard let job = try? await jobs.job(replica.job) else {
      return "Its replica is about to start."
    }
    let place = deployment.place.site.map { "'\($0)'" } ?? "this machine"
    guard job.state == .queued else {
      return "Its replica, \(job.id), runs on \(place) and does not answer yet."
    }
    // Without a reason it is still true that it waits.
    let sentences = (try? await jobs.explain(job.id).sentences) ?? []
    return (["Its replica, \(job.id), waits on \(place)."] + sentences).joined(separator: " ")
  }

  /// Looks for the node of a replica whose job runs, and remembers it once it answers from there.
  func reach(_ replica: Replica, _ job: Job) {
    guard questions.insert(replica.id.rawValue).inserted else { return }
    Task {
      // Not to be found out now: the next turn asks again.
      let listener = try? await self.jobs.listener(of: job)
      var node = listener.map { ReplicaNode($0) }
      if let found = node, await !ReplicaProbe.answers(at: .node(found)) {
        self.leave(found, of: job)
        node = nil
      }
      self.found(replica.id, node)
    }
  }

  /// Milliseconds between two looks whether a way through a connection still leads to a replica.
  private static let lookPauseMs: Int64 = 2_000

  /// Looks for another way to a replica whose way through a connection leads nowhere any more.
  func keepReaching(_ replica: Replica, _ job: Job) {
    guard let node = replica.node, node.forwarding != nil,
      surroundings.now() - (lookedAtMs[replica.id] ?? 0) >= Self.lookPauseMs,
      !questions.contains(replica.id.rawValue)
    else { return }
    lookedAtMs[replica.id] = surroundings.now()
    Task {
      if await !ReplicaProbe.answers(at: .node(node)) { self.reach(replica, job) }
    }
  }

  /// Gives up a way to a replica; what the gateway has under way on it goes on.
  func leave(_ node: ReplicaNode?, of job: Job) {
    guard let path = node?.forwarding else { return }
    Task { await self.jobs.stopForwarding(path, to: job) }
  }

  private func found(_ id: Identifier<Replica>, _ node: ReplicaNode?) {
    questions.remove(id.rawValue)
    reached[id] = node
  }
}

extension ReplicaNode {
  /// Where a job listens.
  init(_ listener: JobListener) {
    switch listener.way {
    case .tcp(let host, let port): self.init(host: host, port: port, secret: listener.secret)
    case .socket(let path): self.init(forwarding: path, secret: listener.secret)
    }
  }
}
