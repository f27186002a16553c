/// What to do next about one deployment.
///
/// Pure: it decides, `Endpoints` acts.
enum DeploymentPlan: Equatable {
  /// Add a replica.
  case startReplica
  /// Make the deployment the live one.
  case promote
  /// Give the deployment up.
  case fail
  /// End its replicas.
  case stopReplicas
  /// Record that it has drained.
  case finish
  /// Look again at the next turn: jobs or the gateway have not come so far.
  case wait

  /// Attempts of a deployment that was never healthy.
  static let startLimit = 2

  /// - Parameters:
  ///   - state: of the deployment.
  ///   - active: states of its replicas that have not ended.
  ///   - failures: replicas that ended one after the other without having lived for a while.
  ///   - isBackOffOver: whether enough time has passed since the last of them.
  ///   - isAcknowledged: whether the gateway follows routes that no longer name it.
  static func next(
    state: Deployment.State, active: [Replica.State], failures: Int, isBackOffOver: Bool,
    isAcknowledged: Bool
  ) -> DeploymentPlan {
    switch state {
    case .starting:
      if active.contains(.healthy) { return .promote }
      if !active.isEmpty { return .wait }
      return failures >= startLimit ? .fail : .startReplica
    case .live:
      return active.isEmpty && isBackOffOver ? .startReplica : .wait
    case .draining:
      if active.isEmpty { return .finish }
      return isAcknowledged ? .stopReplicas : .wait
    case .ended:
      return active.isEmpty ? .wait : .stopReplicas
    }
  }

  /// Milliseconds to wait after a number of failures in a row: 0, then 0.5 s doubling up to 30 s.
  static func backOffMs(failures: Int) -> Int64 {
    failures <= 1 ? 0 : min(30_000, 500 << min(Int64(failures) - 2, 10))
  }
}
