import Foundation
import Glibc
public import Testing

/// A real Slurm cluster of a few nodes on loopback, which `Tests/Cluster/up.sh` starts.
///
/// It ends with `close()`, and by itself once this process is gone.
public final class TestCluster: Sendable {
  /// Everything that belongs to it.
  public let folder: String

  /// Its `slurm.conf`.
  public var configuration: String { folder + "/etc/slurm.conf" }
  /// Address of its slurmrestd.
  public var restAddress: String {
    get throws {
      try String(contentsOfFile: folder + "/rest", encoding: .utf8)
        .trimmingCharacters(in: .whitespacesAndNewlines)
    }
  }
  /// A folder that all nodes see.
  public var scratch: String { folder + "/scratch" }

  /// Whether Slurm is installed here.
  public static let isPossible = ["/usr/sbin", "/sbin", "/usr/bin", "/usr/local/sbin"].contains {
    FileManager.default.isExecutableFile(atPath: $0 + "/slurmctld")
  }

  /// Says what to do where it is not.
  public static let hint: Comment = "Slurm is not installed; Scripts/setup.sh installs it"

  /// Whether one may keep accounts here: its daemons are installed, and this is root, who may start them.
  public static let canAccount =
    isPossible && getuid() == 0
    && ["/usr/sbin/slurmdbd", "/usr/sbin/mariadbd"].allSatisfy {
      FileManager.default.isExecutableFile(atPath: $0)
    }

  /// Says what to do where it may not.
  public static let accountingHint: Comment =
    "slurmdbd needs root, and packages that Scripts/setup.sh --cluster installs"

  /// Whether one has a REST service here: it is installed, and this is root, who may start it as somebody else.
  public static let hasREST =
    isPossible && getuid() == 0
    && FileManager.default.isExecutableFile(atPath: "/usr/sbin/slurmrestd")

  /// Says what to do where it has none.
  public static let restHint: Comment =
    "slurmrestd needs root, and packages that Scripts/setup.sh --cluster installs"

  /// One that several tests share, for what does no harm to others.
  public static let shared = Result { try TestCluster() }

  /// Starts one.
  ///
  /// - Parameters:
  ///   - accounting: whether it keeps accounts, with a database.
  ///   - maxArraySize: its `MaxArraySize`.
  ///   - killsForMemory: whether Slurm ends jobs that hold more memory than they asked for.
  ///   - memorySeconds: how long its queue remembers jobs that have ended (`MinJobAge`).
  ///   - cpus: CPUs that each node claims to have, with as much memory as so many jobs ask for.
  ///   - settings: more lines of its `slurm.conf`.
  ///   - rules: its own rules for jobs, a `job_submit.lua`.
  ///   - launcher: the words that start a program where its daemons are to run, such as in another namespace.
  public init(
    nodes: Int = 3, accounting: Bool = false, killsForMemory: Bool = false,
    maxArraySize: Int = 1_001, memorySeconds: Int = 300, cpus: Int = 4, settings: String = "",
    rules: String = "",
    launcher: [String] = []
  ) throws {
    folder = Self.temporaryFolder + "/aifactory-cluster-\(UUID().uuidString.prefix(8))"
    let environment = [
      "NODES": "\(nodes)", "ACCOUNTING": accounting ? "1" : "0", "OWNER": "\(getpid())",
      "MAX_ARRAY": "\(maxArraySize)", "MIN_AGE": "\(memorySeconds)",
      "MEMORY_KILLS": killsForMemory ? "1" : "0", "CPUS": "\(cpus)",
      "MEMORY": "\(max(2_000, 100 * cpus))", "SETTINGS": settings,
      "RULES": rules,
    ]
    let words = launcher + [packageFolder + "/Tests/Cluster/up.sh", folder]
    func start() throws -> (status: Int32, text: String) {
      try Self.run(words[0], Array(words.dropFirst()), environment: environment)
    }
    var answer = try start()
    // A port that was free may be taken by the time a daemon wants it; then nothing is left behind.
    if answer.status != 0 { answer = try start() }
    guard answer.status == 0 else { throw ClusterFailed(description: answer.text) }
  }

  deinit { close() }

  /// Ends it.
  public func close() {
    // What cannot be ended now ends with this process.
    _ = try? Self.run(packageFolder + "/Tests/Cluster/down.sh", [folder])
  }

  /// Runs one of Slurm's commands on it; what it printed, without line breaks at the end.
  @discardableResult
  public func callAsFunction(_ program: String, _ arguments: String...) throws -> String {
    let answer = try Self.run(
      "/usr/bin/env", [program] + arguments, environment: ["SLURM_CONF": configuration])
    guard answer.status == 0 else { throw ClusterFailed(description: answer.text) }
    return answer.text.trimmingCharacters(in: .newlines)
  }

  /// Writes a token of this user to a file.
  @discardableResult
  public func writeToken(to file: String, seconds: Int = 3_600) throws -> String {
    let token = try self("scontrol", "token", "lifespan=\(seconds)")
    let isWritten = FileManager.default.createFile(
      atPath: file, contents: Data((token + "\n").utf8), attributes: [.posixPermissions: 0o600])
    guard isWritten else { throw ClusterFailed(description: "cannot write \(file)") }
    return token
  }

  /// Ends its REST service, until `resumeREST`.
  public func suspendREST() throws { try tell("rest.sh", "down") }

  /// Lets it answer again.
  public func resumeREST() throws { try tell("rest.sh", "up") }

  /// Ends its controller, until `resumeController`; jobs go on.
  public func suspendController() throws { try tell("controller.sh", "down") }

  /// Starts it again, with all that it knew.
  public func resumeController() throws { try tell("controller.sh", "up") }

  /// Kills a node with everything on it; the controller notices by its silence.
  public func kill(node: String) throws { try tell("node.sh", "kill", node) }

  private func tell(_ script: String, _ words: String...) throws {
    let answer = try Self.run(packageFolder + "/Tests/Cluster/" + script, [folder] + words)
    guard answer.status == 0 else { throw ClusterFailed(description: answer.text) }
  }

  /// Starts the controller anew without any memory of jobs.
  public func forgetJobs() throws {
    try self(
      "sh", "-c",
      """
      kill $(cat \(folder)/run/slurmctld.pid)
      while squeue >/dev/null 2>&1; do sleep 0.1; done
      PATH=$PATH:/usr/sbin:/sbin slurmctld -c -i </dev/null >/dev/null 2>&1
      until sinfo -h -N -p main -o %T 2>/dev/null | grep -q idle; do sleep 0.1; done
      """)
  }

  private static var temporaryFolder: String {
    URL(fileURLWithPath: NSTemporaryDirectory()).standardizedFileURL.path
  }

  /// Threads of Dispatch block signals, and daemons would never let go of what they inherit.
  private static let unblock = """
    import os, signal, sys
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    os.execvp(sys.argv[1], sys.argv[1:])
    """

  static func run(
    _ program: String, _ arguments: [String], environment: [String: String] = [:]
  ) throws -> (status: Int32, text: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", "-c", unblock, program] + arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    // A file, because daemons keep what they inherit open.
    let file = temporaryFolder + "/cluster-\(UUID().uuidString)"
    _ = FileManager.default.createFile(atPath: file, contents: nil)
    defer { unlink(file) }
    let output = FileHandle(forWritingAtPath: file)
    process.standardOutput = output
    process.standardError = output
    process.standardInput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    try output?.close()
    return (process.terminationStatus, try String(contentsOfFile: file, encoding: .utf8))
  }
}

/// A command of the cluster that failed.
public struct ClusterFailed: Error, CustomStringConvertible {
  /// What it said.
  public var description: String
}
