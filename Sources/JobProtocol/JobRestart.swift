/// After which ends a job is started again by itself, and how often.
///
/// Each start is an attempt of its own; what the job needs to go on lies in its checkpoint folder, which
/// all its attempts share.
public struct JobRestart: Hashable, Codable, Sendable {
  /// What may end an attempt that is worth another one.
  public enum Cause: String, Codable, Sendable, CaseIterable {
    /// It came to its own time limit, or to that of its site.
    case timeout
    /// The site took its place away for another job.
    case preemption
    /// Its machine was lost, or the agent on it.
    case nodeFailure = "node_failure"
  }

  /// How often where nobody says.
  public static let usualCount = 5
  /// Most restarts that can be asked for.
  public static let mostCount = 1_000

  /// The ends after which it is started again.
  public var causes: [Cause]
  /// Most restarts since it was submitted, or since somebody retried it.
  public var atMost: Int

  /// Takes every value as it is.
  public init(on causes: [Cause], atMost: Int = JobRestart.usualCount) {
    self.causes = causes
    self.atMost = atMost
  }
}
