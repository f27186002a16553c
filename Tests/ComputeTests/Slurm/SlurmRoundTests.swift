import Basics
import JobProtocol
import Logging
import TestSupport
import Testing

@testable import Compute

/// What a round asks of a cluster, with stand-ins for Slurm's commands that count.
@Suite(.timeLimit(.minutes(3))) struct SlurmRoundTests {
  private static let count = 10_000

  /// A folder with commands that write down that they were called; `squeue` prints a file.
  private static func commands(in folder: TemporaryFolder, queue: String) throws -> String {
    try folder.write(queue, to: "queue")
    try folder.write("", to: "accounts")
    for name in ["squeue", "sacct", "scontrol", "sbatch", "scancel", "sinfo"] {
      let script = """
        #!/bin/sh
        echo "\(name)" >>"\(folder.path)/calls"
        [ \(name) = squeue ] && cat "\(folder.path)/queue"
        [ \(name) = sacct ] && cat "\(folder.path)/accounts"
        exit 0

        """
      try FileTree.createFolder(folder.path("commands"))
      try FileTree.write(Array(script.utf8), to: folder.path("commands/\(name)"), mode: 0o755)
    }
    return folder.path("commands")
  }

  private static func attempt(_ index: Int, in folder: String) throws -> SlurmAttempt {
    let id = Identifier<Job>.random()
    let record = try JobRecord(
      submitted: JobSpec(name: "n", command: ["true"], site: "slurm"), id: id, project: "default",
      atMs: 0)
    let attempt = JobAttemptRecord(
      AttemptKey(job: id, number: 1), site: "slurm", marker: "m", bootId: "b",
      place: Packing.Holding(job: id, cpus: [], memoryBytes: 0, gpus: []), atMs: 0)
    var result = SlurmAttempt(OpenAttempt(try record.job(folder: folder), attempt), handover: .done)
    result.id = "\(index + 1)"
    return result
  }

  private static func site(
    in folder: TemporaryFolder, queue: String, signal: ReconcilerSignal
  ) throws -> SlurmSite {
    let options = SlurmOptions(
      scratch: folder.path, commands: try commands(in: folder, queue: queue))
    let agent = try folder.write("an agent's program", to: "agent")
    return SlurmSite(
      name: "slurm",
      link: try SlurmLink(options, ownAgent: agent, jobsFolder: folder.path("jobs")),
      inventory: nil, agent: agent, signal: signal, remind: { _, _ in },
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
  }

  @Test func `the states of ten thousand jobs are one question`() async throws {
    let folder = try TemporaryFolder()
    let lines = (1...Self.count).map {
      "\($0)|\($0 % 2 == 0 ? "PENDING|Priority" : "RUNNING|None")||n"
    }
    let signal = ReconcilerSignal()
    let site = try Self.site(
      in: folder, queue: lines.joined(separator: "\n") + "\n", signal: signal)
    await site.follow(
      try (0..<Self.count).map { try Self.attempt($0, in: folder.path("jobs")) })
    for round in 1...3 {
      _ = await site.round()
      let calls = String(decoding: try FileTree.read(folder.path("calls")), as: UTF8.self)
      #expect(calls == String(repeating: "squeue\n", count: round))
      let told = signal.take().observed
      #expect(told.count == (round == 1 ? Self.count : 0), "what is new is told once")
      #expect(told.values.count { $0.state == "RUNNING" } == (round == 1 ? Self.count / 2 : 0))
    }
  }

  @Test func `what the queue has forgotten is asked of the accounts together`() async throws {
    let folder = try TemporaryFolder()
    let count = 1_200
    try folder.write(
      (1...count).map { "\($0)|\($0 % 2 == 0 ? "NODE_FAIL" : "COMPLETED")|None|n1|n\n" }.joined(),
      to: "told")
    let site = try Self.site(in: folder, queue: "", signal: ReconcilerSignal())
    try FileTree.write(try FileTree.read(folder.path("told")), to: folder.path("accounts"))
    let attempts = try (0..<count).map { try Self.attempt($0, in: folder.path("jobs")) }
    await site.follow(attempts)
    _ = await site.round()
    let calls = String(decoding: try FileTree.read(folder.path("calls")), as: UTF8.self)
    #expect(calls == "squeue\n" + String(repeating: "sacct\n", count: 3))
    #expect(await site.reason(of: attempts[0].key) == .lostAgent)
    #expect(await site.reason(of: attempts[1_199].key) == .lostNode)
  }

  @Test func `limits that the cluster has changed count from then on`() async throws {
    let folder = try TemporaryFolder()
    let site = try Self.site(in: folder, queue: "", signal: ReconcilerSignal())
    #expect(await site.longestSeconds == nil)
    let words = "main*|up|2:00:00|1|4|2000|(null)|10:00\n"
    await site.learn(
      SlurmInventory.read(sinfo: words, configuration: "MaxArraySize = 51\n", atMs: 0))
    #expect(await site.longestSeconds == 7_200)
    #expect(await site.usualSeconds == 600)
    #expect(await site.longestArray == 51)
  }

  @Test
  func
    `an attempt that begins while Slurm is asked was not put back, one that waits afterwards was`()
    async throws
  {
    let folder = try TemporaryFolder()
    let attempt = try Self.attempt(0, in: folder.path("jobs"))
    let site = try Self.site(
      in: folder, queue: "1|PENDING|Priority||n\n", signal: ReconcilerSignal())
    await site.follow([attempt])
    _ = await site.round()
    #expect(try await site.verdict(on: attempt.key) == nil)
    // Its agent begins, but what Slurm answers is a moment older.
    try FileTree.createFolder(attempt.folder.path)
    try FileTree.write([], to: attempt.folder.claimedSpec)
    _ = await site.round()
    #expect(try await site.verdict(on: attempt.key) == nil)
    let calls = String(decoding: try FileTree.read(folder.path("calls")), as: UTF8.self)
    #expect(!calls.contains("scancel"), "\(calls)")
    // It goes on, and is put back later.
    try folder.write("1|RUNNING|None||n\n", to: "queue")
    _ = await site.round()
    #expect(try await site.verdict(on: attempt.key) == nil)
    try folder.write("1|PENDING|BeginTime||n\n", to: "queue")
    _ = await site.round()
    #expect(try await site.verdict(on: attempt.key) == .lostNode)
  }
}

extension SlurmSite {
  /// The end of an attempt that the site has found; nil where there is none.
  fileprivate func verdict(on key: AttemptKey) throws -> JobReason? {
    try #require(followed[key]).verdict?.reason
  }

  /// How an attempt ended by what Slurm said of it.
  fileprivate func reason(of key: AttemptKey) -> JobReason? { followed[key]?.seen?.ending?.reason }

  /// Follows attempts as if it had handed them over.
  fileprivate func follow(_ attempts: [SlurmAttempt]) {
    for attempt in attempts { followed[attempt.key] = attempt }
  }
}
