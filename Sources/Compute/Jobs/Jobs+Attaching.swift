public import Basics
import JobProtocol

/// Who wants into a running job, and what for.
public struct JobVisit: Sendable, Equatable {
  /// From 0, of a job on several nodes.
  public var node: Int
  /// What is to run there; empty for a shell.
  public var command: [String]
  /// Whether a terminal is to go along.
  public var hasTerminal: Bool

  /// Takes every value as it is.
  public init(node: Int = 0, command: [String] = [], hasTerminal: Bool) {
    self.node = node
    self.command = command
    self.hasTerminal = hasTerminal
  }
}

/// Ways into running jobs.
extension Jobs {
  /// The program and its arguments that take a person into a job, typed on this machine by the account
  /// that the job runs as.
  ///
  /// Nothing secret stands in it: what may be seen and done there is up to the operating system.
  /// - Throws: `JobError` with `notRunning`, or `nodeUnknown`.
  public func entrance(to id: Identifier<Job>, _ visit: JobVisit) async throws -> [String] {
    let job = try await job(id)
    guard (0..<job.spec.nodeCount).contains(visit.node) else {
      throw JobError(
        .nodeUnknown, "job \(id) has no node \(visit.node)",
        hint: "Its nodes are 0...\(job.spec.nodeCount - 1).")
    }
    guard !visit.command.contains(where: { $0.utf8.contains(0) }), visit.command.first != "" else {
      throw JobError(.specInvalid, "a command begins with a program, and holds no zero byte")
    }
    guard job.state == .running,
      let attempt = open[AttemptKey(job: job.id, number: job.attempt)],
      let driver = drivers[job.site], let words = try await driver.entrance(to: attempt, visit)
    else {
      throw JobError(
        .notRunning, "job \(id) does not run, so that there is nothing to enter",
        hint: "`aifactory jobs explain \(id)` says how it stands.")
    }
    return words
  }
}
