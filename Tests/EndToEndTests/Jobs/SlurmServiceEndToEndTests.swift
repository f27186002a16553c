import Foundation
import Glibc
import TestSupport
import Testing

/// Services on a real Slurm cluster, with the real programs.
@Suite(
  .serialized, .timeLimit(.minutes(6)), .enabled(if: TestCluster.isPossible, TestCluster.hint))
struct SlurmServiceEndToEndTests {
  private static let words = [
    "--site", "hpc", "--time", "20s", "--renew-before", "14s", "--grace", "2s", "--drain", "20s",
    "--ready", "/health", "--output", "json", "--", "python3", "server.py",
  ]

  /// A service whose jobs have 20 seconds each is asked for a minute, without one failure.
  private func renewed(_ factory: FactoryProgram, _ cluster: TestCluster) async throws {
    try factory.write("server.py", ServiceUnderTest.program)
    let started = try factory.run(["jobs", "submit", "--service", "web", "--wait"] + Self.words)
    #expect(started.status == 0, "\(started.output)\(started.errors)")
    let service = try ServiceUnderTest(factory)
    let seen = try await service.requests(forSeconds: 45)
    #expect(seen.failures == [])
    #expect(seen.jobs.count >= 3, "\(seen.jobs)")
    let shown = try factory("jobs", "show", "web", "--output", "json").json
    let instances = try #require(shown["instances"] as? [[String: Any]])
    let first = try #require(instances.first)
    #expect(first["reason"] as? String == "canceled_by_user", "drained, long before its limit")

    #expect(try factory("jobs", "cancel", "web").status == 0)
    try await factory.until(40, "the service ends") {
      try factory("jobs", "show", "web", "--output", "quiet").output == "ended\n"
        && cluster("squeue", "--noheader") == ""
    }
  }

  @Test func `requests go on while jobs follow one another before their time limits`()
    async throws
  {
    let cluster = try TestCluster()
    let factory = try FactoryProgram(cluster)
    defer { factory.close() }
    try await renewed(factory, cluster)
  }

  @Test(.enabled(if: TestLoginNode.isPossible, TestLoginNode.hint))
  func `the same through a login node, whose connection may break`() async throws {
    let cluster = try TestCluster()
    let login = try TestLoginNode()
    let factory = try FactoryProgram(cluster, login: login)
    defer { factory.close() }
    try await renewed(factory, cluster)

    let words = ["jobs", "submit", "--service", "web", "--wait", "--site", "hpc", "--output"]
    let started = try factory.run(words + ["json", "--", "python3", "server.py"])
    #expect(started.status == 0, "\(started.output)\(started.errors)")
    let service = try ServiceUnderTest(factory)
    try login.suspend()
    try await factory.until(30, "it is not reached") {
      try await service.ask("/services/web/").status == 503
    }
    #expect(try await service.ask("/services/web/").headers["retry-after"] != nil)
    try login.resume()
    try await factory.until(60, "it is reached again") {
      try await service.ask("/services/web/").status == 200
    }
    withExtendedLifetime((cluster, login)) {}
  }

  @Test func `what waits in Slurm's queue is told with Slurm's reason`() async throws {
    let cluster = try TestCluster()
    let factory = try FactoryProgram(cluster)
    defer { factory.close() }
    try cluster("scontrol", "update", "partitionname=main", "state=down")
    try factory.write("server.py", ServiceUnderTest.program)
    let started = try factory.run(["jobs", "submit", "--service", "web"] + Self.words)
    #expect(started.status == 0, "\(started.errors)")
    let service = try ServiceUnderTest(factory)
    try await factory.until(30, "Slurm's reason is told") {
      try await service.ask("/services/web/").message.contains("PartitionDown")
    }
    let id = try #require(started.json["id"] as? String)
    #expect(try factory("explain", id).output.contains("PartitionDown"))
    let answer = try await service.ask("/services/web/")
    #expect(answer.status == 503)
    #expect(answer.headers["retry-after"] == "10")
    try cluster("scontrol", "update", "partitionname=main", "state=up")
    try await factory.until(60, "it is up") {
      try await service.ask("/services/web/").status == 200
    }
    withExtendedLifetime(cluster) {}
  }
}
