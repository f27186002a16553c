public import Basics
public import JobProtocol

/// Carries out what MLflow's clients in jobs have written, and their agents have answered.
///
/// It does so in the transactions that move the journals' offsets: each call once, and none lost.
public protocol JobTracker: Sendable {
  /// Takes the files that calls brought into keeping, outside any transaction; what is missing or damaged
  /// is left out.
  func gather(_ calls: [TimedCall], from folder: AttemptFolder) async throws
  /// Removes what an attempt that is settled needs no more.
  func release(_ folder: AttemptFolder) async throws
  /// Carries a call out; what it throws, but for trouble of the disk, is told on the job.
  func apply(_ call: TimedCall, of job: Job, in db: LedgerTransaction) throws
}

/// A call, and when its agent answered it.
public struct TimedCall: Sendable, Equatable {
  /// Milliseconds since 1970, UTC, by the node's clock.
  public var timeMs: Int64
  /// The call.
  public var call: TrackingCall

  /// Takes every value as it is.
  public init(timeMs: Int64, call: TrackingCall) {
    self.timeMs = timeMs
    self.call = call
  }
}
