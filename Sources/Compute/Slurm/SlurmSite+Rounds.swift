import Basics
import Foundation
import JobProtocol
import Logging

/// What a round does.
extension SlurmSite {
  /// One round; milliseconds until the next, nil when there is nothing to follow.
  func round() async -> Int64? {
    guard !followed.isEmpty else { return nil }
    pauseMs = min(pauseMs * 3 / 2, Self.longestPauseMs)
    await markAgents()
    await submitDue()
    var askedMs: Int64 = 0
    do {
      let began = monotonicTimeMs()
      try await observe()
      askedMs = monotonicTimeMs() - began
      if trouble != nil { door.hasten() }
      trouble = nil
      await carryOutStops()
      try await stopPacked()
      try await adaptLimits()
    } catch {
      // Nothing is known, so nothing is changed: jobs go on, and the next round asks again.
      let words = (error as? JobError)?.message ?? "\(error)"
      if trouble == nil {
        logger.warning(
          "a site does not answer", metadata: ["site": "\(name)", "error": "\(words)"])
      }
      trouble = words
    }
    await lookAtJournals()
    guard !followed.isEmpty else { return nil }
    let now = monotonicTimeMs()
    let pause = Self.pause(pauseMs, askedMs: askedMs)
    let hasDue = followed.values.contains {
      guard case .due = $0.handover, !heldBack.contains($0.key) else { return false }
      return $0.notBeforeMs <= now
    }
    return hasDue ? min(pause, door.waitMs(now)) : pause
  }

  /// Milliseconds until the next round: where asking for all states takes long, four times as long is waited,
  /// because the cluster has other things to do.
  static func pause(_ pauseMs: Int64, askedMs: Int64) -> Int64 {
    askedMs > 1_000 ? max(pauseMs, 4 * askedMs) : pauseMs
  }

  /// Marks the agents of all attempts, which may be of several versions, from time to time.
  private func markAgents() async {
    let now = monotonicTimeMs()
    guard now >= marksAtMs else { return }
    do {
      try await files.mark(agents: try await SiteAgent.names(of: followed.values.map(\.folder)))
      marksAtMs = now + Self.markingMs
    } catch {
      // A site that is away now collects nothing either.
      marksAtMs = now + Self.markingMs / 60
    }
  }

  // MARK: Observing

  /// Asks for all states in one call, and for those that it does not tell one by one.
  private func observe() async throws {
    guard followed.values.contains(where: { $0.handover == .done && !$0.isOver }) else { return }
    let jobs = Dictionary(
      try await engine.queue().map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    var forgotten: [(key: AttemptKey, id: String)] = []
    for (key, known) in followed where known.handover == .done && !known.isOver {
      guard let id = known.id else { continue }
      if let job = jobs[id] ?? SlurmArrayScript.rest(of: id, in: jobs) {
        await take(job, of: key)
      } else {
        forgotten.append((key, id))
      }
    }
    // After a server was away for long they may be many.
    let together =
      forgotten.count > 1 ? try await engine.remembered(together: forgotten.map(\.id)) : [:]
    for (key, id) in forgotten {
      var job = together[id]
      if job == nil { job = try await engine.remembered(id) }
      if let job {
        await take(job, of: key)
      } else {
        followed[key]?.verdict = JobStore.Ending(
          reason: .lostAgent,
          message: "Slurm does not know its job \(id) any more, and the agent told no end")
        tellOver(key)
      }
    }
  }

  private func take(_ job: SlurmJob, of key: AttemptKey) async {
    guard let known = followed[key] else { return }
    followed[key]?.seen = job
    if known.seen?.state != job.state { pauseMs = Self.shortestPauseMs }
    if job.state.phase == .waits, AttemptFiles.isClaimed(known.folder) {
      if known.hadBegun { return await putBack(job, key) }
      // It may have begun since Slurm was asked; the next round's answer will be of a later time.
      followed[key]?.hadBegun = true
      pauseMs = Self.shortestPauseMs
      return
    }
    tell(key, job.words)
    if case .over = job.state.phase { tellOver(key) }
  }

  /// Slurm put an attempt back into its queue that had begun: it must not begin a second time.
  private func putBack(_ job: SlurmJob, _ key: AttemptKey) async {
    // Should this fail, its agent finds the instruction taken and ends at once.
    try? await engine.cancel([job.id])
    followed[key]?.verdict = JobStore.Ending(
      reason: .lostNode, message: "Slurm's job \(job.id) was stopped and put back: \(job.words)")
    tellOver(key)
  }

  // MARK: Stopping

  private func carryOutStops() async {
    let now = monotonicTimeMs()
    var (waiting, running, overdue): ([SlurmAttempt], [SlurmAttempt], [SlurmAttempt]) = ([], [], [])
    for known in followed.values where known.handover == .done && known.id != nil {
      guard !known.spec.isPacked, known.verdict == nil, !known.isOver, let seen = known.seen else {
        continue
      }
      switch known.stop {
      case .asked where seen.state.phase == .waits: waiting.append(known)
      case .asked: running.append(known)
      case .told(let killAtMs) where now >= killAtMs: overdue.append(known)
      case .told, .killed, .notAsked: continue
      }
    }
    guard !(waiting.isEmpty && running.isEmpty && overdue.isEmpty) else { return }
    do {
      if !waiting.isEmpty { try await files.withdraw(waiting.map(\.folder)) }
      try await engine.cancel(waiting.compactMap(\.id))
      try await engine.terminateAgents(running.compactMap(\.id))
      for known in running {
        let killAtMs = now + known.spec.resources.gracePeriodMs + 15_000
        followed[known.key]?.stop = .told(killAtMs: killAtMs)
      }
      try await engine.cancel(overdue.compactMap(\.id))
      for known in overdue { followed[known.key]?.stop = .killed }
    } catch {
      trouble = (error as? JobError)?.message ?? "\(error)"
    }
    pauseMs = Self.shortestPauseMs
  }

  // MARK: Journals

  /// Looks which journals have grown; the reconciler reads them.
  private func lookAtJournals() async {
    let looked = followed.values.filter { known in
      known.id != nil
        && (known.verdict != nil || known.seen.map { $0.state.phase != .waits } ?? false)
    }
    guard !looked.isEmpty else { return }
    let looks: [AttemptKey: SlurmLook]
    do {
      // Should Slurm start one after all, its agent finds no instruction.
      let over = looked.filter { $0.isOver && !$0.isSeenWhole }
      if !over.isEmpty { try await files.withdraw(over.map(\.folder)) }
      looks = try await files.look(at: looked)
    } catch {
      trouble = (error as? JobError)?.message ?? "\(error)"
      return
    }
    var grown: Set<AttemptKey> = []
    for (key, look) in looks {
      // Only what was over before the look has nothing more to tell after it.
      let wasOver = looked.first { $0.key == key }?.isOver ?? false
      if wasOver, look.isComplete { followed[key]?.isSeenWhole = true }
      guard look.journalBytes > followed[key]?.journalBytes ?? .max else { continue }
      followed[key]?.journalBytes = look.journalBytes
      grown.insert(key)
    }
    guard !grown.isEmpty else { return }
    pauseMs = Self.shortestPauseMs
    let changed = grown
    signal.add { $0.changed.formUnion(changed) }
  }
}
