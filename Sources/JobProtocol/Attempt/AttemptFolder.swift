/// The files of one attempt on one node: `<jobs>/<job>/<attempt>/<node>/`.
public struct AttemptFolder: Hashable, Sendable {
  /// Absolute path without a slash at its end.
  public let path: String

  /// Names the folder of an attempt; makes nothing.
  public init(path: String) { self.path = path }

  /// Folder of another attempt of the same job, with a folder for each of its nodes.
  public func ofAttempt(_ number: Int) -> String {
    let job = path.split(separator: "/", omittingEmptySubsequences: false).dropLast(2)
    return job.joined(separator: "/") + "/\(number)"
  }

  /// Folder of one of the nodes of an attempt that runs on several; this one is of the first.
  public func ofNode(_ index: Int) -> AttemptFolder {
    index > 0 ? AttemptFolder(path: attempt + "/" + Self.nodeName(index)) : self
  }

  /// The folder of the whole attempt, with one for each of its nodes.
  public var attempt: String {
    path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
      .joined(separator: "/")
  }

  /// Name of the folder of a node, from 0: which machine it will be is not known when it is made.
  public static func nodeName(_ index: Int) -> String { "node\(index)" }

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
  /// What a task that is kept apart has for `/tmp`.
  public var temporary: String { path + "/tmp" }
  /// The script that starts the agent, on sites whose engine takes one.
  public var batchScript: String { path + "/batch.sh" }
  /// Says as which part of an array the attempt was submitted, if it was.
  public var arrayNote: String { path + "/array" }
  /// What the host of an allocation is told, line by line; it lies in the allocation's folder.
  public var orders: String { path + "/orders" }
  /// The name, in the site's engine, of the allocation in which the attempt was to run.
  public var allocationNote: String { path + "/allocation" }
  /// The attempt's own copy, on this node, of the job's code.
  public var code: String { path + "/code" }
  /// The variables, each ended by a zero byte, that the preparation leaves to the tasks.
  public var preparedEnvironment: String { path + "/environment" }
  /// Why the preparation failed, in its own words.
  public var preparationFailure: String { path + "/failure" }
  /// What the agent itself prints: empty unless it failed.
  public var agentLog: String { path + "/agent.log" }
}
