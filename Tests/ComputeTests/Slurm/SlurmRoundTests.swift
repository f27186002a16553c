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
    for name in ["squeue", "sacct", "scontrol", "sbatch", "scancel", "sinfo"] {
      let script = """
        #!/bin/sh
        echo "\(name)" >>"\(folder.path)/calls"
        [ \(name) = squeue ] && cat "\(folder.path)/queue"
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

  @Test func `the states of ten thousand jobs are one question`() async throws {
    let folder = try TemporaryFolder()
    let lines = (1...Self.count).map {
      "\($0)|\($0 % 2 == 0 ? "PENDING|Priority" : "RUNNING|None")||n"
    }
    let options = SlurmOptions(
      scratch: folder.path,
      commands: try Self.commands(in: folder, queue: lines.joined(separator: "\n") + "\n"))
    let signal = ReconcilerSignal()
    let agent = try folder.write("an agent's program", to: "agent")
    let site = SlurmSite(
      name: "slurm",
      link: try SlurmLink(options, ownAgent: agent, jobsFolder: folder.path("jobs")),
      inventory: nil, agent: agent, signal: signal, remind: { _, _ in },
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
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
}

extension SlurmSite {
  /// Follows attempts as if it had handed them over.
  fileprivate func follow(_ attempts: [SlurmAttempt]) {
    for attempt in attempts { followed[attempt.key] = attempt }
  }
}
