import Basics
import JobProtocol

/// What is to be done for a service.
///
/// Pure: it decides, `Services` acts. A service has one job after another. The next one is submitted some
/// time before the limit of the one before it, takes the requests over as soon as it answers, and the one before
/// it is stopped when it has none left. One that ends otherwise is followed by the next at once, and after a
/// pause that grows where it did not last.
enum ServicePlan {
  /// A job of a service, as far as it matters.
  struct Instance: Equatable, Sendable {
    var job: Identifier<Job>
    var number: Int
    var state: JobStateMachine.State = .queued
    var reason: JobReason?
    var startedAtMs: Int64?
    /// When its time limit ends it.
    var endsAtMs: Int64?
    var endedAtMs: Int64?
    /// Since when its command answers on its machine.
    var listeningSinceMs: Int64?
    /// Whether it was reached from here.
    var isReachable = false
    /// Requests that it has under way.
    var openRequests = 0
    /// Since when another has its place.
    var drainingSinceMs: Int64?
  }

  /// One thing to do.
  enum Step: Equatable, Sendable {
    /// Submit the job of that number.
    case submit(number: Int)
    case stop(Identifier<Job>)
    /// Give the service up: how its last job ended would come again.
    case giveUp
    /// Note that nothing of the service is left.
    case finish
  }

  /// An instance that answered for so long has lasted, so that the count of failures begins anew.
  static let lastingMs: Int64 = 60_000
  private static let longestPauseMs: Int64 = 60_000

  /// What is to be done now.
  ///
  /// - Parameter instances: the last ones, in their order.
  static func steps(
    for instances: [Instance], of service: JobService, isWanted: Bool, nowMs: Int64
  ) -> [Step] {
    let live = instances.filter { $0.state != .ended }
    guard isWanted else {
      return live.isEmpty
        ? [.finish] : live.filter { $0.state != .stopping }.map { .stop($0.job) }
    }
    var steps: [Step] = []
    if let serving = serving(instances) {
      steps += live.filter { instance in
        instance.number < serving.number && instance.state != .stopping
          && (instance.openRequests == 0
            || nowMs - (instance.drainingSinceMs ?? nowMs) >= service.drainMs)
      }.map { .stop($0.job) }
    }
    guard let newest = instances.last else { return [.submit(number: 1)] }
    if let alive = live.last {
      // One that lives is renewed; what became of the last attempt at that decides when.
      let isDue = alive.state == .running && (alive.renewsAtMs(service) ?? .max) <= nowMs
      let isFree = newest.number == alive.number || mayFollow(instances, service, nowMs) == .now
      if isDue, isFree { steps.append(.submit(number: newest.number + 1)) }
      return steps
    }
    switch mayFollow(instances, service, nowMs) {
    case .now: steps.append(.submit(number: newest.number + 1))
    case .later: break
    case .never: steps.append(.giveUp)
    }
    return steps
  }

  /// The instance that has the requests: the newest that answers.
  static func serving(_ instances: [Instance]) -> Instance? {
    instances.last { $0.state == .running && $0.isReachable }
  }

  /// Whether there is another instance after the last one, which has ended.
  enum Following: Equatable { case now, later(atMs: Int64), never }

  static func mayFollow(
    _ instances: [Instance], _ service: JobService, _ nowMs: Int64
  ) -> Following {
    guard let last = instances.last, let reason = last.reason else { return .now }
    let hasAnswered = instances.contains { $0.listeningSinceMs != nil }
    let failures = failures(instances)
    guard isFollowed(reason, service.restart, hasAnswered: hasAnswered),
      failures <= service.restart.atMost
    else { return .never }
    let againAtMs = (last.endedAtMs ?? 0) + pauseMs(failures: failures)
    return againAtMs <= nowMs ? .now : .later(atMs: againAtMs)
  }

  /// How many of the last instances did not last.
  static func failures(_ instances: [Instance]) -> Int {
    instances.reversed().prefix { $0.state == .ended && !$0.hasLasted }.count
  }

  /// Milliseconds after an end before the next instance.
  ///
  /// None after one that lasted, then 1 s, 2 s, 4 s and so on.
  static func pauseMs(failures: Int) -> Int64 {
    failures == 0 ? 0 : min(longestPauseMs, 1_000 << Int64(min(failures - 1, 10)))
  }

  private static func isFollowed(
    _ reason: JobReason, _ restart: JobRestart, hasAnswered: Bool
  ) -> Bool {
    switch reason {
    case .timeLimit: true
    case .preempted, .lostNode, .lostAgent:
      JobRestart.Cause(reason).map { restart.causes.contains($0) } ?? false
    // What never answered is a mistake, which would come again.
    case .succeeded, .failed, .memoryLimit, .launchFailed: hasAnswered
    // By somebody at its site: whoever ends the service here says that it is not wanted.
    case .canceledByUser, .dependencyFailed: false
    }
  }
}

extension ServicePlan.Instance {
  /// A job of a service by what the ledger has.
  init(_ instance: ServiceInstance) {
    let job = instance.job
    self.init(
      job: job.id, number: instance.number, state: job.state, reason: job.reason,
      startedAtMs: job.startedAtMs, endsAtMs: instance.endsAtMs, endedAtMs: job.endedAtMs,
      listeningSinceMs: instance.listeningSinceMs)
  }

  /// When the next one is to be submitted; nil where no limit calls for one.
  func renewsAtMs(_ service: JobService) -> Int64? {
    guard let startedAtMs, let endsAtMs else { return nil }
    return endsAtMs - (service.renewBeforeMs ?? (endsAtMs - startedAtMs) / 4)
  }

  /// Whether it was up for so long that its end says nothing about the next one.
  fileprivate var hasLasted: Bool {
    guard let listeningSinceMs else { return false }
    switch reason {
    case .timeLimit, .canceledByUser: return true
    case .succeeded, .failed, .memoryLimit, .lostAgent, .lostNode, .preempted, .launchFailed,
      .dependencyFailed, nil:
      return (endedAtMs ?? .max) - listeningSinceMs >= ServicePlan.lastingMs
    }
  }
}
