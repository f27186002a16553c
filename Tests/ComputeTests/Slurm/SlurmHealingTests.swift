import Basics
import Foundation
import Glibc
import JobProtocol
import TestSupport
import Testing

@testable import Compute

/// What is lost while a real cluster is in trouble, and how soon all is right once it has recovered.
@Suite(
  .serialized, .timeLimit(.minutes(5)), .enabled(if: TestCluster.isPossible, TestCluster.hint))
struct SlurmHealingTests {
  /// Writes down which attempt ran where, and goes on until it is let go.
  private static let script = """
    echo "$AIFACTORY_ATTEMPT $SLURMD_NODENAME" >>log
    echo "$SLURMD_NODENAME"
    while ! [ -e go ]; do sleep 0.1; done
    """

  private func home() async throws -> (JobsUnderTest, TestCluster) {
    let cluster = try TestCluster()
    let home = try JobsUnderTest()
    try await home.add(cluster)
    return (home, cluster)
  }

  private func log(_ job: Job) throws -> [String] {
    String(decoding: try FileTree.read(job.workFolder + "/log"), as: UTF8.self)
      .split(separator: "\n").map(String.init)
  }

  private func letGo(_ job: Job) throws { try FileTree.write([], to: job.workFolder + "/go") }

  @Test func `a node that is killed costs the jobs that ran there an attempt, and no others`()
    async throws
  {
    let (home, cluster) = try await home()
    try await home.serve { jobs in
      var running: [Job] = []
      var nodes: [String] = []
      for _ in 0..<3 {
        let job = try await jobs.shell(
          Self.script, on: .slurm, resources: JobResources(cpus: 4),
          restart: JobRestart(on: [.nodeFailure]))
        nodes.append(try #require(try await jobs.words(of: job).first))
        running.append(job)
      }
      #expect(Set(nodes) == ["n1", "n2", "n3"])
      try cluster.kill(node: nodes[0])
      for job in running { try letGo(job) }
      for (index, job) in running.enumerated() {
        let ended = try await jobs.waitForEnd(job.id)
        #expect(ended.reason == .succeeded, "\(String(describing: ended.message))")
        #expect(ended.attempt == (index == 0 ? 2 : 1))
        #expect(ended.restartReason == (index == 0 ? .lostNode : nil))
        let log = try log(job)
        #expect(log.first == "1 \(nodes[index])")
        #expect(log.count == ended.attempt, "\(log)")
      }
      #expect(try !log(running[0])[1].hasSuffix(nodes[0]))
    }
    withExtendedLifetime(cluster) {}
  }

  @Test func `a controller that is restarted loses no job and starts none twice`() async throws {
    let (home, cluster) = try await home()
    try await home.serve { jobs in
      let ending = try await jobs.shell(Self.script, on: .slurm)
      let lasting = try await jobs.shell(Self.script, on: .slurm)
      let behind = try await jobs.shell(
        Self.script, on: .slurm, resources: JobResources(memoryBytes: 1_900 << 20))
      for job in [ending, lasting] { _ = try await jobs.words(of: job) }
      try cluster.suspendController()
      try letGo(ending)
      // The end is the agent's word, which needs no controller.
      #expect(try await jobs.waitForEnd(ending.id).reason == .succeeded)
      var late: [Job] = []
      for _ in 0..<20 { late.append(try await jobs.shell("echo ran >>log", on: .slurm)) }
      for job in late {
        _ = try await eventually {
          try await jobs.job(job.id).engineState?.hasPrefix("not submitted yet") == true
            ? true : nil
        }
      }
      try cluster.resumeController()
      let healed = ContinuousClock.now
      for job in late {
        let ended = try await jobs.waitForEnd(job.id)
        #expect(ended.reason == .succeeded, "\(String(describing: ended.message))")
        #expect(try log(job) == ["ran"])
      }
      print("20 jobs had ended \(ContinuousClock.now - healed) after the controller answered again")
      for job in [lasting, behind] {
        #expect(try await jobs.job(job.id).hasEnded == false)
        try letGo(job)
        #expect(try await jobs.waitForEnd(job.id).reason == .succeeded)
        #expect(try log(job).count == 1)
      }
      let names = try cluster("squeue", "--noheader", "--states=all", "--format=%j")
        .split(separator: "\n").map(String.init)
      #expect(Set(names).count == names.count && names.count == 23, "\(names)")
    }
    withExtendedLifetime(cluster) {}
  }

  /// Of submissions, not of running jobs: more than a limit wait until there is room.
  @Test(.enabled(if: TestCluster.canAccount, TestCluster.accountingHint))
  func `more jobs than an account may submit wait for their turn, and none is refused`()
    async throws
  {
    let cluster = try TestCluster(accounting: true)
    let home = try JobsUnderTest()
    _ = try await home.instance().addSite(
      "slurm",
      SlurmOptions(
        scratch: cluster.scratch, account: "lab", configuration: cluster.configuration))
    try cluster(
      "sacctmgr", "-i", "modify", "user", "where", "name=\(NSUserName())", "account=lab", "set",
      "maxsubmitjobs=3")
    try await home.serve { jobs in
      let first = try await jobs.shell(Self.script, on: .slurm)
      _ = try await jobs.words(of: first)
      var others: [Job] = []
      for _ in 0..<8 { others.append(try await jobs.shell("echo ran >>log", on: .slurm)) }
      let array = try await jobs.submitArray(
        JobSpec(name: "many", command: ["sh", "-c", "echo ran >>log"], site: "slurm"), count: 6)
      others += try await jobs.list(array: array.id)
      for job in others {
        let ended = try await jobs.waitForEnd(job.id)
        #expect(ended.reason == .succeeded, "\(String(describing: ended.message))")
        #expect(ended.attempt == 1)
        #expect(try log(ended) == ["ran"])
      }
      try letGo(first)
      #expect(try await jobs.waitForEnd(first.id).reason == .succeeded)
    }
    withExtendedLifetime(cluster) {}
  }
}
