internal import Basics
internal import Compute
internal import Experimentation
internal import Optimization

/// Searches whose trials go to their site many at a time, as one array.
extension CommandSearchDrive {
  /// Most trials of an array: each is looked after here.
  private static let mostTrials = 1_000

  /// Searches array after array.
  ///
  /// The next trials are chosen when all of the array before have ended, and what came of those is told in the order
  /// of their numbers: however they end, the sampler sees the same at each asking.
  func performArrays() async throws {
    // What it had begun before an interruption is brought to its end, whatever the time.
    try await performArray(try await askForAll(onlyHeld: true))
    while !isOver {
      try await drive.checkCancel()
      let trials = try await askForAll(onlyHeld: false)
      guard !trials.isEmpty else { return }
      try await performArray(trials)
    }
  }

  /// Trials that are chosen together.
  private var arraySize: Int {
    guard subject.search.isChosenBeforehand, let trials = subject.search.trials else {
      return slots
    }
    return min(trials, Self.mostTrials)
  }

  private func askForAll(onlyHeld: Bool) async throws -> [CommandTrial] {
    var trials: [CommandTrial] = []
    var slot = 0
    while slot < arraySize {
      switch try await ask(slot, onlyHeld: onlyHeld) {
      case .trial(let trial): trials.append(trial)
      case .wait(let ms) where trials.isEmpty:
        try await drive.checkCancel()
        try await Task.sleep(for: .milliseconds(ms))
        continue
      case .wait, .done:
        if !onlyHeld { return trials }
      }
      slot += 1
    }
    return trials
  }

  /// Runs trials as one array, and tells what came of them.
  private func performArray(_ trials: [CommandTrial]) async throws {
    let trials = trials.sorted { $0.number < $1.number }
    guard !trials.isEmpty else { return }
    let jobs = try await submit(trials)
    let lookMs = min(Self.lookMs * Int64(max(1, trials.count / 32)), 5_000)
    let isToldAtOnce = subject.search.isChosenBeforehand
    let endings = await withTaskGroup(
      of: (Int, Result<CommandTrial.Ending, any Error>).self
    ) { group in
      for (index, (trial, job)) in zip(trials, jobs).enumerated() {
        group.addTask {
          do {
            let ending = try await follow(trial, job, lookMs: lookMs)
            if isToldAtOnce { try await tell(trial, ending) }
            return (index, .success(ending))
          } catch {
            return (index, .failure(error))
          }
        }
      }
      // All of them see a cancellation by themselves, and end their jobs.
      var endings: [Int: Result<CommandTrial.Ending, any Error>] = [:]
      for await (index, ending) in group { endings[index] = ending }
      return endings
    }
    for (index, trial) in trials.enumerated() {
      guard let ending = try endings[index]?.get(), !isToldAtOnce else { continue }
      try await tell(trial, ending)
    }
  }

  /// Accepts the jobs of trials, in their order; those that were accepted before an interruption stay as they are.
  private func submit(_ trials: [CommandTrial]) async throws -> [Job] {
    let (study, parent, now) = (study, subject.parent, parts.nowMs())
    let jobs = try trials.map { trial in
      (id: jobID(of: trial), spec: try spec(of: trial, below: parent))
    }
    let known = Dictionary(uniqueKeysWithValues: zip(jobs.map { $0.id }, trials))
    return try await parts.jobs.submitArray(
      jobs, atMost: trials.count > slots ? slots : nil,
      id: .derived(from: study.rawValue, "array \(trials[0].number)"), in: subject.run.project
    ) { job, db in
      guard let trial = known[job.id] else { return }
      try CommandTracking.begin(
        trial, of: study, below: parent, job: job.id.rawValue, nowMs: now, in: db)
    }
  }
}
