import Basics
import Foundation
import JobProtocol

/// Handing attempts over to Slurm.
extension SlurmSite {
  /// Submissions that wait for Slurm's answer at a time.
  private static let submissionsAtOnce = 4
  /// Submissions of one round, so that states are looked at in between.
  private static let submissionsInRound = 200

  /// Hands over what is due, as far as the cluster takes it.
  func submitDue() async {
    let now = monotonicTimeMs()
    // What came to nothing before goes last, so that it keeps nothing else from its turn.
    let due = followed.values.filter {
      guard case .due = $0.handover, $0.verdict == nil else { return false }
      return $0.notBeforeMs <= now
    }.sorted { ($0.failures, $0.key.job.rawValue) < ($1.failures, $1.key.job.rawValue) }
    // What runs inside of allocations is no matter of Slurm's.
    var placed = placed(due.filter(\.spec.isPacked))
    let (mayGo, limits) = Self.released(
      due.filter { !$0.spec.isPacked }, beside: followed.values, most: longestArray)
    heldBack = Set(due.map(\.key)).subtracting((mayGo + placed).map(\.key))
    var released = knocking(mayGo, now)
    guard !released.isEmpty || !placed.isEmpty else { return }
    do {
      try await files.begin()
      for attempt in released + placed { try await prepareLate(attempt) }
      released.removeAll { followed[$0.key]?.verdict != nil }
      placed.removeAll { followed[$0.key]?.verdict != nil }
    } catch {
      let words = (error as? any FactoryError)?.message ?? "\(error)"
      for attempt in released + placed {
        guard attempt.stop == .notAsked || attempt.wasSubmitted else {
          await hand(attempt)
          continue
        }
        if attempt.spec.isPacked { followed[attempt.key]?.id = nil }
        postpone(attempt.key, words)
      }
      return
    }
    let (singles, arrays) = Self.parted(released, most: longestArray)
    for array in arrays where door.isOpen {
      await submit(array: array, atMost: array.first?.spec.array.flatMap { limits[$0.array] })
    }
    await withTaskGroup(of: Void.self) { group in
      let going = (placed + singles).prefix(Self.submissionsInRound)
      for (index, attempt) in going.enumerated() {
        if index >= Self.submissionsAtOnce { await group.next() }
        guard door.isOpen || attempt.needsNothing || attempt.spec.isPacked else { continue }
        group.addTask { await self.hand(attempt) }
      }
    }
  }

  private func hand(_ attempt: SlurmAttempt) async {
    if attempt.spec.isPacked { await order(attempt) } else { await submit(attempt) }
  }

  /// Those that are tried in this round: all of them, or where the cluster takes no jobs one at most, for all.
  private func knocking(_ due: [SlurmAttempt], _ now: Int64) -> [SlurmAttempt] {
    guard !door.isOpen else { return due }
    let first = door.mayKnock(now) ? due.first { !$0.needsNothing } : nil
    if first != nil { door.knock() }
    for attempt in due where attempt.failures == 0 && !attempt.needsNothing {
      tell(attempt.key, "not submitted yet: \(door.words)")
    }
    return due.filter { $0.needsNothing || $0.key == first?.key }
  }

  /// Makes the files of an attempt for which there was no room.
  private func prepareLate(_ attempt: SlurmAttempt) async throws {
    guard let late = attempt.unprepared, !attempt.needsNothing else { return }
    do {
      try await prepare(late.attempt, late.instruction)
      followed[attempt.key]?.unprepared = nil
    } catch {
      guard !AttemptFiles.isOfRoom(error) else { throw error }
      refused(attempt.key, (error as? any FactoryError)?.message ?? "\(error)")
    }
  }

  func submit(_ attempt: SlurmAttempt) async {
    let key = attempt.key
    guard let known = followed[key], case .due(let mayBeThere) = known.handover else { return }
    if known.stop != .notAsked, !mayBeThere {
      followed[key]?.verdict = JobStore.Ending(reason: .canceledByUser)
      return tellOver(key)
    }
    followed[key]?.handover = .underWay
    do {
      if mayBeThere {
        if let id = try await found(attempt) { return accepted(key, id) }
        if attempt.spec.array?.atMost != nil {
          // It is not there, so that it goes when its array's limit lets it.
          followed[key]?.handover = .due(mayBeThere: false)
          return
        }
      }
      if followed[key]?.stop != .notAsked {
        followed[key]?.verdict = JobStore.Ending(reason: .canceledByUser)
        return tellOver(key)
      }
      try await files.stage(attempt)
      followed[key]?.wasSubmitted = true
      let place = files.place(of: attempt.folder)
      let path = attempt.folder.batchScript
      let script = try await offTask {
        String(decoding: try FileTree.read(path, limit: 1 << 20), as: UTF8.self)
      }
      switch try await engine.submit(script, at: place.batchScript) {
      case .accepted(let id): accepted(key, id)
      case .refused(let words): refused(key, "Slurm refused the job: \(words)")
      case .unexplained(let words): unexplained(key, words)
      case .undecided(let words): postpone(key, words)
      }
    } catch let error as JobError where error.code == .specInvalid {
      refused(key, error.message)
    } catch {
      postpone(key, (error as? JobError)?.message ?? "\(error)")
    }
  }

  func accepted(_ key: AttemptKey, _ id: String) {
    followed[key]?.handover = .done
    followed[key]?.id = id
    if followed[key]?.spec.isPacked == false { door.open() }
    tell(key, "PENDING")
  }

  func refused(_ key: AttemptKey, _ words: String) {
    followed[key]?.handover = .done
    if followed[key]?.spec.isPacked == false { door.open() }
    followed[key]?.verdict = JobStore.Ending(reason: .launchFailed, message: words)
    // In place of what was said before the cluster had answered.
    tell(key, "refused")
    tellOver(key)
  }

  /// How often a job is handed over to a cluster that will not have it and does not say why.
  static let mostUnexplained = 5

  /// A site's own rules (job_submit) refuse a job so: what they say comes with commands alone.
  ///
  /// The cluster answers, so that others need not wait for this one.
  func unexplained(_ key: AttemptKey, _ words: String) {
    guard var known = followed[key] else { return }
    known.unexplained += 1
    guard known.unexplained >= Self.mostUnexplained else {
      known.failures += 1
      known.handover = .due(mayBeThere: known.wasSubmitted)
      known.notBeforeMs =
        monotonicTimeMs() + SubmissionDoor.pauseMs(after: Int64(known.unexplained))
      followed[key] = known
      return tell(key, "not submitted yet: \(words)")
    }
    let whole =
      "Slurm refused the job \(Self.mostUnexplained) times and does not say why (\(words)), as when a "
      + "rule of the site's own forbids it; slurmrestd keeps the rule's words for itself, "
      + "`sbatch \(files.place(of: known.folder).batchScript)` on a login node tells them"
    refused(key, whole)
    // What holds for one of an array holds for all.
    guard let array = known.spec.array?.array else { return }
    for other in followed.values
    where other.spec.array?.array == array && other.verdict == nil && other.unexplained > 0 {
      if case .due = other.handover { refused(other.key, whole) }
    }
  }

  /// Has it tried again later, after a look whether Slurm has it.
  func postpone(_ key: AttemptKey, _ words: String) {
    guard var known = followed[key] else { return }
    known.failures += 1
    known.handover = .due(mayBeThere: known.wasSubmitted)
    let now = monotonicTimeMs()
    if known.spec.isPacked {
      known.notBeforeMs = now + SubmissionDoor.pauseMs(after: Int64(known.failures))
    } else {
      door.close(words, now)
    }
    followed[key] = known
    tell(key, "not submitted yet: \(words)")
  }

  /// Slurm's id of an attempt that was submitted before; surplus ones are canceled.
  private func found(_ attempt: SlurmAttempt) async throws -> String? {
    var jobs = try await engine.jobs(named: SlurmBatchScript.name(of: attempt.key))
    if let note = SlurmArrayNote(of: attempt.folder) {
      jobs += try await engine.jobs(named: note.name).filter { note.isTold(by: $0) }
    }
    // One that runs has the attempt; else the first one gets it.
    let first = jobs.first { $0.state.phase == .runs } ?? jobs.min { $0.number < $1.number }
    for surplus in jobs where surplus.id != first?.id && surplus.state.phase == .waits {
      try await engine.cancel([surplus.id])
    }
    return first?.id
  }
}
