import Basics
import Foundation
import JobProtocol
import TestSupport
import Testing

@testable import Compute

/// What goes wrong on a real cluster, which these tests have for themselves.
@Suite(
  .serialized, .timeLimit(.minutes(4)), .enabled(if: TestCluster.isPossible, TestCluster.hint))
struct SlurmFaultTests {
  /// A home with a cluster of its own.
  private func home(
    commands: ((TestCluster) throws -> String)? = nil, partition: String? = nil
  ) async throws -> (JobsUnderTest, TestCluster) {
    let cluster = try TestCluster()
    let home = try JobsUnderTest()
    try await home.add(cluster, partition: partition, commands: try commands?(cluster))
    return (home, cluster)
  }

  @Test func `a submission whose answer was lost is found, not repeated`() async throws {
    let (home, cluster) = try await home(commands: {
      try SlurmShims.folder(in: $0, SlurmShims.losesOneAnswer)
    })
    try await home.serve { jobs in
      let job = try await jobs.shell("echo ran >> log; sleep 1", on: .slurm)
      let ended = try await jobs.waitForEnd(job.id)
      #expect(ended.reason == .succeeded)
      #expect(try FileTree.read(job.workFolder + "/log") == Array("ran\n".utf8))
      let names = try cluster("squeue", "--noheader", "--states=all", "--format=%j")
      #expect(names == "\(job.id).1", "Slurm had it once")
    }
  }

  /// `DefMemPerCPU` is what a job has that asks for no memory, and the agent knows nothing of it.
  @Test func `a job that Slurm kills for its memory says so`() async throws {
    let cluster = try TestCluster(nodes: 1, killsForMemory: true)
    let home = try JobsUnderTest()
    try await home.add(cluster)
    try await home.serve { jobs in
      let job = try await jobs.shell(
        "python3 -c 'import time; held = bytearray(300 << 20); time.sleep(100)'", on: .slurm)
      let ended = try await jobs.waitForEnd(job.id)
      #expect(ended.reason == .memoryLimit, "\(ended.message ?? "")")
      let words = try await jobs.explain(job.id).sentences.joined(separator: " ")
      #expect(words.contains("more memory than its site gives"), "\(words)")
    }
  }

  @Test func `a controller that is away delays a job and loses nothing`() async throws {
    let (home, cluster) = try await home(commands: {
      try SlurmShims.folder(in: $0, SlurmShims.isAwayTwice)
    })
    try await home.serve { jobs in
      let job = try await jobs.shell("echo here", on: .slurm)
      let waiting = try await eventually {
        let job = try await jobs.job(job.id)
        return job.engineState?.hasPrefix("not submitted yet") == true ? job : nil
      }
      #expect(waiting.state == .queued)
      #expect(
        try await jobs.explain(job.id).sentences.joined().contains(
          "Unable to contact slurm controller"))
      #expect(try await jobs.waitForEnd(job.id).reason == .succeeded)
    }
    withExtendedLifetime(cluster) {}
  }

  @Test func `a job that waits says Slurm's reason, and can be canceled`() async throws {
    let (home, cluster) = try await home(partition: "closed")
    try await home.serve { jobs in
      let job = try await jobs.shell("echo never", on: .slurm)
      _ = try await eventually {
        try await jobs.job(job.id).engineState == "PENDING (PartitionDown)" ? true : nil
      }
      let sentences = try await jobs.explain(job.id).sentences
      #expect(sentences[0].contains("'closed'") && sentences[0].contains("PartitionDown"))
      #expect(sentences[1] == "The partition takes jobs but starts none for now.")
      let canceled = try await jobs.cancel(job.id)
      #expect(canceled.state == .stopping)
      #expect(try await jobs.waitForEnd(job.id).reason == .canceledByUser)
      #expect(try cluster("squeue", "--noheader") == "")
    }
  }

  @Test func `a job that is held says so, and goes on when it is released`() async throws {
    let (home, cluster) = try await home()
    try await home.serve { jobs in
      try cluster("scontrol", "update", "partitionname=main", "state=down")
      let job = try await jobs.shell("echo ran >>log", on: .slurm)
      let id = try await eventually { try await jobs.job(job.id).engineId }
      try cluster("scontrol", "hold", id)
      try cluster("scontrol", "update", "partitionname=main", "state=up")
      _ = try await eventually {
        try await jobs.job(job.id).engineState == "PENDING (JobHeldAdmin)" ? true : nil
      }
      let sentences = try await jobs.explain(job.id).sentences
      #expect(sentences.contains { $0.contains("can let it go on") }, "\(sentences)")
      try cluster("scontrol", "release", id)
      #expect(try await jobs.waitForEnd(job.id).reason == .succeeded)
      #expect(try FileTree.read(job.workFolder + "/log") == Array("ran\n".utf8))
    }
    withExtendedLifetime(cluster) {}
  }

  @Test func `a job that waits for room is told its place, and what could start sooner`()
    async throws
  {
    let (home, cluster) = try await home()
    try await home.serve { jobs in
      // Two of four CPUs of each node are busy, one of them for longer than the others.
      for minutes in [10, 20, 30] {
        let job = try await jobs.shell(
          "echo ready; sleep 600", on: .slurm,
          resources: JobResources(
            cpus: 2, memoryBytes: 1_200 << 20, timeLimitMs: Int64(minutes) * 60_000))
        _ = try await jobs.words(of: job)
      }
      let large = try await jobs.shell("true", on: .slurm, resources: JobResources(cpus: 4))
      let words = try await eventually {
        let words = try await jobs.explain(large.id).sentences
        return words.contains { $0.contains("Slurm's reason: Resources") } ? words : nil
      }
      let sooner = try #require(words.last)
      #expect(sooner.hasPrefix("With 2 CPUs it could start at 20"), "\(words)")
      #expect(sooner.hasSuffix(" (--cpus 2)."), "\(words)")

      let behind = try await jobs.shell("true", on: .slurm, resources: JobResources(cpus: 4))
      _ = try await eventually {
        let words = try await jobs.explain(behind.id).sentences
        return words.contains("One job goes before it there.") ? true : nil
      }
      for job in try await jobs.list() where !job.hasEnded { _ = try await jobs.cancel(job.id) }
    }
    withExtendedLifetime(cluster) {}
  }

  @Test func `a node that fails ends its job with Slurm's word`() async throws {
    let (home, cluster) = try await home()
    try await home.serve { jobs in
      let job = try await jobs.shell(
        "echo $SLURMD_NODENAME; while :; do sleep 0.1; done", on: .slurm)
      let node = try #require(try await jobs.words(of: job).first)
      try cluster("scontrol", "update", "nodename=\(node)", "state=down", "reason=test")
      let ended = try await jobs.waitForEnd(job.id)
      #expect(ended.reason == .lostNode)
      #expect(try #require(ended.message).contains("NODE_FAIL"))
      #expect(ended.wasKilledFromOutside)
    }
  }

  @Test(arguments: SiteUnderTest.ways)
  func `a job that gives way to another says so`(way: SiteUnderTest) async throws {
    let cluster = try TestCluster()
    let home = try JobsUnderTest()
    if way == .rest { try await home.addREST(cluster) } else { try await home.add(cluster) }
    try await home.serve { jobs in
      let job = try await jobs.shell(
        "echo ready; while :; do sleep 0.1; done", on: way,
        resources: JobResources(cpus: 4, gracePeriodMs: 100))
      _ = try await jobs.words(of: job)
      // All nodes are wanted, by a partition that goes first.
      try cluster(
        "sbatch", "--partition=urgent", "--nodes=3", "--exclusive", "--output=/dev/null",
        "--wrap=sleep 5")
      let ended = try await jobs.waitForEnd(job.id)
      #expect(ended.reason == .preempted)
      #expect(try #require(ended.message).contains("PREEMPTED"))
    }
  }

  @Test func `a job that a person cancels with scancel is canceled`() async throws {
    let (home, cluster) = try await home()
    try await home.serve { jobs in
      let job = try await jobs.shell("echo ready; while :; do sleep 0.1; done", on: .slurm)
      _ = try await jobs.words(of: job)
      let running = try await jobs.job(job.id)
      try cluster("scancel", try #require(running.engineId))
      let ended = try await jobs.waitForEnd(job.id)
      #expect(ended.reason == .canceledByUser)
      #expect(try #require(ended.message).contains("CANCELLED"))
    }
  }

  @Test func `a job that Slurm forgot is told by its journal`() async throws {
    let (home, cluster) = try await home()
    let job = try await home.serve { jobs in
      let job = try await jobs.shell("while ! [ -e go ]; do sleep 0.05; done; exit 3", on: .slurm)
      return try await jobs.reaches(.running, job.id)
    }
    // Nobody looks while it ends, and then the controller starts with an empty memory.
    try FileTree.write([], to: job.workFolder + "/go")
    _ = try await eventually { try cluster("squeue", "--noheader") == "" ? true : nil }
    try cluster.forgetJobs()
    try await home.serve { jobs in
      let ended = try await jobs.waitForEnd(job.id)
      #expect(ended.reason == .failed)
      #expect(ended.exitCode == 3)
    }
  }

  @Test func `a site with jobs is not removed, one without is`() async throws {
    let (home, cluster) = try await home()
    try await home.serve { jobs in
      let job = try await jobs.shell("while :; do sleep 0.1; done", on: .slurm)
      await #expect(throws: JobError.self) { try await jobs.removeSite("slurm") }
      _ = try await jobs.cancel(job.id)
      _ = try await jobs.waitForEnd(job.id)
      try await jobs.removeSite("slurm")
      #expect(try await jobs.sites().map(\.name) == ["local"])
      await #expect(throws: JobError.self) { try await jobs.shell("true", on: .slurm) }
      #expect(try await jobs.text(job) == "", "its files are still known")
    }
    withExtendedLifetime(cluster) {}
  }

  @Test func `a trial says what the site has and that a job ran`() async throws {
    let (home, cluster) = try await home()
    let report = try await home.serve { try await $0.testSite("slurm", waitMs: 30_000) }
    #expect(report.works, "\(report.checks)")
    #expect(
      report.checks.map(\.name) == [
        "commands", "controller", "partition", "scratch", "agent", "accounts", "job", "node",
      ])
    #expect(try #require(report.checks.last).words.contains("node n"))
    withExtendedLifetime(cluster) {}
  }

  @Test func `a trial says which part does not work, and whom to tell`() async throws {
    let (home, cluster) = try await home(partition: "closed")
    let report = try await home.serve { try await $0.testSite("slurm", waitMs: 1_000) }
    #expect(!report.works)
    let failed = try #require(report.checks.last)
    #expect(failed.name == "partition")
    #expect(try #require(failed.hint).contains("help desk"))
    withExtendedLifetime(cluster) {}
  }

  @Test func `what no node can give is refused at once`() async throws {
    let (home, cluster) = try await home()
    try await home.serve { jobs in
      await #expect(throws: JobError.self) {
        try await jobs.shell("true", on: .slurm, resources: JobResources(cpus: 5))
      }
      await #expect(throws: JobError.self) {
        try await jobs.shell("true", on: .slurm, resources: JobResources(timeLimitMs: 3_700_000))
      }
      let job = try await jobs.shell(
        "echo $CUDA_VISIBLE_DEVICES", on: .slurm, resources: JobResources(gpus: 2))
      #expect(try await jobs.waitForEnd(job.id).reason == .succeeded)
      #expect(try await jobs.text(job) == "0,1\n")
    }
    withExtendedLifetime(cluster) {}
  }

  @Test func `a burst of jobs is submitted and ends`() async throws {
    let (home, cluster) = try await home()
    try await home.serve { jobs in
      var ids: [Identifier<Job>] = []
      for number in 0..<60 { ids.append(try await jobs.shell("exit \(number % 2)", on: .slurm).id) }
      for (number, id) in ids.enumerated() {
        #expect(try await jobs.waitForEnd(id).exitCode == Int32(number % 2))
      }
    }
    withExtendedLifetime(cluster) {}
  }
}
