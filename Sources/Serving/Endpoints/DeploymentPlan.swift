/// What to do next about one deployment.
///
/// Pure: it decides, `Endpoints` acts. A replica with a time limit is followed by another before the limit comes: once that
/// is healthy and the gateway has left the first, the first is stopped.
enum DeploymentPlan: Equatable {
  /// Add a replica.
  case startReplica
  /// Make the deployment the live one.
  case promote
  /// Give the deployment up.
  case fail
  /// End so many of its replicas, the oldest.
  case stopReplicas(Int)
  /// Record that it has drained.
  case finish
  /// Look again at the next turn: jobs or the gateway have not come so far.
  case wait

  /// A replica that has not ended, as far as it matters.
  struct Active: Equatable {
    var state: Replica.State
    /// Whether its time limit is so near that another has to be on its way.
    var isDue = false
  }

  /// Attempts of a deployment that was never healthy.
  static let startLimit = 2

  /// - Parameters:
  ///   - state: of the deployment.
  ///   - active: its replicas that have not ended, the newest first.
  ///   - failures: replicas that ended one after the other without having lived for a while.
  ///   - isBackOffOver: whether enough time has passed since the last of them.
  ///   - isAcknowledged: whether the gateway follows the routes that were written last.
  static func next(
    state: Deployment.State, active: [Active], failures: Int, isBackOffOver: Bool,
    isAcknowledged: Bool
  ) -> DeploymentPlan {
    switch state {
    case .starting:
      if active.contains(where: { $0.state == .healthy }) { return .promote }
      if !active.isEmpty { return .wait }
      if failures >= startLimit { return .fail }
      return isBackOffOver ? .startReplica : .wait
    case .live:
      let isFollowed = active.first.map { !$0.isDue } ?? false
      if !isFollowed, isBackOffOver { return .startReplica }
      guard let answering = active.firstIndex(where: { $0.state == .healthy }) else { return .wait }
      let replaced = active.count - answering - 1
      return replaced > 0 && isAcknowledged ? .stopReplicas(replaced) : .wait
    case .draining:
      if active.isEmpty { return .finish }
      return isAcknowledged ? .stopReplicas(active.count) : .wait
    case .ended:
      return active.isEmpty ? .wait : .stopReplicas(active.count)
    }
  }

  /// Milliseconds to wait after a number of failures in a row: 0, then 0.5 s doubling up to 30 s.
  static func backOffMs(failures: Int) -> Int64 {
    failures <= 1 ? 0 : min(30_000, 500 << min(Int64(failures) - 2, 10))
  }

  /// Share of its time limit, at its end, in which a replica is followed by another.
  private static let renewalShare: Int64 = 4

  /// Whether a replica's successor is due.
  ///
  /// - Parameter limitMs: after what time it is ended; nil is never.
  static func isDue(startedAtMs: Int64?, limitMs: Int64?, nowMs: Int64) -> Bool {
    guard let startedAtMs, let limitMs else { return false }
    return nowMs >= startedAtMs + limitMs - limitMs / renewalShare
  }
}
