internal import Basics
internal import Compute
internal import JobProtocol

/// Searches whose trials run inside of few allocations of their site, one after another and side by side.
///
/// An allocation is a job whose command starts the agents of others; a trial is a job as ever, which the driver of
/// the site orders into one that runs. So each slot asks for the next trial as its last one ends, and the sampler
/// learns from all before.
extension CommandSearchDrive {
  /// An attempt of an allocation that is shorter did not do what it is for.
  private static let quickMs: Int64 = 60_000
  /// So many of those in a row, and it is given up.
  private static let mostQuickEnds = 5

  func performInAllocations() async throws {
    let allocations = SearchAllocations(
      count: subject.search.allocations ?? 1, places: subject.search.places(slots: slots))
    do {
      try await withThrowingTaskGroup(of: Bool.self) { group in
        for index in 0..<allocations.count {
          group.addTask {
            try await keep(index, allocations)
            return false
          }
        }
        group.addTask {
          try await withThrowingTaskGroup(of: Void.self) { work in
            for slot in 0..<slots { work.addTask { try await self.work(slot, in: allocations) } }
            // All slots see a cancellation by themselves, and end their jobs.
            try await work.waitForAll()
          }
          return true
        }
        while let hasWorked = try await group.next(), !hasWorked {}
        group.cancelAll()
      }
    } catch {
      // What runs goes on where the server stops, or cannot write down what it knows.
      guard !Self.isInterruption(error) else { throw error }
      if allocations.failure != nil { try await giveUpTrials() }
      try await release(allocations)
      throw error
    }
    try await release(allocations)
  }

  private static func isInterruption(_ error: any Error) -> Bool {
    error is CancellationError || error is LedgerError || (error as? JobError)?.code == .stopped
  }

  /// Asks for trials while there is a place for one more, and performs them one after another.
  private func work(_ slot: Int, in allocations: SearchAllocations) async throws {
    // What it had begun before an interruption is brought to its end, whatever the time.
    if case .trial(let trial) = try await ask(slot, onlyHeld: true) {
      try await perform(trial, in: allocations)
    }
    while !isOver, !allocations.isDone {
      try await drive.checkCancel()
      // The first trial may wait for its place: whether the study goes on is known by asking alone.
      guard slot == 0 || allocations.openPlaces > slot else {
        try await Task.sleep(for: .milliseconds(Self.lookMs))
        continue
      }
      switch try await ask(slot, onlyHeld: false) {
      case .trial(let trial): try await perform(trial, in: allocations)
      case .wait(let ms):
        allocations.foundNone(isDone: false)
        try await Task.sleep(for: .milliseconds(ms))
      case .done: return allocations.foundNone(isDone: true)
      }
    }
  }

  private func perform(_ trial: CommandTrial, in allocations: SearchAllocations) async throws {
    allocations.tookTrial()
    defer { allocations.endedTrial() }
    try await perform(trial)
  }

  /// Ends the trials that wait for a place which will never come.
  private func giveUpTrials() async throws {
    for slot in 0..<slots {
      guard case .trial(let trial) = try await ask(slot, onlyHeld: true) else { continue }
      for repetition in 0..<max(1, subject.search.repeats) {
        var one = trial
        if subject.search.repeats > 1 { one.repetition = repetition }
        try await cancelIfThere(jobID(of: one))
      }
      try await tell(trial, .failed("no allocation could be had any more"))
    }
  }

  // MARK: Keeping allocations

  private func allocationID(_ index: Int) -> Identifier<Job> {
    .derived(from: study.rawValue, "allocation \(index)")
  }

  private func allocationSpec(_ index: Int) throws -> JobSpec {
    let trial = drive.commandSpec(
      subject.training, subject.train, subject.run,
      name: "\(subject.run.name) allocation \(index)", values: [:], environment: [],
      tracking: subject.parent, folder: parts.jobs.workFolder(of: allocationID(index)))
    guard
      let spec = subject.search.allocation(of: trial, pack: study.rawValue, slots: slots)
    else { throw WorkflowError(.outputInvalid, "The search has no allocations.") }
    return spec
  }

  /// Gets an allocation, and the next one each time that it ends, while trials need it.
  private func keep(_ index: Int, _ allocations: SearchAllocations) async throws {
    let id = allocationID(index)
    var job = try await parts.jobs.submit(
      try allocationSpec(index), id: id, in: subject.run.project
    ) { _, _ in }
    var quickEnds = 0
    while true {
      try Task.checkCancellation()
      guard job.hasEnded else {
        allocations.set(index, isRunning: job.state == .running)
        job = try await parts.jobs.waitForEnd(id, atMostMs: Self.lookMs)
        continue
      }
      allocations.set(index, isRunning: false)
      guard allocations.needs(index) else { return }
      quickEnds = Self.isQuick(job) ? quickEnds + 1 : 0
      guard Self.mayComeAgain(job), quickEnds < Self.mostQuickEnds else {
        let plan = StageJobPlan(stage: .train, role: "allocation", key: "", verb: "host")
        allocations.lose(index, drive.failure(of: job, plan, folder: job.workFolder))
        return try await endIfLast(allocations)
      }
      if quickEnds > 1 { try await Task.sleep(for: .seconds(quickEnds)) }
      job = try await parts.jobs.retry(id)
    }
  }

  /// Ends the search where no allocation is left, unless it is over anyway.
  private func endIfLast(_ allocations: SearchAllocations) async throws {
    guard let failure = allocations.failure else { return }
    if case .done = try await ask(0, onlyHeld: false) { return }
    throw StageStop(failure: failure)
  }

  private static func isQuick(_ job: Job) -> Bool {
    guard let began = job.startedAtMs, let ended = job.endedAtMs else { return true }
    return ended - began < quickMs
  }

  /// Whether another one may do better: not where a person ended it, or it cannot be had.
  private static func mayComeAgain(_ job: Job) -> Bool {
    switch job.reason {
    case .canceledByUser, .launchFailed, .dependencyFailed: false
    case .succeeded, .failed, .timeLimit, .memoryLimit, .lostAgent, .lostNode, .preempted, nil:
      true
    }
  }

  /// Gives the allocations back, whose trials have ended.
  private func release(_ allocations: SearchAllocations) async throws {
    for index in 0..<allocations.count { try await cancelIfThere(allocationID(index)) }
  }

  private func cancelIfThere(_ id: Identifier<Job>) async throws {
    do {
      _ = try await parts.jobs.cancel(id)
    } catch let error as JobError where error.code == .jobNotFound {
      // It was never submitted.
    }
  }
}
