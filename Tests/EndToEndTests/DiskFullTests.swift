import Foundation
import Testing

/// A disk that is full: words on which a person can act, nothing half-written, no restart needed.
@Suite(
  .serialized, .timeLimit(.minutes(5)),
  .enabled(if: SmallDisk.isPossible, "mounting a small disk needs root and unshare(1)"))
struct DiskFullTests {
  @Test func `a ledger that cannot grow refuses in words, and goes on when there is room`()
    async throws
  {
    let factory = try FactoryProgram(smallDisk: "", megabytes: 24)
    defer { factory.close() }
    let disk = try #require(factory.disk)
    let kept = try factory("jobs", "submit", "--output", "quiet", "--", "/bin/sleep", "1")
    #expect(kept.status == 0, "\(kept.errors)")

    try disk.fill()
    let refused = try factory("jobs", "submit", "--output", "json", "--", "/bin/true")
    #expect(refused.status == 3)
    #expect(refused.error["code"] as? String == "disk_full", "\(refused.output) \(refused.errors)")
    #expect((refused.error["hint"] as? String)?.contains("free some space") == true)
    let listed = try factory("jobs", "list", "--output", "quiet")
    #expect(listed.output.split(separator: "\n").count == 1, "\(listed.output)")
    try await factory.until(10, "it says so") {
      try await factory.hindrance() == "ledger_unwritable"
    }

    try disk.free()
    #expect(try factory("jobs", "submit", "--", "/bin/true").status == 0)
    try await factory.until(15, "it works again") { try await factory.hindrance() == nil }
    // What ended while nothing could be recorded is recorded now.
    let id = kept.output.trimmingCharacters(in: .whitespacesAndNewlines)
    try await factory.until(15, "the end is recorded") {
      try factory("jobs", "show", id, "--output", "json").output.contains("\"succeeded\"")
    }
    #expect(
      try factory("jobs", "list", "--output", "quiet").output.split(separator: "\n").count == 2)
  }

  @Test func `objects that do not fit leave nothing behind, and fit later`() throws {
    let factory = try FactoryProgram(smallDisk: "objects", megabytes: 16)
    defer { factory.close() }
    let disk = try #require(factory.disk)
    try factory.write("houses.csv", SampleTables.houses(rows: 100_000))
    try disk.fill()
    for _ in 0..<2 {
      let refused = try factory(
        "datasets", "add", "houses.csv", "--target", "price", "--output", "json")
      #expect(refused.status != 0)
      #expect(
        refused.error["code"] as? String == "disk_full", "\(refused.output) \(refused.errors)")
      #expect((refused.error["hint"] as? String)?.contains("free some space") == true)
    }
    let left = try FileManager.default
      .subpathsOfDirectory(atPath: disk.seen(factory.home + "/objects"))
      .filter { ($0 as NSString).lastPathComponent.count > 20 }
    #expect(left.isEmpty, "\(left)")
    #expect(try factory("datasets", "list", "--output", "quiet").output.isEmpty)

    try disk.free()
    let added = try factory("datasets", "add", "houses.csv", "--target", "price")
    #expect(added.status == 0, "\(added.errors)")
  }

  @Test func `a workflow that meets a full disk goes on or ends in words, and runs later`()
    async throws
  {
    let factory = try FactoryProgram(smallDisk: "", megabytes: 48)
    defer { factory.close() }
    let disk = try #require(factory.disk)
    try factory.write("houses.csv", SampleTables.houses(rows: 400))
    try factory.write("workflow.yaml", SampleTables.workflow(trials: 3))
    let run = try factory.start(["run", "workflow.yaml", "--output", "json"])
    try await factory.until(30, "a stage works") {
      !factory.processes(holding: "aifactory worker").isEmpty
    }
    try disk.fill()
    try await factory.until(20, "it says so") {
      try await factory.hindrance() == "ledger_unwritable"
    }
    try disk.free()
    let answer = try run.end(withinSeconds: 90)
    #expect(answer.status == 0 || answer.status == 1, "\(answer.output) \(answer.errors)")
    if answer.status == 1 {
      let failure = answer.json["error"] as? [String: Any]
      #expect(failure?["code"] is String, "\(answer.output)")
    }
    let again = try factory("run", "workflow.yaml", "--output", "json")
    #expect(again.status == 0, "\(again.output) \(again.errors)")
  }
}
