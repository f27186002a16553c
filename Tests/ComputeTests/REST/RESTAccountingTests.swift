import Basics
import JobProtocol
import TestSupport
import Testing

@testable import Compute

/// What slurmrestd tells of jobs that the controller has forgotten, with a real database behind it.
@Suite(
  .serialized, .timeLimit(.minutes(4)),
  .enabled(if: TestCluster.hasREST && TestCluster.canAccount, TestCluster.restHint))
struct RESTAccountingTests {
  @Test func `a job that ended is told by the accounts after the controller forgot it`()
    async throws
  {
    let cluster = try TestCluster(accounting: true)
    let home = try JobsUnderTest()
    try await home.addREST(cluster)
    let jobs = home.instance()
    let site = try await jobs.site("rest")
    #expect(site.inventory?.hasAccounting == true)
    #expect(site.inventory?.cluster == "toy")
    let lab = site.inventory?.accounts?.first { $0.name == "lab" }
    #expect(lab?.qos.sorted() == ["brisk", "normal"])
    let engine = try #require(try await jobs.link(to: site)).engine
    let commands = SlurmCommands(
      options: SlurmOptions(scratch: cluster.scratch, configuration: cluster.configuration))
    func submit(_ script: String, _ options: String = "") throws -> String {
      let usual = "--parsable --account=lab --output=/dev/null --no-requeue"
      return try cluster("sh", "-c", "sbatch \(usual) \(options) --wrap '\(script)'")
    }
    let failed = try submit("exit 3", "--job-name=unlucky --gres=gpu:1")
    let array = try submit("exit 0", "--array=0-1")
    // A controller that ends before it has told of a job takes the name with it.
    _ = try await eventually {
      let lines = try cluster(
        "sacct", "--noheader", "--allocations", "--parsable2", "--format=JobName,State")
      let ended = lines.split(separator: "\n").filter {
        $0.hasPrefix("unlucky|FAILED") || $0.hasPrefix("wrap|C")
      }
      return ended.count == 3 ? true : nil
    }
    try cluster.forgetJobs()
    #expect(try await engine.queue() == [])
    for (id, state) in [
      (failed, "FAILED"), (array + "_0", "COMPLETED"), (array + "_1", "COMPLETED"),
    ] {
      let told = try #require(try await engine.remembered(id))
      #expect(told.id == id)
      #expect(told.state.word == state)
      #expect(told.nodes.hasPrefix("n"))
    }
    #expect(try await engine.remembered("99999") == nil)
    #expect(try await engine.jobs(named: "unlucky").map(\.id) == [failed])
    #expect(try await engine.jobs(named: "nobody") == [])
    #expect(await engine.keepsAccounts())
    let account = try #require(try await engine.account(failed))
    let said = try #require(try await commands.account(failed))
    #expect(account.allocated == said.allocated)
    #expect(account.elapsedSeconds == said.elapsedSeconds)
    #expect(account.allocatedCoreSeconds == said.allocatedCoreSeconds)
    #expect(account.account == "lab")
    #expect(account.qos == "normal")
  }
}
