import Basics
import Foundation
import JobProtocol
import TestSupport
import Testing

@testable import Compute

/// What Slurm's accounts have of jobs.
@Suite(.timeLimit(.minutes(3))) struct SlurmAccountTests {
  static let hasAccounting =
    TestCluster.isPossible && FileManager.default.isExecutableFile(atPath: "/usr/sbin/slurmdbd")

  @Test func `the allocation's line and those of its steps are one account`() throws {
    let account = try #require(
      SlurmAccount(
        """
        12|CANCELLED by 0|main|chem|normal|n[1-2]|billing=4,cpu=4,mem=800M,node=2|75|300|01:02.5||0
        12.batch|CANCELLED||chem||n1|cpu=2,mem=400M,node=1|75|150|00:00.014|1364K|0
        12.0|FAILED||chem||n[1-2]|cpu=4,mem=800M,node=2|74|296|01:02.486|2.5M|0

        """))
    #expect(account.id == "12" && account.state == "CANCELLED" && account.account == "chem")
    #expect(account.nodes == "n[1-2]" && account.allocated.hasSuffix("node=2"))
    #expect(account.elapsedSeconds == 75 && account.allocatedCoreSeconds == 300)
    #expect(account.usedCpuMs == 62_500)
    #expect(account.maxRssBytes == 2_621_440)
    #expect(account.energyJoules == nil)
    #expect(SlurmAccount("sacct: error\n") == nil)
  }

  @Test(arguments: [
    ("00:00.014", 14), ("01:00:00", 3_600_000), ("1-00:00:01.5", 86_401_500), ("", 0),
  ]) func `times of sacct are read`(text: String, ms: Int64) {
    #expect(SlurmAccount.milliseconds(text) == ms)
  }

  @Test(.enabled(if: hasAccounting, "slurmdbd is not installed"))
  func `a job that ended on a cluster has an account, one of this machine has none`() async throws {
    let cluster = try TestCluster(accounting: true)
    let home = try JobsUnderTest()
    try await home.add(cluster)
    try await home.serve { jobs in
      let job = try await jobs.shell(
        "i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done", on: .slurm,
        resources: JobResources(cpus: 2))
      let ended = try await jobs.waitForEnd(job.id)
      #expect(ended.reason == .succeeded)
      let account = try await eventually {
        // The database learns of the end a moment later.
        let account = try? await jobs.account(of: job.id)
        return account?.state == "COMPLETED" ? account : nil
      }
      #expect(account.id == ended.engineId)
      #expect(account.partition == "main")
      #expect(account.allocated.contains("cpu=2"))
      #expect(account.allocatedCoreSeconds == 2 * account.elapsedSeconds)
      let local = try await jobs.run(["true"])
      await #expect(throws: JobError.self) { try await jobs.account(of: local.id) }
    }
    withExtendedLifetime(cluster) {}
  }
}
