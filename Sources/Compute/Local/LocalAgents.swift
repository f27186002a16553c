import CLinux
import Foundation
import Glibc
import JobProtocol

/// Launches agents on this machine and looks after what they leave.
struct LocalAgents: Sendable {
  let agentPath: String

  /// The agent of this installation.
  ///
  /// - Throws: `JobError` when there is no such program.
  init(agentPath: String?) throws(JobError) {
    let environment = ProcessInfo.processInfo.environment["AIFACTORY_AGENT"]
    let path = agentPath ?? environment ?? Self.besideThisProgram
    guard access(path, X_OK) == 0 else {
      throw JobError(
        .agentMissing, "there is no agent at \(path)",
        hint: "Install aifactory-agent beside aifactory, or set AIFACTORY_AGENT.")
    }
    self.agentPath = path
  }

  private static var besideThisProgram: String {
    let own = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    return own.deletingLastPathComponent().appendingPathComponent("aifactory-agent").path
  }

  /// Starts an agent that outlives this process; its pid.
  func launch(_ folder: AttemptFolder) throws -> Int32 {
    var arguments: [UnsafeMutablePointer<CChar>?] = []
    for word in [agentPath, "run", folder.path] { arguments.append(strdup(word)) }
    arguments.append(nil)
    defer { for argument in arguments { free(argument) } }
    let pid = factory_spawn_detached(agentPath, arguments, environ, folder.agentLog)
    guard pid > 0 else { throw AttemptFiles.systemError("cannot start \(agentPath)", number: -pid) }
    return pid
  }

  /// The living agent of an attempt, by the lock that it holds; nil if there is none.
  func agent(of folder: AttemptFolder) -> Int32? {
    let journal = open(folder.journal, O_RDWR | O_CLOEXEC)
    guard journal >= 0 else { return nil }
    defer { close(journal) }
    let owner = factory_lock_owner(journal)
    return owner > 0 ? owner : nil
  }

  /// Kills what an attempt left whose agent died; how many processes there were.
  @concurrent
  func killSurvivors(marker: String, cgroup: String?) async -> Int {
    if let cgroup {
      let processes = (ProcFile.text(cgroup + "/cgroup.procs") ?? "").split(separator: "\n")
      for pid in processes.compactMap({ Int32($0) }) { _ = kill(pid, SIGKILL) }
    }
    let count = Survivors.kill(marker: marker)
    if let cgroup { rmdir(cgroup) }
    return count
  }
}
