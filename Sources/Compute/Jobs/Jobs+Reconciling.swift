import Basics
import Glibc
import JobProtocol
import Logging
import ServiceLifecycle

/// The loop that makes the ledger and the processes agree.
extension Jobs {
  /// Runs the reconciler until the group shuts down; running jobs go on without it.
  public func run() async throws {
    let agents = try LocalAgents(agentPath: configuration.agentPath)
    let watcher = try JournalWatcher(signal: signal)
    drivers = [
      Site.localName: LocalDriver(
        agents: agents, watcher: watcher, signal: signal,
        inputs: JobInputs(jobsFolder: configuration.folder))
    ]
    self.watcher = watcher
    watcher.start()
    defer {
      watcher.stop()
      (self.drivers, self.watcher) = ([:], nil)
      hasStopped = true
      observers.finish()
    }
    try await openClusters()
    try await reattach()
    let store = store
    let left = try await ledger.read { try store.dependentsLeft(in: $0) }
    signal.add { $0.settled.formUnion(left) }
    hasReconciled = true
    signal.add { $0.mayPlace = true }
    let (signal, newClusters, continuation) = (signal, newClusters, clusterContinuation)
    await withGracefulShutdownHandler {
      await withTaskGroup(of: Void.self) { group in
        // Each cluster's rounds go beside the loop, and end with it.
        group.addTask {
          await withDiscardingTaskGroup { rounds in
            for await cluster in newClusters {
              rounds.addTask { await cluster.follow() }
            }
            rounds.cancelAll()
          }
        }
        await withTaskCancellationHandler {
          for await _ in signal.wakes { await step() }
        } onCancel: {
          signal.finish()
        }
        continuation.finish()
        group.cancelAll()
      }
    } onGracefulShutdown: {
      signal.finish()
    }
  }

  /// Acts on what happened since the last step.
  private func step() async {
    let news = signal.take()
    if !news.observed.isEmpty { await keep(news.observed) }
    let touched = news.changed.union(news.exited).filter { open[$0] != nil }
    if touched.count == 1, let only = touched.first {
      await advance(only, agentEnded: news.exited.contains(only))
    } else if !touched.isEmpty {
      // Side by side, so that their transactions share a commit.
      await withDiscardingTaskGroup { group in
        for key in touched {
          group.addTask { await self.advance(key, agentEnded: news.exited.contains(key)) }
        }
      }
    }
    if !news.settled.isEmpty { await settleDependents(of: news.settled) }
    if signal.takeMayPlace() || news.mayPlace { await placeWaiting() }
  }

  /// Lets go on, or ends, the next of those that wait for what has ended; the rest have their turn after others.
  private func settleDependents(of others: Set<String>) async {
    let (store, follower, now) = (store, follower, configuration.now())
    do {
      let settled = try await ledger.write { db in
        let settled = try store.settleDependents(of: others.sorted(), atMs: now, in: db)
        for job in settled.jobs { try store.tell(follower, job, in: db) }
        return settled
      }
      for job in settled.jobs { changed(job) }
      if !settled.left.isEmpty { signal.add { $0.settled.formUnion(settled.left) } }
    } catch {
      logger.error(
        "jobs that waited for others cannot go on; trying again", metadata: ["error": "\(error)"])
      watcher?.remind(afterMs: 1_000) { $0.settled.formUnion(others) }
    }
  }

  /// Reads an attempt's journal on, commits what it says, and settles an attempt without agent.
  private func advance(_ key: AttemptKey, agentEnded: Bool) async {
    guard let attempt = open[key] else { return }
    do {
      try await readJournal(of: attempt)
      if agentEnded, let attempt = open[key] { try await settleWithoutAgent(attempt) }
    } catch {
      logger.error(
        "cannot record what a job did; trying again",
        metadata: ["job": "\(key.job)", "error": "\(error)"])
      watcher?.remind(afterMs: 1_000) { news in
        news.changed.insert(key)
        if agentEnded { news.exited.insert(key) }
      }
    }
  }

  /// Writes down what engines say of attempts.
  private func keep(_ observations: [AttemptKey: SiteObservation]) async {
    let store = store
    do {
      for job in try await ledger.write({ try store.observe(observations, in: $0) }) {
        changed(job)
      }
    } catch {
      logger.error("cannot record what a site says", metadata: ["error": "\(error)"])
      watcher?.remind(afterMs: 1_000) { news in
        news.observed.merge(observations) { newer, _ in newer }
      }
    }
  }

  /// How long the beginning of an attempt waits for more news.
  private static let beginningWaitMs: Int64 = 200

  /// Commits everything that an attempt's journal says so far.
  func readJournal(of attempt: OpenAttempt) async throws {
    let key = attempt.key
    await readOtherNodes(of: key)
    while let reader = open[key]?.reader, let committed = open[key]?.committedOffset {
      let (news, next) = await Self.read(reader)
      if let news, news.canWait, open[key]?.hasBegun == false {
        open[key]?.hasBegun = true
        watcher?.remind(afterMs: Self.beginningWaitMs) { $0.changed.insert(key) }
        return
      }
      open[key]?.reader = next
      guard let told = news else { return }
      guard let news = joined(told, of: key) else { return }
      if let usage = news.usage { open[key]?.usage = usage }
      if let sample = news.samples.last { open[key]?.sample = sample }
      if let cgroup = news.start?.cgroup { open[key]?.cgroup = cgroup }
      let isMeasured = !news.samples.isEmpty && follower?.follows(attempt.spec) == true
      guard news.isWorthKeeping || isMeasured else { continue }
      do {
        let ending: JobStore.Ending?
        switch await causeOfStop(news, attempt) {
        case .known(let cause): ending = cause
        case .askAgain(let afterMs):
          open[key]?.reader = reader
          watcher?.remind(afterMs: afterMs) { $0.changed.insert(key) }
          return
        }
        guard try await commit(news, of: attempt, from: committed, ending: ending) else { return }
        open[key]?.committedOffset = news.journalOffset
      } catch {
        open[key]?.reader = reader
        throw error
      }
    }
  }

  /// Why an agent was stopped.
  private enum CauseOfStop {
    /// The end to record; nil is the journal's own.
    case known(JobStore.Ending?)
    case askAgain(afterMs: Int64)
  }

  /// Asks the engine of a site why it stopped an agent that nobody here had told to stop.
  private func causeOfStop(_ news: AttemptNews, _ attempt: OpenAttempt) async -> CauseOfStop {
    guard let end = news.end, Self.mayBeStopped(end, attempt.spec), attempt.site != Site.localName,
      let driver = drivers[attempt.site]
    else { return .known(nil) }
    guard open[attempt.key]?.wantsStop == false else {
      // It began at the moment when the engine took it out of its queue, and all of it was told to stop.
      guard end.outcome == .failed, Self.isKilled(end.exit) else { return .known(nil) }
      return .known(
        JobStore.Ending(reason: .canceledByUser, exit: end.exit, message: end.message))
    }
    // Nobody here told it, so its allocation did, when that was told to end.
    if attempt.spec.isPacked {
      guard end.outcome == .canceled || end.exit == .killed(signal: SIGTERM) else {
        return .known(nil)
      }
      var ending = JobStore.Ending(
        reason: .preempted,
        message: "its allocation ended" + (end.message.map { ": \($0)" } ?? ""))
      ending.exit = end.exit
      return .known(ending)
    }
    switch await driver.finding(on: attempt) {
    case .goesOn: return .known(nil)
    case .askAgain(let afterMs): return .askAgain(afterMs: afterMs)
    case .ended(var ending):
      // The engine saw no more than an agent that ended: the agent knows better.
      guard ending.reason != .lostAgent, ending.reason != .launchFailed else { return .known(nil) }
      ending.exit = end.exit
      return .known(ending)
    }
  }

  /// Whether an end may be the doing of an engine, which sends TERM to the agent or to all processes.
  private static func mayBeStopped(_ end: AttemptEnd, _ spec: JobSpec) -> Bool {
    switch end.outcome {
    case .canceled: true
    // A command that saves when it is told to stop ends in its own way.
    case .succeeded: spec.restart != nil
    case .failed: spec.restart != nil || isKilled(end.exit)
    case .timeLimit, .memoryLimit, .launchFailed, .peerEnded: false
    }
  }

  private static func isKilled(_ exit: TaskExit) -> Bool {
    exit == .killed(signal: SIGTERM) || exit == .killed(signal: SIGKILL)
  }

  @concurrent
  private static func read(_ reader: JournalReader) async -> (AttemptNews?, JournalReader) {
    var reader = reader
    let before = reader.offset
    let records = reader.next()
    guard reader.offset > before else { return (nil, reader) }
    var news = AttemptNews(records, journalOffset: reader.offset)
    if news.end != nil, news.startedAtMs == nil {
      // The beginning was read before, perhaps by another server.
      var head = JournalReader(path: reader.path)
      news.startedAtMs = AttemptNews(head.next(limit: 1), journalOffset: 0).startedAtMs
    }
    return (news, reader)
  }

  /// Writes the effects of news and of an end; false if the attempt is no longer ours to change.
  private func commit(
    _ news: AttemptNews, of attempt: OpenAttempt, from offset: Int64,
    ending: JobStore.Ending? = nil
  ) async throws -> Bool {
    let (store, key, now) = (store, attempt.key, configuration.now())
    let sink = sinks[attempt.spec.purpose]
    let lease = ObjectLeases.ofThisProcess.begin(nowMs: now)
    defer { withExtendedLifetime(lease) {} }
    if !news.calls.isEmpty { try await tracker?.gather(news.calls, from: attempt.folder) }
    let following = JobStore.Following(
      follower: follower, tracker: tracker,
      files: news.end == nil && ending == nil ? [] : await gather(from: attempt))
    var applied: (job: Job, dependents: JobStore.Dependents)?
    do {
      applied = try await ledger.write {
        try store.apply(
          news, of: key, from: offset, sink: sink, ending: ending, following: following, atMs: now,
          in: $0)
      }
    } catch let refusal as JobStore.ReportsRefused {
      logger.error(
        "reports of a job were refused and are passed over",
        metadata: ["job": "\(key.job)", "error": "\(refusal.cause)"])
      var rest = news
      rest.notes.append("\(news.reports.count) reports were refused: \(refusal.cause)")
      rest.reports = []
      let remaining = rest
      applied = try await ledger.write {
        try store.apply(
          remaining, of: key, from: offset, sink: nil, ending: ending, following: following,
          atMs: now,
          in: $0)
      }
    }
    guard let applied else {
      try await catchUp(with: key)
      return false
    }
    // The attempt is settled, whether or not its job has another.
    if news.end != nil || ending != nil {
      await close(key)
      await release(attempt)
    }
    changed(applied.job, applied.dependents)
    return true
  }

  /// What the follower keeps of an attempt's files; what cannot be read is left out.
  private func gather(from attempt: OpenAttempt) async -> [JobFile] {
    guard let follower, follower.follows(attempt.spec) else { return [] }
    do {
      return try await follower.gather(attempt.spec, from: attempt.folder)
    } catch {
      logger.error(
        "files of a job are not kept",
        metadata: ["job": "\(attempt.key.job)", "error": "\(error)"])
      return []
    }
  }

  /// Removes what the agent of a settled attempt kept for its tasks.
  private func release(_ attempt: OpenAttempt) async {
    // Whoever has asked for a stage takes its results from there.
    guard attempt.spec.stage == nil else { return }
    do {
      for index in 0..<attempt.spec.nodeCount {
        try await tracker?.release(attempt.folder.ofNode(index))
      }
    } catch {
      logger.error(
        "files of a job that ended stay until its folder is collected",
        metadata: ["job": "\(attempt.key.job)", "error": "\(error)"])
    }
  }

  /// Forgets an attempt that somebody settled, or reads on where the ledger says.
  ///
  /// A commit may have reached the disk although its answer was an error.
  private func catchUp(with key: AttemptKey) async throws {
    let store = store
    guard let offset = try await ledger.read({ try store.offset(of: key, in: $0) }) else {
      return await close(key)
    }
    guard let attempt = open[key] else { return }
    open[key]?.reader = JournalReader(path: attempt.folder.journal, offset: offset)
    open[key]?.committedOffset = offset
    signal.add {
      $0.changed.insert(key)
      $0.exited.insert(key)
    }
  }

  /// Forgets an attempt that is settled.
  private func close(_ key: AttemptKey) async {
    let attempt = open.removeValue(forKey: key)
    stopRequests.remove(key)
    if let attempt { await drivers[attempt.site]?.forget(key) }
    signal.add { $0.mayPlace = true }
  }

  /// Decides about an attempt whose agent has ended, or never began, without an end in its journal.
  func settleWithoutAgent(_ attempt: OpenAttempt) async throws {
    let key = attempt.key
    guard let driver = drivers[attempt.site], let watcher else { return }
    switch await driver.finding(on: attempt) {
    case .goesOn: return
    case .askAgain(let afterMs):
      watcher.remind(afterMs: afterMs) { $0.exited.insert(key) }
    case .ended(var ending):
      // The last records may have been written after the journal was read.
      try await readJournal(of: attempt)
      guard let attempt = open[key] else { return }
      if let nodes = attempt.nodes { ending = nodes.ending(ending) }
      if attempt.reader.isDamaged, ending.reason == .lostAgent {
        ending.message = "the journal of the attempt is damaged"
      }
      try await end(attempt, ending)
    }
  }

  /// Records an end that no journal tells.
  func end(_ attempt: OpenAttempt, _ ending: JobStore.Ending) async throws {
    let offset = open[attempt.key]?.committedOffset ?? attempt.committedOffset
    _ = try await commit(
      AttemptNews([], journalOffset: offset), of: attempt, from: offset, ending: ending)
  }
}
