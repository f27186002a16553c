public import JobProtocol

extension JobRestart {
  /// Whether a job is started again after such an end, when it was so often before.
  public func allows(_ reason: JobReason, after restarts: Int) -> Bool {
    guard restarts < atMost, let cause = Cause(reason) else { return false }
    return causes.contains(cause)
  }
}

extension JobRestart.Cause {
  /// What an end means for another start; nil for an end that would come again.
  public init?(_ reason: JobReason) {
    switch reason {
    case .timeLimit: self = .timeout
    case .preempted: self = .preemption
    case .lostNode, .lostAgent: self = .nodeFailure
    case .succeeded, .failed, .canceledByUser, .memoryLimit, .launchFailed, .dependencyFailed:
      return nil
    }
  }
}
