import Foundation
import Testing

/// The benchmark of many workers, in small, with the programs as they are built for tests.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct ManyWorkersTests {
  @Test func `half of 64 workers are killed, and nothing is given twice or lost`() throws {
    let factory = try FactoryProgram()
    defer { factory.close() }
    #expect(try factory("studies", "list").status == 0)
    let results = factory.folder + "/RESULTS.md"
    try "# Results\n\n## Workers that share a study\n\nstale\n\n## Others\n\nkept\n".write(
      toFile: results, atomically: true, encoding: .utf8)
    let (status, said) = try Self.run([
      "python3", Self.benchmark("workers.py"), "--aifactory",
      FactoryProgram.products + "/aifactory",
      "--home", factory.home, "--workers", "64", "--seconds", "1", "--trials", "600",
      "--samplers", "random", "--results", results,
    ])
    #expect(status == 0, "\(said)")
    let found = try Self.found(in: said)
    #expect(found["trials"] as? Int == 600 && found["completed"] as? Int == 600, "\(said)")
    let wrong = try #require(found["wrong"] as? [String: Int])
    #expect(wrong.count == 7 && wrong.values.allSatisfy { $0 == 0 }, "\(said)")
    #expect(said.contains("BENCH name=search-workers/random ours="))
    let written = try String(contentsOfFile: results, encoding: .utf8)
    #expect(written.contains("| `random` |") && written.contains("lost or left over: 0."))
    #expect(written.contains("## Others\n\nkept") && !written.contains("stale"))
  }

  @Test(arguments: [
    // What limits the files that the server may open, and how many workers there are.
    ("ulimit -Sn 1024", 1_200), ("ulimit -n 256", 400),
  ])
  func `crowds of workers get along, also where few files may be open`(
    limit: String, workers: Int
  ) throws {
    let factory = try FactoryProgram()
    defer { factory.close() }
    let aifactory = FactoryProgram.products + "/aifactory"
    let (began, _) = try Self.run([
      "sh", "-c", "\(limit) && exec '\(aifactory)' studies list --home '\(factory.home)'",
    ])
    #expect(began == 0)
    let (status, said) = try Self.run([
      "python3", Self.benchmark("crowd.py"), "--aifactory", aifactory, "--home", factory.home,
      "--workers", "\(workers)", "--trials", "\(2 * workers)", "--sampler", "random",
      "--lease-ms", "30000",
    ])
    #expect(status == 0, "\(said)")
    let found = try Self.found(in: said)
    #expect(found["completed"] as? Int == 2 * workers, "\(said)")
    // One in ten may end before it was given anything.
    let vanished = try #require(found["vanished"] as? Int)
    #expect(vanished > 0 && found["given again"] as? Int == vanished, "\(said)")
    let wrong = try #require(found["wrong"] as? [String: Int])
    #expect(wrong.count == 7 && wrong.values.allSatisfy { $0 == 0 }, "\(said)")
  }

  @Test func `a study begins while more files are open than programs get`() throws {
    let factory = try FactoryProgram()
    defer { factory.close() }
    let aifactory = FactoryProgram.products + "/aifactory"
    let (began, _) = try Self.run([
      "sh", "-c", "ulimit -Sn 1024 && exec '\(aifactory)' studies list --home '\(factory.home)'",
    ])
    #expect(began == 0)
    #expect(try factory("studies", "client", "--into", ".").status == 0)
    try factory.write(
      "late.py",
      """
      import json, resource, socket, urllib.parse
      import aifactory_study

      hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
      resource.setrlimit(resource.RLIMIT_NOFILE, (2048, hard))
      url = urllib.parse.urlsplit(json.load(open("\(factory.home)/server.json"))["url"])
      held = [socket.create_connection((url.hostname, url.port)) for _ in range(1100)]
      study = aifactory_study.create_study(
          "late", sampler="random", home="\(factory.home)", patience=30)
      trial = study.ask()
      trial.suggest_float("x", 0, 1)
      assert study.tell(trial, 1)
      """)
    let (status, said) = try Self.run([
      "sh", "-c", "cd '\(factory.folder)' && exec python3 late.py 2>&1",
    ])
    #expect(status == 0, "\(said)")
  }

  private static func benchmark(_ name: String) -> String {
    let root = (0..<4).reduce(URL(fileURLWithPath: #filePath)) { url, _ in
      url.deletingLastPathComponent()
    }
    return root.appending(path: "Benchmarks/search-workers/" + name).path
  }

  private static func run(_ words: [String]) throws -> (status: Int32, said: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = words
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let said = String(
      decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    return (process.terminationStatus, said)
  }

  private static func found(in said: String) throws -> [String: Any] {
    let line = try #require(said.split(separator: "\n").first { $0.hasPrefix("{") }, "\(said)")
    return try #require(
      try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any], "\(said)")
  }
}
