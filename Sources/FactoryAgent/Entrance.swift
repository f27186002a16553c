import CLinux
import Glibc
import JobProtocol

/// Takes a person into a running attempt: `aifactory-agent enter FOLDER [-- COMMAND…]`.
///
/// The command, or a shell, starts where the attempt's task is: in its folder, with its variables, on its
/// cores, in its control group and, where the task is kept apart, behind its fence. It is this process's
/// own, and so may do what the account that started it may do.
struct Entrance {
  /// Tells processes of visitors from those of tasks, whose variables they have.
  static let visitorVariable = "AIFACTORY_ATTACHED"

  private let attempt: AttemptSpec
  private let task: Int32
  private var environment: [String: String]

  /// Becomes the command; returns, with an exit code, only where that cannot be.
  static func run(_ folder: AttemptFolder, _ command: [String]) -> Int32 {
    guard let bytes = ProcFile.bytes(folder.claimedSpec, limit: 64 << 20) else {
      AgentProgram.say(
        "no attempt has begun in \(folder.path), or it belongs to another user", to: STDERR_FILENO)
      return AgentProgram.ExitCode.noFolder
    }
    let attempt: AttemptSpec
    do {
      attempt = try AttemptSpec(decoding: bytes)
    } catch {
      AgentProgram.say("the instruction of the attempt is of another version", to: STDERR_FILENO)
      return AgentProgram.ExitCode.noFolder
    }
    guard let entrance = Entrance(attempt) else {
      AgentProgram.say(
        "no process of the job is seen on this machine: it has ended, or belongs to another user",
        to: STDERR_FILENO)
      return AgentProgram.ExitCode.nobodyThere
    }
    return entrance.become(command)
  }

  /// Finds the oldest task of an attempt on this node; nil where there is none.
  private init?(_ attempt: AttemptSpec) {
    var found: [(pid: Int32, startTicks: UInt64, environment: [String: String])] = []
    let own = attempt.isolation == nil ? nil : Self.namespace("mnt", of: getpid())
    for pid in ProcessTable.marked(Survivors.markerVariable, attempt.marker) {
      guard let status = ProcessStatus(of: pid), !status.isZombie else { continue }
      let variables = Self.environment(of: pid)
      guard variables["AIFACTORY_TASK"] != nil, variables[Self.visitorVariable] == nil else {
        continue
      }
      if let node = attempt.node, variables["AIFACTORY_NODE"] != String(node.index) { continue }
      // The fence itself stands outside.
      if let own, Self.namespace("mnt", of: pid) == own { continue }
      found.append((pid, status.startTicks, variables))
    }
    guard let oldest = found.min(by: { ($0.startTicks, $0.pid) < ($1.startTicks, $1.pid) }) else {
      return nil
    }
    self.attempt = attempt
    (task, environment) = (oldest.pid, oldest.environment)
  }

  private static func environment(of pid: Int32) -> [String: String] {
    var variables: [String: String] = [:]
    for entry in (ProcFile.bytes("/proc/\(pid)/environ", limit: 4 << 20) ?? []).split(separator: 0)
    {
      guard let equals = entry.firstIndex(of: UInt8(ascii: "=")) else { continue }
      let name = String(decoding: entry[..<equals], as: UTF8.self)
      variables[name] = String(decoding: entry[(equals + 1)...], as: UTF8.self)
    }
    return variables
  }

  private static func namespace(_ kind: String, of pid: Int32) -> String? {
    var bytes = [CChar](repeating: 0, count: 64)
    let count = readlink("/proc/\(pid)/ns/\(kind)", &bytes, 63)
    guard count > 0 else { return nil }
    return String(decoding: bytes.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  private func become(_ command: [String]) -> Int32 {
    var variables = environment
    // The pipe for reports is the task's alone; the terminal is the visitor's.
    variables["AIFACTORY_REPORT_FD"] = nil
    for name in ["TERM", "COLORTERM"] { variables[name] = Self.own(name) }
    variables[Self.visitorVariable] = "1"
    if let path = variables["PATH"] { setenv("PATH", path, 1) }
    ControlGroup.join(marker: attempt.marker, of: task)
    var words = command.isEmpty ? [Self.shell] : command
    if attempt.isolation != nil {
      words = ["nsenter"] + Self.namespaces(of: task) + ["--"] + words
    } else if chdir("/proc/\(task)/cwd") != 0 {
      AgentProgram.say("cannot enter the job's folder: \(errorText(errno))", to: STDERR_FILENO)
    }
    let entries = variables.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    let failure = withCStrings(words) { arguments in
      withCStrings(entries) { factory_become(arguments[0], arguments, $0, task) }
    }
    AgentProgram.say("cannot run \(words[0]): \(errorText(failure))", to: STDERR_FILENO)
    return failure == ENOENT ? 127 : 126
  }

  /// The options of nsenter(1) for what a fenced task has of its own.
  private static func namespaces(of task: Int32) -> [String] {
    var words = ["--target", String(task), "--mount", "--ipc", "--pid", "--wd"]
    for (kind, options) in [
      ("net", ["--net"]), ("user", ["--user", "--preserve-credentials"]),
    ] where namespace(kind, of: task) != namespace(kind, of: getpid()) {
      words += options
    }
    return words
  }

  private static var shell: String {
    guard let shell = own("SHELL"), access(shell, X_OK) == 0 else { return "/bin/sh" }
    return shell
  }

  private static func own(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
}
