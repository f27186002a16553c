import Basics
import Foundation
import JobProtocol
import Logging

/// What a round does.
extension SlurmSite {
  /// Submissions that wait for Slurm's answer at a time.
  private static let submissionsAtOnce = 4
  /// Submissions of one round, so that states are looked at in between.
  private static let submissionsInRound = 200

  /// One round; milliseconds until the next, nil when there is nothing to follow.
  func round() async -> Int64? {
    guard !followed.isEmpty else { return nil }
    pauseMs = min(pauseMs * 3 / 2, Self.longestPauseMs)
    await submitDue()
    do {
      try await observe()
      trouble = nil
      await carryOutStops()
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
    let hasDue = followed.values.contains {
      if case .due = $0.handover { $0.notBeforeMs <= monotonicTimeMs() } else { false }
    }
    return followed.isEmpty ? nil : hasDue ? 0 : pauseMs
  }

  // MARK: Submitting

  private func submitDue() async {
    let now = monotonicTimeMs()
    let due = followed.values.filter {
      guard case .due = $0.handover, $0.verdict == nil else { return false }
      return $0.notBeforeMs <= now
    }.sorted { $0.key.job.rawValue < $1.key.job.rawValue }.prefix(Self.submissionsInRound)
    guard !due.isEmpty else { return }
    await withTaskGroup(of: Void.self) { group in
      for (index, attempt) in due.enumerated() {
        if index >= Self.submissionsAtOnce { await group.next() }
        group.addTask { await self.submit(attempt) }
      }
    }
  }

  private func submit(_ attempt: SlurmAttempt) async {
    let key = attempt.key
    guard let known = followed[key], case .due(let mayBeThere) = known.handover else { return }
    if known.stop != .notAsked, !mayBeThere {
      followed[key]?.verdict = JobStore.Ending(reason: .canceledByUser)
      return tellOver(key)
    }
    followed[key]?.handover = .underWay
    do {
      if mayBeThere, let id = try await found(key) { return accepted(key, id) }
      if followed[key]?.stop != .notAsked {
        followed[key]?.verdict = JobStore.Ending(reason: .canceledByUser)
        return tellOver(key)
      }
      let answer = try await commands("sbatch", ["--parsable", attempt.folder.batchScript])
      switch SlurmSubmission(answer) {
      case .accepted(let id): accepted(key, id)
      case .refused(let words):
        followed[key]?.handover = .done
        followed[key]?.verdict = JobStore.Ending(
          reason: .launchFailed, message: "Slurm refused the job: \(words)")
        tellOver(key)
      case .undecided(let words): postpone(key, words)
      }
    } catch {
      postpone(key, (error as? JobError)?.message ?? "\(error)")
    }
  }

  private func accepted(_ key: AttemptKey, _ id: String) {
    followed[key]?.handover = .done
    followed[key]?.id = id
    tell(key, "PENDING")
  }

  /// Tries again later, after a look whether Slurm has it.
  private func postpone(_ key: AttemptKey, _ words: String) {
    guard var known = followed[key] else { return }
    known.failures += 1
    known.handover = .due(mayBeThere: true)
    known.notBeforeMs = monotonicTimeMs() + known.backoffMs
    followed[key] = known
    tell(key, "not submitted yet: \(words)")
  }

  /// Slurm's id of an attempt that was submitted before; surplus ones are canceled.
  private func found(_ key: AttemptKey) async throws -> String? {
    let jobs = try await commands.jobs(named: SlurmBatchScript.name(of: key))
    // One that runs has the attempt; else the first one gets it.
    let first = jobs.first { $0.state.phase == .runs } ?? jobs.min { $0.number < $1.number }
    for surplus in jobs where surplus.id != first?.id && surplus.state.phase == .waits {
      _ = try await commands("scancel", [surplus.id])
    }
    return first?.id
  }

  // MARK: Observing

  /// Asks for all states in one call, and for those that it does not tell one by one.
  private func observe() async throws {
    guard followed.values.contains(where: { $0.handover == .done && !$0.isOver }) else { return }
    let jobs = Dictionary(
      try await commands.queue().map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    for (key, known) in followed where known.handover == .done && !known.isOver {
      guard let id = known.id else { continue }
      if let job = jobs[id] {
        await take(job, of: key)
      } else if let job = try await commands.remembered(id) {
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
      return await putBack(job, key)
    }
    tell(key, job.words)
    if case .over = job.state.phase { tellOver(key) }
  }

  /// Slurm put an attempt back into its queue that had begun: it must not begin a second time.
  private func putBack(_ job: SlurmJob, _ key: AttemptKey) async {
    // Should this fail, its agent finds the instruction taken and ends at once.
    _ = try? await commands("scancel", [job.id])
    followed[key]?.verdict = JobStore.Ending(
      reason: .lostNode, message: "Slurm's job \(job.id) was stopped and put back: \(job.words)")
    tellOver(key)
  }

  // MARK: Stopping

  private func carryOutStops() async {
    for (key, known) in followed where known.handover == .done && known.stop != .notAsked {
      guard let id = known.id, known.verdict == nil, !known.isOver, let seen = known.seen else {
        continue
      }
      do {
        try await carryOutStop(key, known, id, seen)
      } catch {
        trouble = (error as? JobError)?.message ?? "\(error)"
      }
    }
  }

  private func carryOutStop(
    _ key: AttemptKey, _ known: SlurmAttempt, _ id: String, _ seen: SlurmJob
  ) async throws {
    let now = monotonicTimeMs()
    switch known.stop {
    case .asked where seen.state.phase == .waits:
      _ = AttemptFiles.withdraw(known.folder)
      _ = try await commands("scancel", [id])
    case .asked:
      // The agent alone: it gives its tasks their grace period and writes down the end.
      _ = try await commands("scancel", ["--batch", "--signal=TERM", id])
      let killAtMs = now + known.spec.resources.gracePeriodMs + 15_000
      followed[key]?.stop = .told(killAtMs: killAtMs)
    case .told(let killAtMs) where now >= killAtMs:
      _ = try await commands("scancel", [id])
      followed[key]?.stop = .killed
    case .told, .killed, .notAsked: return
    }
    pauseMs = Self.shortestPauseMs
  }

  // MARK: Journals

  /// Looks which journals have grown; the reconciler reads them.
  private func lookAtJournals() async {
    let paths = followed.values.filter { $0.seen.map { $0.state.phase != .waits } ?? false }
      .map { ($0.key, $0.folder.journal) }
    guard !paths.isEmpty else { return }
    // A journal that cannot be looked at has not grown.
    let sizes = try? await offTask {
      paths.map { ($0.0, (try? FileTree.status(of: $0.1).bytes) ?? 0) }
    }
    var grown: Set<AttemptKey> = []
    for (key, bytes) in sizes ?? [] where bytes > (followed[key]?.journalBytes ?? .max) {
      followed[key]?.journalBytes = bytes
      grown.insert(key)
    }
    guard !grown.isEmpty else { return }
    pauseMs = Self.shortestPauseMs
    let changed = grown
    signal.add { $0.changed.formUnion(changed) }
  }
}
