import Foundation
import Testing

/// The benchmark of many workers, in small, with the programs as they are built for tests.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct ManyWorkersTests {
  @Test func `half of 64 workers are killed, and nothing is given twice or lost`() throws {
    let factory = try FactoryProgram()
    defer { factory.close() }
    #expect(try factory("studies", "list").status == 0)
    let root = (0..<4).reduce(URL(fileURLWithPath: #filePath)) { url, _ in
      url.deletingLastPathComponent()
    }
    let results = factory.folder + "/RESULTS.md"
    try "# Results\n\n## Workers that share a study\n\nstale\n\n## Others\n\nkept\n".write(
      toFile: results, atomically: true, encoding: .utf8)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [
      "python3", root.appending(path: "Benchmarks/search-workers/workers.py").path,
      "--aifactory", FactoryProgram.products + "/aifactory", "--home", factory.home,
      "--workers", "64", "--seconds", "1", "--trials", "600", "--samplers", "random",
      "--results", results,
    ]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let said = String(
      decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0, "\(said)")
    let line = try #require(said.split(separator: "\n").first { $0.hasPrefix("{") }, "\(said)")
    let found = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
    #expect(found?["trials"] as? Int == 600 && found?["completed"] as? Int == 600, "\(said)")
    let wrong = try #require(found?["wrong"] as? [String: Int])
    #expect(wrong.count == 7 && wrong.values.allSatisfy { $0 == 0 }, "\(said)")
    #expect(said.contains("BENCH name=search-workers/random ours="))
    let written = try String(contentsOfFile: results, encoding: .utf8)
    #expect(written.contains("| `random` |") && written.contains("lost or left over: 0."))
    #expect(written.contains("## Others\n\nkept") && !written.contains("stale"))
  }
}
