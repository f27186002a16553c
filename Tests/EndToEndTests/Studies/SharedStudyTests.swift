import Basics
import Foundation
import Testing

/// Programs that share a study, and what becomes of it when anything is killed.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct SharedStudyTests {
  /// A line that a worker wrote about a trial.
  private struct Note {
    var what: String
    var trial: Int
    var attempt: Int
    var pid: Int32
    var time: Double
  }

  private let factory: FactoryProgram
  private let log: String

  init() throws {
    factory = try FactoryProgram()
    log = factory.folder + "/log"
    let scripts = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    for name in ["worker.py", "client.py"] {
      try FileManager.default.copyItem(
        atPath: scripts.appending(path: name).path, toPath: factory.folder + "/" + name)
    }
  }

  private func startWorker(_ name: String, pause: Double) throws -> Process {
    try start(["worker.py", name, log, "\(pause)"])
  }

  private func start(_ words: [String]) throws -> Process {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3"] + words
    process.currentDirectoryURL = URL(fileURLWithPath: factory.folder)
    var environment = ProcessInfo.processInfo.environment
    environment["AIFACTORY_HOME"] = factory.home
    environment["AIFACTORY_URL"] = nil
    environment["AIFACTORY_TOKEN"] = nil
    process.environment = environment
    try process.run()
    return process
  }

  private func notes() throws -> [Note] {
    guard FileManager.default.fileExists(atPath: log) else { return [] }
    return try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n").compactMap {
      let words = $0.split(separator: " ")
      guard words.count == 5, let pid = Int32(words[3]), let time = Double(words[4]) else {
        return nil
      }
      return Note(
        what: String(words[0]), trial: Int(words[1]) ?? -1, attempt: Int(words[2]) ?? -1,
        pid: pid, time: time)
    }
  }

  /// Kills a process without a word.
  private func end(_ process: Process) -> (pid: Int32, time: Double) {
    let pid = process.processIdentifier
    kill(pid, SIGKILL)
    process.waitUntilExit()
    return (pid, Date().timeIntervalSince1970)
  }

  private func trials(of id: String) throws -> [[String: Any]] {
    let study = try factory("studies", "show", id, "--output", "json")
    return study.json["trials"] as? [[String: Any]] ?? []
  }

  private func ended() throws -> Int { try notes().count { $0.what == "end" } }

  @Test
  func
    `half of the workers, the coordinator and the server are killed, and no trial is lost or held twice`()
    async throws
  {
    defer { factory.close() }
    #expect(try factory("studies", "client", "--into", ".").status == 0)
    #expect(try factory("studies", "list").status == 0)
    var workers = try (0..<6).map { _ in try startWorker("shared", pause: 0.04) }
    var killed: [Int32: Double] = [:]
    try await factory.until(60, "some trials have ended") { try ended() >= 6 }
    for worker in workers.prefix(3) {
      let (pid, time) = end(worker)
      killed[pid] = time
    }
    workers.removeFirst(3)
    // The coordinator dies, then the server with a new one.
    try await factory.until(60, "more trials have ended") { try ended() >= 18 }
    for pid in factory.processes(holding: "worker study") { kill(pid, SIGKILL) }
    try await factory.until(60, "trials have ended without the first coordinator") {
      try ended() >= 30
    }
    let server = try factory.serverFile().pid
    kill(server, SIGKILL)
    #expect(try factory("studies", "list").status == 0)
    for worker in workers { worker.waitUntilExit() }
    #expect(workers.allSatisfy { $0.terminationStatus == 0 })

    let lines = try notes()
    #expect(lines.count { $0.what == "done" } == 3)
    // Each attempt ended, or its worker was killed, before the next one began.
    var attempts: [Int: [(attempt: Int, begin: Double, end: Double)]] = [:]
    for begin in lines where begin.what == "begin" {
      let end = lines.first {
        $0.what == "end" && $0.trial == begin.trial && $0.attempt == begin.attempt
      }
      let last = try #require(end?.time ?? killed[begin.pid], "trial \(begin.trial) is lost")
      attempts[begin.trial, default: []].append((begin.attempt, begin.time, last))
    }
    #expect(Set(attempts.keys) == Set(0..<60))
    for (trial, list) in attempts {
      let sorted = list.sorted { $0.begin < $1.begin }
      for (one, next) in zip(sorted, sorted.dropFirst()) {
        #expect(one.end <= next.begin, "trial \(trial) was held twice at a time")
        #expect(one.attempt < next.attempt)
      }
    }
    // At most what three workers held was given again.
    #expect(attempts.values.reduce(0) { $0 + $1.count } <= 63)

    let id = try #require(
      try factory("studies", "list", "--output", "quiet").output.split(separator: "\n").first)
    try await factory.until(30, "the ledger knows all trials") {
      try trials(of: String(id)).count == 60
    }
    let told = try trials(of: String(id))
    #expect(told.map { $0["number"] as? Int } == (0..<60).map { $0 })
    #expect(told.contains { $0["outcome"] as? String == "completed" })
    // A branch was learned: the slope exists where the kind is a line.
    let importance = try factory("studies", "importance", String(id), "--output", "json")
    #expect(importance.status == 0, "\(importance.errors)")
    let shown = try factory("studies", "show", String(id), "--output", "json")
    let space = try #require(shown.json["space"] as? [String: Any])
    let slope = try #require(
      (space["parameters"] as? [[String: Any]])?.first { $0["name"] as? String == "slope" })
    #expect(slope["when"] as? [String: [String]] == ["kind": ["line"]])
  }

  @Test func `the Python file does what programs expect of it`() throws {
    defer { factory.close() }
    #expect(try factory("studies", "client", "--into", ".").status == 0)
    #expect(try factory("studies", "list").status == 0)
    let process = try start(["client.py"])
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
  }

  @Test func `a study is made, joined, refused under other terms, and asked by curl's means`()
    throws
  {
    defer { factory.close() }
    try factory.write(
      "space.json", #"{"parameters": [{"name": "x", "uniform": [0, 1]}]}"#)
    let first = try factory(
      "studies", "create", "plain", "--space", "space.json", "--budget", "2", "--output", "json")
    #expect(first.status == 0, "\(first.errors)")
    let again = try factory(
      "studies", "create", "plain", "--space", "space.json", "--output", "json")
    #expect(again.json["id"] as? String == first.json["id"] as? String)
    let other = try factory(
      "studies", "create", "plain", "--goal", "maximize", "--output", "json")
    #expect(other.status == 2)
    #expect(other.error["code"] as? String == "study_conflict")
    try factory.write("bad.json", #"{"parameters": [{"name": "x", "uniform": [1, 0]}]}"#)
    let bad = try factory("studies", "create", "bad", "--space", "bad.json", "--output", "json")
    #expect(bad.error["code"] as? String == "search_space_invalid")
    #expect(try factory("studies", "client").output.contains("def create_study("))
  }
}
