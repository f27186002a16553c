import Basics
import Foundation
import Testing

/// Data stages whose tables a command makes, through the built programs.
@Suite(.serialized, .timeLimit(.minutes(6)))
struct ShardsEndToEndTests {
  @Test func `files become a dataset by a command, and only what changed is done again`() throws {
    let factory = try FactoryProgram()
    defer { factory.close() }
    let work = try ShardedFiles(factory, files: 24)
    try work.writeWorkflow(shards: 3)
    let planned = try factory("workflows", "plan", "sums.yaml")
    #expect(planned.output.contains("3 of 3 shards run."), "\(planned.output)\(planned.errors)")
    #expect(work.begun.isEmpty)
    let first = try factory("run", "sums.yaml", "--output", "json")
    #expect(first.status == 0, "\(first.errors)")
    #expect(work.begun.sorted() == ["0", "1", "2"])
    let version = try #require(first.json["dataset_version"] as? String)
    let shown = try factory("explain", version, "--output", "json")
    for word in ["24 rows", "shard-2/features/sums.csv", "raw/007.txt", "8 files"] {
      #expect(shown.output.contains(word), "no \(word) in \(shown.output)")
    }

    try work.write(7, "7\n0\n")
    let plan = try factory("workflows", "plan", "sums.yaml")
    #expect(plan.output.contains("1 of 3 shards run: 1."), "\(plan.output)")
    let second = try factory("run", "sums.yaml", "--output", "json")
    #expect(second.status == 0, "\(second.errors)")
    #expect(work.begun.suffix(1) == ["1"] && work.begun.count == 4)
    #expect(second.json["dataset_version"] as? String != version)

    try work.write(8, "broken\n")
    let third = try factory("run", "sums.yaml", "--output", "json")
    #expect(third.status == 1)
    let message = (third.json["error"] as? [String: Any])?["message"] as? String ?? ""
    #expect(message.hasPrefix("Shard 2 of 3: "), "\(third.output)\(third.errors)")
    #expect(message.contains("'raw/008.txt'") && message.contains("no number in "), "\(message)")

    // As it was: all of it is known.
    try work.write(8, "8\n64\n")
    let fourth = try factory("run", "sums.yaml", "--output", "json")
    #expect(fourth.json["dataset_version"] as? String == second.json["dataset_version"] as? String)
    #expect(work.begun.count == 5)
  }

  @Test func `shards survive the death of the server and of their agents`() async throws {
    let factory = try FactoryProgram()
    defer { factory.close() }
    let work = try ShardedFiles(factory, files: 24, seconds: 1)
    try work.writeWorkflow(shards: 6)
    let started = try factory("run", "sums.yaml", "--detach", "--output", "json")
    let id = try #require(started.json["workflow_run"] as? String, "\(started.errors)")
    try await factory.until(60, "a shard has begun") { !work.begun.isEmpty }
    for pid in factory.processes(holding: "aifactory-agent") { kill(pid, SIGKILL) }
    try await factory.until(60, "more have begun") { work.begun.count >= 4 }
    kill(try factory.serverFile().pid, SIGKILL)
    let run = try await work.end(of: id)
    #expect(run["status"] as? String == "succeeded", "\(run)")
    let version = try #require(run["dataset_version"] as? String)
    #expect(try factory("explain", version).output.contains("24 rows"))
    #expect(Set(work.begun).count == 6)
  }
}
