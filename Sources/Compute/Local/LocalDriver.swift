import Basics
import CLinux
import Foundation
import Glibc
import JobProtocol

/// Launches agents on this machine and looks after what they leave.
struct LocalDriver: Sendable {
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

  /// Makes the files of an attempt; repeating it changes nothing.
  ///
  /// An instruction that an agent may already have claimed is never written a second time.
  func prepare(_ folder: AttemptFolder, _ instruction: AttemptSpec) throws {
    let files = FileManager.default
    try files.createDirectory(atPath: instruction.workFolder, withIntermediateDirectories: true)
    try files.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
    let journal = open(folder.journal, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard journal >= 0 else { throw systemError("cannot make \(folder.journal)") }
    close(journal)
    if hasInstruction(folder) { return }
    let temporary = folder.spec + ".new"
    let file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw systemError("cannot make \(temporary)") }
    defer { close(file) }
    let bytes = instruction.encoded()
    let written = bytes.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
    guard written == bytes.count, rename(temporary, folder.spec) == 0 else {
      throw systemError("cannot write \(temporary)")
    }
  }

  /// True once the instruction is there, claimed or not.
  func hasInstruction(_ folder: AttemptFolder) -> Bool {
    access(folder.spec, F_OK) == 0 || isClaimed(folder)
  }

  /// True once an agent has taken the attempt.
  func isClaimed(_ folder: AttemptFolder) -> Bool { access(folder.claimedSpec, F_OK) == 0 }

  /// Starts an agent that outlives this process; its pid.
  func launch(_ folder: AttemptFolder) throws -> Int32 {
    var arguments: [UnsafeMutablePointer<CChar>?] = []
    for word in [agentPath, "run", folder.path] { arguments.append(strdup(word)) }
    arguments.append(nil)
    defer { for argument in arguments { free(argument) } }
    let pid = factory_spawn_detached(agentPath, arguments, environ, folder.agentLog)
    guard pid > 0 else { throw systemError("cannot start \(agentPath)", number: -pid) }
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

  /// Keeps every agent from taking the attempt; false if one has taken it.
  func withdraw(_ folder: AttemptFolder) -> Bool {
    unlink(folder.spec) == 0 || !isClaimed(folder)
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

  private func systemError(_ what: String, number: Int32 = errno) -> JobError {
    JobError(
      .systemFailure, "\(what): \(String(cString: strerror(number)))",
      hint: "See whether the disk is full and the folder of jobs can be written.")
  }
}
