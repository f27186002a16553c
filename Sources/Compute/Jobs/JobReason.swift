/// Why a job stands where it does.
///
/// The words are part of the API and of the ledger.
public enum JobReason: String, Codable, Sendable, CaseIterable {
  /// Every task ended with exit code 0.
  case succeeded
  /// A task ended with another exit code or by a signal.
  case failed
  case canceledByUser = "canceled_by_user"
  case timeLimit = "time_limit"
  case memoryLimit = "memory_limit"
  /// The agent died without a word, or before it began; the processes it left were killed.
  case lostAgent = "lost_agent"
  /// The machine restarted while the job ran, or the site's engine lost a node of it.
  case lostNode = "lost_node"
  /// The site's engine took its place away for another job.
  case preempted
  /// The command could not be started.
  case launchFailed = "launch_failed"
  /// It never ran, because a job that it was to follow did not succeed.
  case dependencyFailed = "dependency_failed"
}
