import Basics
import Glibc
import JobProtocol
import Logging

/// Starting attempts, and finding those again that an earlier server started.
extension Jobs {
  /// Jobs that are looked at when places are given.
  private static let waitingWindow = 256

  var packing: Packing { Packing(capacity: capacity, patienceMs: configuration.patienceMs) }

  /// Gives free places to waiting jobs and launches their agents.
  func placeWaiting() async {
    do {
      if mayMissAttempts {
        try await reattach()
        mayMissAttempts = false
      }
      let (store, now) = (store, configuration.now())
      let waiting = try await ledger.read { try store.waiting(limit: Self.waitingWindow, in: $0) }
      let places = packing.plan(waiting: waiting, holding: open.values.map(\.place), nowMs: now)
      guard !places.isEmpty else { return }
      let bootId = ProcFile.bootId()
      let markers = places.map { _ in Identifier<Job>.random().rawValue }
      let follower = follower
      let begun = try await ledger.write { db in
        try zip(places, markers).compactMap { place, marker in
          let begun = try store.begin(place, marker: marker, bootId: bootId, atMs: now, in: db)
          if let begun { try store.tell(follower, begun.job, in: db) }
          return begun
        }
      }
      for (job, record) in begun {
        var attempt = OpenAttempt(job, record)
        if stopRequests.remove(attempt.key) != nil { attempt.wantsStop = true }
        open[attempt.key] = attempt
        changed(job)
        await launch(attempt, job)
      }
    } catch {
      // The ledger may have taken what it answered with an error.
      mayMissAttempts = true
      logger.error("cannot start jobs; trying again", metadata: ["error": "\(error)"])
      watcher?.remind(afterMs: 1_000) { $0.mayPlace = true }
    }
  }

  /// Makes an attempt's files and starts its agent; a failure ends the job with words.
  private func launch(_ attempt: OpenAttempt, _ job: Job) async {
    guard let driver, let watcher else { return }
    do {
      let instruction = attempt.instruction(
        of: job, capacity: capacity, tracking: try await configuration.tracking(job))
      let pid = try await Self.start(driver, watcher, attempt, instruction)
      watcher.watch(agent: pid, of: attempt.key)
      if open[attempt.key]?.wantsStop == true { _ = watcher.send(SIGTERM, to: attempt.key) }
    } catch {
      let words = (error as? JobError)?.message ?? "\(error)"
      logger.error(
        "cannot launch a job", metadata: ["job": "\(job.id)", "error": "\(words)"])
      do {
        guard driver.withdraw(attempt.folder) else {
          return watcher.remind(afterMs: 20) { $0.exited.insert(attempt.key) }
        }
        try await end(attempt, JobStore.Ending(reason: .launchFailed, message: words))
      } catch {
        watcher.remind(afterMs: 1_000) { $0.exited.insert(attempt.key) }
      }
    }
  }

  @concurrent
  private static func start(
    _ driver: LocalDriver, _ watcher: JournalWatcher, _ attempt: OpenAttempt,
    _ instruction: AttemptSpec
  ) async throws -> Int32 {
    try driver.prepare(attempt.folder, instruction)
    guard watcher.watch(journal: attempt.folder.journal, of: attempt.key) else {
      throw JobError(
        .systemFailure, "cannot watch \(attempt.folder.journal)",
        hint: "Raise fs.inotify.max_user_watches.")
    }
    return try driver.launch(attempt.folder)
  }

  /// Tells the agent of an attempt to stop, now or as soon as it is there.
  func stopAgent(of key: AttemptKey) {
    guard open[key] != nil else {
      stopRequests.insert(key)
      return
    }
    open[key]?.wantsStop = true
    _ = watcher?.send(SIGTERM, to: key)
  }

  /// Takes up every attempt that has not ended: reads on where its journal was read last.
  func reattach() async throws {
    let (store, bootId) = (store, ProcFile.bootId())
    for (job, record) in try await ledger.read({ try store.openAttempts(in: $0) }) {
      let attempt = OpenAttempt(job, record)
      guard open[attempt.key] == nil else { continue }
      open[attempt.key] = attempt
      if record.bootId == bootId {
        await take(up: attempt, job)
      } else {
        await lose(attempt)
      }
    }
  }

  private func take(up attempt: OpenAttempt, _ job: Job) async {
    guard let driver, let watcher else { return }
    guard driver.isClaimed(attempt.folder) else {
      if attempt.wantsStop {
        signal.add { $0.exited.insert(attempt.key) }
      } else {
        // Nobody runs it: launched twice, it still runs once.
        await launch(attempt, job)
      }
      return
    }
    _ = watcher.watch(journal: attempt.folder.journal, of: attempt.key)
    signal.add { $0.changed.insert(attempt.key) }
    guard let agent = driver.agent(of: attempt.folder) else {
      return signal.add { $0.exited.insert(attempt.key) }
    }
    watcher.watch(agent: agent, of: attempt.key)
    // The number may have passed to another process before it was watched.
    if driver.agent(of: attempt.folder) != agent {
      signal.add { $0.exited.insert(attempt.key) }
    } else if attempt.wantsStop {
      _ = watcher.send(SIGTERM, to: attempt.key)
    }
  }

  /// Settles an attempt of before the machine restarted, by its journal if that has the end.
  private func lose(_ attempt: OpenAttempt) async {
    do {
      try await readJournal(of: attempt)
      guard let rest = open[attempt.key] else { return }
      try await end(
        rest,
        JobStore.Ending(reason: .lostNode, message: "the machine restarted while the job ran"))
    } catch {
      logger.error(
        "cannot settle a lost job", metadata: ["job": "\(attempt.key.job)", "error": "\(error)"])
      watcher?.remind(afterMs: 1_000) { $0.exited.insert(attempt.key) }
    }
  }
}
