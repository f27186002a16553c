import Basics
import Glibc
import JobProtocol
import Logging

/// Starting attempts, and finding those again that an earlier server started.
extension Jobs {
  /// Jobs that are looked at when places are given.
  private static let waitingWindow = 256

  var packing: Packing { Packing(capacity: capacity, patienceMs: configuration.patienceMs) }

  /// Starts what may start: on this machine where there is room, elsewhere at once.
  func placeWaiting() async {
    do {
      if mayMissAttempts {
        mayMissAttempts = false
        try await openClusters()
        try await reattach()
      }
      try await placeHere()
      for site in drivers.keys.sorted() where site != Site.localName {
        try await handOver(to: site)
      }
    } catch {
      // The ledger may have taken what it answered with an error.
      mayMissAttempts = true
      logger.error("cannot start jobs; trying again", metadata: ["error": "\(error)"])
      watcher?.remind(afterMs: 1_000) { $0.mayPlace = true }
    }
  }

  /// Gives free places of this machine to waiting jobs and launches their agents.
  private func placeHere() async throws {
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
    for (job, record) in begun { await launch(begun: record, of: job) }
  }

  /// Gives every waiting job of a site to its engine, which has a queue of its own.
  private func handOver(to site: String) async throws {
    let (store, now, follower) = (store, configuration.now(), follower)
    while true {
      let waiting = try await ledger.read {
        try store.toHandOver(to: site, limit: Self.waitingWindow, in: $0)
      }
      guard !waiting.isEmpty else { return }
      let bootId = ProcFile.bootId()
      let begun = try await ledger.write { db in
        try waiting.compactMap { id in
          let marker = Identifier<Job>.random().rawValue
          let begun = try store.handOver(id, marker: marker, bootId: bootId, atMs: now, in: db)
          if let begun { try store.tell(follower, begun.job, in: db) }
          return begun
        }
      }
      for (job, record) in begun { await launch(begun: record, of: job) }
    }
  }

  private func launch(begun record: JobAttemptRecord, of job: Job) async {
    var attempt = OpenAttempt(job, record)
    if stopRequests.remove(attempt.key) != nil { attempt.wantsStop = true }
    open[attempt.key] = attempt
    changed(job)
    await launch(attempt, job)
  }

  /// Makes an attempt's files and starts its agent; a failure ends the job with words.
  private func launch(_ attempt: OpenAttempt, _ job: Job) async {
    guard let driver = drivers[attempt.site], let watcher else { return }
    do {
      let instruction = attempt.instruction(
        of: job, capacity: capacity,
        home: try await sharesFiles(with: attempt.site) ? configuration.home : nil,
        tracking: try await configuration.tracking(job),
        hidden: configuration.hidden, readable: configuration.readable)
      try await driver.start(attempt, instruction)
      if open[attempt.key]?.wantsStop == true { await driver.stop(attempt.key) }
    } catch {
      let words = (error as? JobError)?.message ?? "\(error)"
      logger.error(
        "cannot launch a job", metadata: ["job": "\(job.id)", "error": "\(words)"])
      do {
        guard await driver.withdraw(attempt) else {
          return watcher.remind(afterMs: 20) { $0.exited.insert(attempt.key) }
        }
        try await end(attempt, JobStore.Ending(reason: .launchFailed, message: words))
      } catch {
        watcher.remind(afterMs: 1_000) { $0.exited.insert(attempt.key) }
      }
    }
  }

  /// Tells the agent of an attempt to stop, now or as soon as it is there.
  func stopAgent(of key: AttemptKey) async {
    guard let attempt = open[key] else {
      stopRequests.insert(key)
      return
    }
    open[key]?.wantsStop = true
    await drivers[attempt.site]?.stop(key)
  }

  /// Takes up every attempt that has not ended: reads on where its journal was read last.
  func reattach() async throws {
    let (store, bootId) = (store, ProcFile.bootId())
    for (job, record) in try await ledger.read({ try store.openAttempts(in: $0) }) {
      var attempt = OpenAttempt(job, record)
      guard open[attempt.key] == nil else { continue }
      guard drivers[attempt.site] != nil else {
        // Its site cannot be reached yet; it is asked for again with the site.
        mayMissAttempts = true
        continue
      }
      if stopRequests.remove(attempt.key) != nil { attempt.wantsStop = true }
      open[attempt.key] = attempt
      // Elsewhere an attempt outlives this machine's start.
      if record.bootId == bootId || attempt.site != Site.localName {
        await take(up: attempt, job)
      } else {
        await lose(attempt)
      }
    }
  }

  private func take(up attempt: OpenAttempt, _ job: Job) async {
    guard let driver = drivers[attempt.site] else { return }
    guard await driver.takeUp(attempt) else { return await launch(attempt, job) }
    // It may have been canceled meanwhile, when the driver did not know it yet.
    if !attempt.wantsStop, open[attempt.key]?.wantsStop == true { await driver.stop(attempt.key) }
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
