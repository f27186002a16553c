import Foundation
import TestSupport
import Testing

/// What jobs that run use, by the real programs.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct JobTopEndToEndTests {
  @Test func `the jobs that run are listed with what they use, the busiest first`() async throws {
    let factory = try FactoryProgram()
    defer { factory.close() }
    #expect(try factory("jobs", "top").output == "No job runs.\n")
    func submit(_ name: String, _ script: String) throws -> String {
      let answer = try factory(
        "jobs", "submit", "--name", name, "--memory", "500MB", "--output", "quiet", "--", "sh",
        "-c", script)
      #expect(answer.status == 0, "\(answer.errors)")
      return answer.output.trimmingCharacters(in: .newlines)
    }
    let idle = try submit("idle", "sleep 600")
    let busy = try submit("busy", "while :; do :; done")
    try await factory.until(40, "both were measured") {
      let jobs = try factory("jobs", "top", "--output", "json").json["jobs"] as? [[String: Any]]
      guard let jobs, jobs.count == 2 else { return false }
      let loads = jobs.compactMap { $0["load"] as? [String: Any] }
      guard loads.count == 2, let cpus = loads[0]["cpus"] as? Double, cpus > 0.2 else {
        return false
      }
      #expect(jobs.map { $0["id"] as? String } == [busy, idle])
      #expect((loads[1]["cpus"] as? Double ?? 1) < 0.2)
      #expect(loads[0]["memory_bytes"] as? Int ?? 0 > 100_000)
      #expect(loads[0]["energy_joules"] as? Double ?? 0 > 0)
      return true
    }
    let table = try factory("jobs", "top").output.split(separator: "\n")
    #expect(table.count == 3)
    #expect(table[1].contains("busy") && table[1].contains("/1 "), "\(table)")
    #expect(table[1].contains("/500 MB"), "\(table)")
    for job in [idle, busy] { #expect(try factory("jobs", "cancel", job).status == 0) }
    try await factory.until(20, "none runs") {
      try factory("jobs", "top", "--output", "quiet").output.isEmpty
    }
  }
}
