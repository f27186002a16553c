/// A state of Slurm's, with its own word kept (squeue(1), "JOB STATE CODES").
struct SlurmState: Sendable, Equatable {
  /// What a state means for an attempt.
  enum Phase: Sendable, Equatable {
    /// In the queue: the agent has not started.
    case waits
    /// The agent runs, or is about to, or is ending.
    case runs
    /// Slurm does nothing more with it.
    case over(JobReason)
  }

  /// Slurm's word in capitals.
  let word: String

  init(_ word: some StringProtocol) { self.word = String(word) }

  /// What it means; a word that a later Slurm may add is taken for running, so that nothing is given up
  /// that may be alive.
  var phase: Phase {
    switch word {
    case "PENDING", "REQUEUED", "REQUEUE_HOLD", "REQUEUE_FED", "SPECIAL_EXIT", "RESV_DEL_HOLD":
      .waits
    // With the agent's journal these are what the journal says; without one, the agent died.
    case "COMPLETED", "FAILED": .over(.lostAgent)
    case "CANCELLED": .over(.canceledByUser)
    case "TIMEOUT", "DEADLINE": .over(.timeLimit)
    case "OUT_OF_MEMORY": .over(.memoryLimit)
    case "NODE_FAIL", "BOOT_FAIL", "REVOKED": .over(.lostNode)
    case "PREEMPTED": .over(.preempted)
    case "LAUNCH_FAILED", "RECONFIG_FAIL": .over(.launchFailed)
    default: .runs
    }
  }
}

extension SlurmJob {
  /// How an attempt ended whose journal has no end of its own.
  var ending: JobStore.Ending? {
    guard case .over(let usual) = state.phase else { return nil }
    var ending = JobStore.Ending(reason: usual, message: "Slurm's job \(id): \(words)")
    if state.word == "FAILED", nodes.isEmpty || reason.map(Self.launchFailures.contains) == true {
      ending.reason = .launchFailed
    }
    return ending
  }

  /// Reasons with which a failed job never began.
  private static let launchFailures: Set<String> = [
    "BadConstraints", "JobLaunchFailure", "FailLaunch", "FailedLaunch", "SystemFailure",
    "InvalidAccount", "InvalidQOS", "RaisedSignal:53(Real-time_signal_19)",
  ]
}
