import Foundation
import TestSupport
import Testing

/// Data stages whose tables a command makes on a Slurm cluster, with the real programs.
@Suite(
  .serialized, .timeLimit(.minutes(6)), .enabled(if: TestCluster.isPossible, TestCluster.hint))
struct SlurmShardsEndToEndTests {
  /// The jobs of the shards.
  private func shards(_ factory: FactoryProgram) throws -> [[String: Any]] {
    let list = try factory("jobs", "list", "--limit", "1000", "--output", "json").json
    return try #require(list["jobs"] as? [[String: Any]]).filter {
      $0["purpose"] as? String == "command"
    }
  }

  @Test func `a node that is lost costs the shards that ran there, which run again`() async throws {
    let cluster = try TestCluster()
    let factory = try FactoryProgram(cluster)
    defer { factory.close() }
    let work = try ShardedFiles(factory, files: 48, seconds: 4)
    try work.writeWorkflow(shards: 24, words: "site: hpc")
    let started = try factory("run", "sums.yaml", "--detach", "--output", "json")
    let id = try #require(started.json["workflow_run"] as? String, "\(started.errors)")
    try await factory.until(120, "shards have begun") { work.begun.count >= 4 }
    // A node that is at work at this moment, and is gone at the next.
    var lost = ""
    try await factory.until(30, "a node works") {
      lost = try cluster("sh", "-c", "squeue --noheader --states=R --format=%N | head -n 1")
      return !lost.isEmpty
    }
    try cluster("scontrol", "update", "nodename=\(lost)", "state=down", "reason=test")
    let run = try await work.end(of: id)
    #expect(run["status"] as? String == "succeeded", "\(run)")
    let jobs = try shards(factory)
    #expect(jobs.count == 24 && jobs.allSatisfy { $0["reason"] as? String == "succeeded" })
    #expect(jobs.allSatisfy { $0["site"] as? String == "hpc" && $0["array"] != nil })
    let again = jobs.filter { $0["attempt"] as? Int != 1 }
    // A node of the cluster has four cores, and so four shards at a time.
    #expect((1...4).contains(again.count), "\(again)")
    let version = try #require(run["dataset_version"] as? String)
    #expect(try factory("explain", version).output.contains("48 rows"))
    // The same files here make the same dataset.
    let here = try FactoryProgram()
    defer { here.close() }
    let other = try ShardedFiles(here, files: 48)
    try other.writeWorkflow(shards: 24)
    let second = try here("run", "sums.yaml", "--output", "json")
    #expect(second.json["dataset_version"] as? String == version, "\(second.errors)")
    withExtendedLifetime(cluster) {}
  }

  @Test(.enabled(if: TestLoginNode.isPossible, TestLoginNode.hint))
  func `shards run behind a login node, and their tables come back`() throws {
    let cluster = try TestCluster()
    let login = try TestLoginNode()
    let factory = try FactoryProgram(cluster, login: login)
    defer { factory.close() }
    let work = try ShardedFiles(factory, files: 24)
    try work.writeWorkflow(shards: 2, words: "site: hpc")
    let run = try factory("run", "sums.yaml", "--output", "json")
    #expect(run.status == 0, "\(run.output)\(run.errors)")
    #expect(work.begun.sorted() == ["0", "1"])
    let version = try #require(run.json["dataset_version"] as? String)
    #expect(try factory("explain", version).output.contains("24 rows"))
    withExtendedLifetime((cluster, login)) {}
  }
}
