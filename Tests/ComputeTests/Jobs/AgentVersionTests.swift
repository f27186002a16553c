import Basics
import Foundation
import JobProtocol
import TestSupport
import Testing

@testable import Compute

/// The programs of an earlier version.
private enum FormerVersion {
  static let agent = packageFolder + "/.build/former/FactoryAgent"
  static let server = packageFolder + "/.build/former/FormerServer"
}

/// Agents and servers of versions one apart: jobs go on while a factory is updated, and a site may have an older agent.
///
/// The earlier agent, and the earlier server's reader and writer, are programs built of the repository's history.
@Suite(
  .timeLimit(.minutes(2)),
  .enabled(
    if: FileManager.default.isExecutableFile(atPath: FormerVersion.agent),
    "there is no earlier agent; Tests/Former/build.sh builds it"))
struct AgentVersionTests {
  private func run(_ program: String, _ words: String...) async throws -> CommandRun.Answer {
    let run = CommandRun(
      program: "env", arguments: [program] + words,
      environment: ProcessInfo.processInfo.environment,
      patience: .seconds(60))
    return try #require(try await run.answer())
  }

  @Test func `this server runs jobs with an earlier agent`() async throws {
    try await JobsUnderTest(agentPath: FormerVersion.agent).serve { jobs in
      let done = try await jobs.run(
        ["/bin/sh", "-c", "echo $AIFACTORY_JOB; exit 3"], taskCount: 2,
        resources: JobResources(cpus: 2, memoryBytes: 100 << 20))
      #expect(done.reason == .failed && done.exitCode == 3)
      #expect(try await jobs.text(done) == "\(done.id)\n\(done.id)\n")
      #expect(done.usage.maxRssBytes > 0)
      let slow = try await jobs.run(
        ["sleep", "100"], resources: JobResources(timeLimitMs: 500, gracePeriodMs: 100))
      #expect(slow.reason == .timeLimit)
      let held = try await jobs.shell("trap 'echo told; exit 0' TERM; echo ready; sleep 100 & wait")
      _ = try await jobs.words(of: held)
      _ = try await jobs.cancel(held.id)
      #expect(try await jobs.waitForEnd(held.id).reason == .canceledByUser)
      #expect(try await jobs.text(held) == "ready\ntold\n")
      let missing = try await jobs.run(["/no/such/program"])
      #expect(missing.reason == .launchFailed)
    }
  }

  @Test func `a job goes on under its earlier agent while the factory is updated`() async throws {
    let before = try JobsUnderTest(agentPath: FormerVersion.agent)
    let job = try await before.serve { jobs in
      let job = try await jobs.shell("echo ready; while ! [ -e go ]; do sleep 0.05; done; exit 5")
      _ = try await jobs.words(of: job)
      return job
    }
    let now = Jobs(
      ledger: before.home.ledger,
      configuration: JobsConfiguration(
        folder: before.configuration.folder,
        agentPath: packageFolder + "/.build/debug/aifactory-agent",
        capacity: before.configuration.capacity))
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await now.run() }
      defer { group.cancelAll() }
      #expect(try await now.job(job.id).state == .running)
      try FileTree.write([], to: job.workFolder + "/go")
      let ended = try await now.waitForEnd(job.id)
      #expect(ended.attempt == 1 && ended.exitCode == 5)
      // The next attempt is the new agent's.
      #expect(try await now.waitForEnd(now.retry(job.id).id).attempt == 2)
    }
    // What is left of it would be killed with it.
    withExtendedLifetime(before) {}
  }

  @Test func `this agent runs what an earlier server asks for, and that server can read how`()
    async throws
  {
    let home = try JobsUnderTest()
    let work = home.home.folder.path("work")
    let folder = AttemptFolder(path: home.home.folder.path("job_1/1/local"))
    for path in [work, folder.path] { try FileTree.createFolder(path) }
    try FileTree.write([], to: folder.journal)
    let asked = try await run(
      FormerVersion.server, "instruct", folder.spec, work, "/bin/sh", "-c", "echo done; exit 4")
    #expect(asked.status == 0, "\(asked.errors)")
    let agent = try #require(home.configuration.agentPath)
    let ran = try await run(agent, "run", folder.path)
    #expect(ran.status == 0, "\(ran.errors)")
    let output = String(decoding: try FileTree.read(folder.standardOutput), as: UTF8.self)
    #expect(output == "done\n")
    let read = try await run(FormerVersion.server, "read", folder.journal)
    let lines = String(decoding: read.output, as: UTF8.self).split(separator: "\n")
    #expect(lines.first?.hasPrefix("started(") == true, "\(lines)")
    #expect(lines.last == "whole")
    let end = lines.dropLast().last ?? ""
    #expect(end.hasPrefix("ended(") && end.contains("failed"), "\(lines)")
    #expect(end.contains("exited(code: 4)"), "\(end)")
  }
}
