import API
import Basics
import Foundation
import Glibc
import TestSupport
import Testing

/// The same job on the laptop and on a Slurm cluster, with the real programs.
@Suite(
  .serialized, .timeLimit(.minutes(5)), .enabled(if: TestCluster.isPossible, TestCluster.hint))
struct SlurmEndToEndTests {
  /// A factory with a site `hpc`, and the cluster behind it.
  private func factory() throws -> (FactoryProgram, TestCluster) {
    let cluster = try TestCluster()
    let factory = try FactoryProgram()
    let added = try factory(
      "sites", "add", "hpc", "--scratch", cluster.scratch, "--slurm-conf", cluster.configuration)
    #expect(added.status == 0, "\(added.errors)")
    return (factory, cluster)
  }

  @Test func `a site is added, tried out, used and removed`() throws {
    let (factory, cluster) = try factory()
    defer { factory.close() }
    let shown = try factory("sites", "show", "hpc", "--output", "json").json
    #expect(shown["cluster"] as? String == "toy")
    #expect((shown["partitions"] as? [[String: Any]])?.count == 3)

    let trial = try factory("sites", "test", "hpc")
    #expect(trial.status == 0, "\(trial.output)\(trial.errors)")
    #expect(trial.output.contains("Jobs run on 'hpc'."))

    let waited = try factory(
      "jobs", "submit", "--site", "hpc", "--wait", "--output", "json", "--", "sh", "-c",
      "echo on $SLURMD_NODENAME; pwd")
    #expect(waited.status == 0, "\(waited.errors)")
    let id = try #require(waited.json["id"] as? String)
    #expect(waited.json["site"] as? String == "hpc")
    #expect(waited.json["engine_id"] as? String != nil)
    let logs = try factory("jobs", "logs", "-f", id).output
    #expect(logs.hasPrefix("on n"))
    #expect(logs.hasSuffix("\n\(factory.folder)\n"), "it starts in the current folder: \(logs)")

    let failed = try factory(
      "jobs", "submit", "--site", "hpc", "--wait", "--", "sh", "-c", "exit 4")
    #expect(failed.status == 1)
    let unknown = try factory(
      "jobs", "submit", "--site", "nowhere", "--output", "json", "--", "true")
    #expect(unknown.status == 2)
    #expect(unknown.error["code"] as? String == "site_unknown")

    #expect(try factory("sites", "remove", "hpc").status == 0)
    #expect(try factory("sites", "list", "--output", "quiet").output == "local\n")
    #expect(try factory("jobs", "logs", id).output == logs, "jobs stay known")
    withExtendedLifetime(cluster) {}
  }

  @Test func `a server that is killed finds its jobs again`() async throws {
    let (factory, cluster) = try factory()
    defer { factory.close() }
    let running = try submit(
      factory, "echo ready; while ! [ -e \(factory.folder)/go ]; do sleep 0.1; done; exit 6")
    let ended = try submit(factory, "echo short; sleep 2")
    try await factory.until(30, "both run") {
      try factory("jobs", "logs", running).output == "ready\n"
        && factory("jobs", "logs", ended).output == "short\n"
    }
    let server = try factory.serverFile().pid
    #expect(kill(server, SIGKILL) == 0)
    // One ends while nobody looks, the other goes on.
    try await Task.sleep(for: .seconds(3))
    try factory.write("go-on", "")
    try await factory.until(30, "the one that ended is settled") {
      try show(factory, ended)["reason"] as? String == "succeeded"
    }
    #expect(try show(factory, running)["state"] as? String == "running")
    try factory.write("go", "")
    try await factory.until(30, "the other is settled") {
      try show(factory, running)["state"] as? String == "ended"
    }
    #expect(try show(factory, running)["exit_code"] as? Int == 6)
    #expect(try show(factory, running)["attempt"] as? Int == 1)
    let names = try cluster("squeue", "--noheader", "--states=all", "--format=%j")
    #expect(Set(names.split(separator: "\n").map(String.init)) == ["\(running).1", "\(ended).1"])
  }

  @Test func `a job is explained, canceled and retried`() async throws {
    let (factory, cluster) = try factory()
    defer { factory.close() }
    try cluster("scontrol", "update", "partitionname=main", "state=down")
    let job = try submit(factory, "echo attempt $AIFACTORY_ATTEMPT")
    try await factory.until(30, "Slurm says why it waits") {
      try factory("jobs", "explain", job).output.contains("PartitionDown")
    }
    #expect(try factory("jobs", "cancel", job).status == 0)
    try await factory.until(30, "it is canceled") {
      let shown = try show(factory, job)
      return shown["state"] as? String == "ended"
        && shown["reason"] as? String == "canceled_by_user"
    }
    try cluster("scontrol", "update", "partitionname=main", "state=up")
    #expect(try factory("jobs", "retry", job).status == 0)
    try await factory.until(30, "the second attempt succeeds") {
      try show(factory, job)["reason"] as? String == "succeeded"
    }
    #expect(try factory("jobs", "logs", job).output == "attempt 2\n")
  }

  @Test func `a workflow trains on a cluster, and makes the model that it makes here`() throws {
    let (factory, cluster) = try factory()
    defer { factory.close() }
    try factory.write("houses.csv", SampleTables.houses(rows: 300))
    let here = SampleTables.workflow(trials: 3).replacing(
      "task: regression", with: "task: regression\n  resources: {cpus: 2}")
    let there = here.replacing("resources:", with: "site: hpc\n  resources:")
    try factory.write("there.yaml", there)
    let first = try factory("run", "there.yaml", "--output", "json")
    #expect(first.status == 0, "\(first.errors)")
    let stages = try #require(first.json["stages"] as? [[String: Any]])
    let train = try #require(stages.first { $0["name"] as? String == "train" })
    let job = try show(factory, try #require(train["job"] as? String))
    #expect(job["site"] as? String == "hpc")
    #expect(job["engine_id"] as? String == "1")

    try factory.write("here.yaml", here)
    let second = try factory("run", "here.yaml", "--output", "json")
    #expect(second.status == 0, "\(second.errors)")
    let reused = try #require(second.json["stages"] as? [[String: Any]])
    #expect(reused.allSatisfy { $0["reused"] as? Bool == true }, "where it ran is not in the key")
    withExtendedLifetime(cluster) {}
  }

  private func submit(_ factory: FactoryProgram, _ script: String) throws -> String {
    let answer = try factory(
      "jobs", "submit", "--site", "hpc", "--output", "quiet", "--", "sh", "-c", script)
    #expect(answer.status == 0, "\(answer.errors)")
    return answer.output.trimmingCharacters(in: .newlines)
  }

  private func show(_ factory: FactoryProgram, _ job: String) throws -> [String: Any] {
    try factory("jobs", "show", job, "--output", "json").json
  }
}
