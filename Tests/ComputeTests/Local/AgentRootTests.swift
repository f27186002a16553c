import Basics
import Foundation
import JobProtocol
import TestSupport
import Testing

@testable import Compute

/// The root of an older distribution.
private let olderRoot = packageFolder + "/.build/older-root"

/// The agent needs nothing of the system on which it runs but the kernel: not even a C library, or `/etc`.
///
/// So it starts on nodes of any older distribution; what a command needs there is the command's own matter.
@Suite(
  .timeLimit(.minutes(1)),
  .enabled(
    if: ["/usr/bin/bwrap", "/usr/local/bin/bwrap"].contains {
      FileManager.default.isExecutableFile(atPath: $0)
    }, "bubblewrap is not installed; Scripts/setup.sh --cluster installs it"))
struct AgentRootTests {
  private func run(_ words: [String]) async throws -> CommandRun.Answer {
    let run = CommandRun(
      program: "bwrap", arguments: words, environment: ProcessInfo.processInfo.environment,
      patience: .seconds(40))
    return try #require(try await run.answer())
  }

  /// Runs a command as an attempt in a root that has the agent at its top.
  ///
  /// - Returns: what it printed.
  private func attempt(_ command: [String], in root: String) async throws -> String {
    let home = try JobsUnderTest()
    let job = home.home.folder.path("job")
    for folder in [job + "/work", job + "/checkpoints"] { try FileTree.createFolder(folder) }
    let agent = home.home.folder.path("agent")
    try FileTree.write(
      try FileTree.read(try #require(home.configuration.agentPath), limit: 1 << 30), to: agent,
      mode: 0o755)
    #expect(chmod(agent, 0o755) == 0)
    let folder = AttemptFolder(path: job + "/1/node0")
    try AttemptFiles.prepare(
      folder,
      AttemptSpec(
        job: "job_1", attempt: 1, marker: "m",
        spec: JobSpec(name: "root", command: command, site: "slurm"),
        workFolder: job + "/work", cpus: [], gpus: [], checkpointFolder: job + "/checkpoints"))
    let answer = try await run([
      "--bind", root, "/", "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--ro-bind",
      agent, "/agent",
      "--bind", job, job, "--", "/agent", "run", folder.path,
    ])
    #expect(answer.status == 0, "\(answer.errors)")
    var reader = JournalReader(path: folder.journal)
    let news = AttemptNews(reader.next(), journalOffset: 0)
    #expect(news.end?.exit == .exited(code: 0))
    return String(decoding: try FileTree.read(folder.standardOutput), as: UTF8.self)
  }

  @Test func `it runs an attempt in a root that has nothing else`() async throws {
    let root = try TemporaryFolder()
    // The only program there is.
    let output = try await attempt(["/agent", "--version"], in: root.path)
    #expect(output.hasPrefix("aifactory-agent "))
  }

  @Test(
    .enabled(
      if: FileManager.default.fileExists(atPath: olderRoot + "/ready"),
      "there is no such root; Tests/OlderRoot/build.sh fetches it"))
  func `it runs commands of an older distribution in its root`() async throws {
    let output = try await attempt(
      ["/bin/sh", "-c", "cat /etc/debian_version; ls /lib/x86_64-linux-gnu/libc-*; uname -s"],
      in: olderRoot + "/root")
    #expect(output.hasPrefix("11."), "\(output)")
    // Older than any library with which a program of today is linked.
    #expect(output.hasSuffix("/libc-2.31.so\nLinux\n"), "\(output)")
  }
}
