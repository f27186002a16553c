import Basics
import Foundation
import JobProtocol
import TestSupport
import Testing

@testable import Compute

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

  @Test func `it runs an attempt in a root that has nothing else`() async throws {
    let home = try JobsUnderTest()
    let (root, job) = (home.home.folder.path("root"), home.home.folder.path("job"))
    for folder in [root, job + "/work", job + "/checkpoints"] { try FileTree.createFolder(folder) }
    let agent = root + "/agent"
    try FileTree.write(
      try FileTree.read(try #require(home.configuration.agentPath), limit: 1 << 30), to: agent,
      mode: 0o755)
    #expect(chmod(agent, 0o755) == 0)
    let folder = AttemptFolder(path: job + "/1/node0")
    try AttemptFiles.prepare(
      folder,
      AttemptSpec(
        job: "job_1", attempt: 1, marker: "m",
        // The only program there is.
        spec: JobSpec(name: "version", command: ["/agent", "--version"], site: "slurm"),
        workFolder: job + "/work", cpus: [], gpus: [], checkpointFolder: job + "/checkpoints"))
    let answer = try await run([
      "--bind", root, "/", "--proc", "/proc", "--dev", "/dev", "--bind", job, job, "--",
      "/agent", "run", folder.path,
    ])
    #expect(answer.status == 0, "\(answer.errors)")
    let output = String(decoding: try FileTree.read(folder.standardOutput), as: UTF8.self)
    #expect(output.hasPrefix("aifactory-agent "))
    var reader = JournalReader(path: folder.journal)
    let news = AttemptNews(reader.next(), journalOffset: 0)
    #expect(news.end?.exit == .exited(code: 0))
  }
}
