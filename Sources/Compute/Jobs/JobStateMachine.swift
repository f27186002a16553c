/// The life of one job.
///
/// Pure: it decides, the reconciler acts. `queued` goes on to `running`, `stopping` or `ended`; `running`
/// to `stopping`, `ended`, or back to `queued` by a restart; `stopping` to `ended`; `ended` back to `queued`
/// by a retry alone. On a site whose engine has a queue of its own, an attempt is handed over while the job
/// is queued. A job that waits for others to succeed is queued and held.
public struct JobStateMachine: Equatable, Sendable {
  /// What can happen to a job next.
  public enum State: String, Codable, Sendable, CaseIterable {
    case queued, running, stopping, ended
  }

  /// What the reconciler does about an event.
  public enum Action: Equatable, Sendable {
    /// Nothing: the event is late or a repetition.
    case none
    /// Make the next attempt and launch its agent.
    case launch
    /// Tell the agent of the running attempt to stop its tasks.
    case stopAgent
    /// Record the end and free what the job holds.
    case settle(JobReason)
    /// Put the job among those that wait.
    case enqueue
  }

  /// What can happen next.
  public private(set) var state: State
  /// Why the job is stopping or has ended.
  public private(set) var reason: JobReason?
  /// Number of the last attempt: events of an older one are ignored.
  public private(set) var attempt: Int

  /// Whether the engine of its site has the attempt in its own queue, or had it there.
  public private(set) var isHandedOver: Bool

  /// Whether it waits for other jobs to succeed.
  public private(set) var isHeld: Bool

  /// Takes up a job where it stands; a new one by default.
  public init(
    state: State = .queued, reason: JobReason? = nil, attempt: Int = 0, isHandedOver: Bool = false,
    isHeld: Bool = false
  ) {
    self.state = state
    self.reason = reason
    self.attempt = attempt
    self.isHandedOver = isHandedOver
    self.isHeld = isHeld
  }

  /// All jobs that it waits for have succeeded.
  public mutating func released() -> Action {
    switch state {
    case .queued:
      guard isHeld else { return .none }
      isHeld = false
      return .enqueue
    case .running, .stopping, .ended:
      return .none
    }
  }

  /// One of the jobs that it waits for ended otherwise than it should.
  public mutating func dependencyFailed() -> Action {
    switch state {
    case .queued:
      guard isHeld else { return .none }
      (state, reason, isHeld) = (.ended, .dependencyFailed, false)
      return .settle(.dependencyFailed)
    case .running, .stopping, .ended:
      return .none
    }
  }

  /// There is room for the job.
  public mutating func placeGranted() -> Action {
    switch state {
    case .queued:
      guard !isHandedOver, !isHeld else { return .none }
      state = .running
      attempt += 1
      return .launch
    case .running, .stopping, .ended:
      return .none
    }
  }

  /// The engine of the job's site takes it into its own queue.
  public mutating func handedOver() -> Action {
    switch state {
    case .queued:
      guard !isHandedOver, !isHeld else { return .none }
      isHandedOver = true
      attempt += 1
      return .launch
    case .running, .stopping, .ended:
      return .none
    }
  }

  /// The agent of an attempt that was handed over has begun.
  public mutating func attemptBegan(_ number: Int) {
    guard number == attempt else { return }
    switch state {
    case .queued: if isHandedOver { state = .running }
    case .running, .stopping, .ended: break
    }
  }

  /// A person asked for the job to end.
  public mutating func cancelRequested() -> Action {
    switch state {
    case .queued:
      guard !isHandedOver else {
        (state, reason) = (.stopping, .canceledByUser)
        return .stopAgent
      }
      (state, reason, isHeld) = (.ended, .canceledByUser, false)
      return .settle(.canceledByUser)
    case .running:
      (state, reason) = (.stopping, .canceledByUser)
      return .stopAgent
    case .stopping:
      return .stopAgent
    case .ended:
      return .none
    }
  }

  /// An attempt is over, and `outcome` says how.
  ///
  /// - Parameter isRestarted: whether the job is to have another attempt after such an end; one that
  ///   somebody stops has none.
  public mutating func attemptEnded(
    _ number: Int, outcome: JobReason, isRestarted: Bool = false
  ) -> Action {
    guard number == attempt else { return .none }
    switch state {
    case .running: break
    case .stopping:
      (state, reason, isHandedOver) = (.ended, outcome, false)
      return .settle(outcome)
    case .queued: guard isHandedOver else { return .none }
    case .ended: return .none
    }
    guard isRestarted else {
      (state, reason, isHandedOver) = (.ended, outcome, false)
      return .settle(outcome)
    }
    (state, reason, isHandedOver) = (.queued, nil, false)
    return .enqueue
  }

  /// A person asked for one more attempt.
  ///
  /// - Parameter isHeld: whether jobs that it follows are still to succeed.
  public mutating func retryRequested(isHeld: Bool = false) -> Action {
    switch state {
    case .ended:
      (state, reason, self.isHeld) = (.queued, nil, isHeld)
      return .enqueue
    case .queued, .running, .stopping:
      return .none
    }
  }
}
