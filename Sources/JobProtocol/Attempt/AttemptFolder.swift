/// The files of one attempt on one node: `<jobs>/<job>/<attempt>/<node>/`.
public struct AttemptFolder: Hashable, Sendable {
  /// Absolute path without a slash at its end.
  public let path: String

  /// Names the folder of an attempt; makes nothing.
  public init(path: String) { self.path = path }

  /// The instruction, until an agent claims it.
  public var spec: String { path + "/spec" }
  /// The instruction, once an agent has claimed it.
  public var claimedSpec: String { path + "/spec.claimed" }
  /// What the agent tells; it holds the file's lock while it lives.
  public var journal: String { path + "/journal" }
  /// Captured standard output of the tasks.
  public var standardOutput: String { path + "/stdout.log" }
  /// Captured standard error of the tasks.
  public var standardError: String { path + "/stderr.log" }
  /// Files that tasks gave to the agent, until the server has taken them.
  public var uploads: String { path + "/uploads" }
  /// The script that starts the agent, on sites whose engine takes one.
  public var batchScript: String { path + "/batch.sh" }
  /// What the agent itself prints: empty unless it failed.
  public var agentLog: String { path + "/agent.log" }
}
