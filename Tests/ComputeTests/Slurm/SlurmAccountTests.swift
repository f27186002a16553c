import Testing

@testable import Compute

/// What Slurm's accounts have of jobs.
struct SlurmAccountTests {
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
}
