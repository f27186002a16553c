import Basics
import Foundation
import TestSupport
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
    for name in ["worker.py", "client.py", "processes.py"] {
      try FileManager.default.copyItem(
        atPath: scripts.appending(path: name).path, toPath: factory.folder + "/" + name)
    }
  }

  private func startWorker(_ name: String, pause: Double) throws -> Process {
    try start(["worker.py", name, log, "\(pause)"])
  }

  private func start(_ words: [String], python: String = "python3") throws -> Process {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [python] + words
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

  @Test(arguments: ["client.py", "processes.py"])
  func `the Python file does what programs expect of it`(script: String) throws {
    defer { factory.close() }
    #expect(try factory("studies", "client", "--into", ".").status == 0)
    #expect(try factory("studies", "list").status == 0)
    let process = try start([script])
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
  }

  @Test func `a program gets a stopped trial again that is due, and is told why`() async throws {
    defer { factory.close() }
    #expect(try factory("studies", "client", "--into", ".").status == 0)
    #expect(try factory("studies", "list").status == 0)
    // The third is behind when it is stopped, and the second best of six in the end.
    let process = try start([
      "-c",
      """
      import aifactory_study as f
      study = f.create_study("again", pruner="asha", steps=27)
      points = []
      for value in [5, 4, 4.5, 6, 6, 7, 1]:
          trial = study.ask()
          points.append(trial.suggest_float("x", 0, 1))
          trial.report(value, 1)
          assert trial.should_prune() == (2 <= trial.number <= 5), trial.number
          study.tell(trial, value, state="pruned" if trial.should_prune() else "completed")
      assert trial.promotion == {"trial": 2, "rung": 1, "better": 1, "seen": 6}, trial.promotion
      assert points[6] == points[2], points
      """,
    ])
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    try await factory.until(30, "the ledger knows the trials") {
      try trials(of: "again").count == 7
    }
    let explained = try factory("studies", "explain", "again", "6")
    #expect(
      explained.output.contains("the point of trial 2, trained again because"),
      "\(explained.output)")
    let shown = try factory("studies", "show", "again", "--output", "json")
    let promotions = (shown.json["trials"] as? [[String: Any]])?.map {
      $0["promotion"] as? [String: Int]
    }
    #expect(promotions?.compactMap(\.self) == [["trial": 2, "rung": 1, "better": 1, "seen": 6]])
  }

  @Test
  func `what waits and what is noted outlives the coordinator and the server, and goes to Optuna`()
    async throws
  {
    defer { factory.close() }
    try factory.write(
      "space.yaml",
      "parameters: {x: {uniform: [0, 1]}, kind: {choice: [a, b]}}\ninitial: [{x: 0.5}]\n")
    #expect(try factory("studies", "client", "--into", ".").status == 0)
    #expect(
      try factory("studies", "create", "kept", "--space", "space.yaml", "--budget", "3").status == 0
    )
    let enqueued = try factory(
      "studies", "enqueue", "kept", "x=0.25", "kind=b", "--attribute", "why=a guess")
    #expect(enqueued.status == 0, "\(enqueued.errors)")
    #expect(enqueued.output == "The values will be tried: 1 point waits.\n")
    let wrong = try factory("studies", "enqueue", "kept", "y=1", "--output", "json")
    #expect(wrong.status == 2)
    #expect(wrong.error["code"] as? String == "search_point_invalid")
    func python(_ text: String) throws {
      let process = try start([
        "-c",
        "import aifactory_study as f\ns = f.create_study('kept', space=\(Self.space))\n" + text,
      ])
      process.waitUntilExit()
      #expect(process.terminationStatus == 0)
    }
    try python(
      "s.set_user_attr('team', ['blue', 2**60 + 1])\nt = s.ask()\nt.set_user_attr('early', 1)\n"
        + "s.tell(t, 7, constraints=[1, -1])")
    for pid in factory.processes(holding: "worker study") { kill(pid, SIGKILL) }
    kill(try factory.serverFile().pid, SIGKILL)
    #expect(try factory("studies", "list").status == 0)
    try python(
      "assert s.user_attrs == {'team': ['blue', 2**60 + 1]}, s.user_attrs\n"
        + "assert s.state['waiting'] == 1, s.state\n" + "t = s.ask()\n"
        + "assert t._point == {'x': 0.25, 'kind': 'b'}, t._point\n"
        + "assert t.user_attrs == {'why': 'a guess'}, t.user_attrs\n"
        + "t.set_user_attr('seen', {'a': None})\ns.tell(t, 1, constraints=[-0.25, 0])\n"
        + "assert [t.constraints for t in s.trials] == [[1, -1], [-0.25, 0]], s.trials\n"
        + "assert s.best_trial.user_attrs == {'why': 'a guess', 'seen': {'a': None}}")
    try await factory.until(30, "the ledger knows the trials") {
      try trials(of: "kept").count == 2
    }
    let shown = try factory("studies", "show", "kept")
    #expect(shown.output.contains("team: [\"blue\", 1152921504606846977]"), "\(shown.output)")
    #expect(shown.output.contains("seen={\"a\": null} why=a guess"), "\(shown.output)")
    let best = try factory("studies", "best", "kept")
    #expect(best.output.contains("a guess"))
    let explained = try factory("studies", "explain", "kept", "1")
    #expect(explained.output.contains("Somebody enqueued it, with kind = b, x = 0.25."))
    #expect(explained.output.contains("  why: a guess"))
    #expect(try factory("studies", "show", "kept", "--html", "page.html").status == 0)
    let export = try factory("studies", "export", "kept", "--optuna", "kept.db")
    #expect(export.status == 0, "\(export.errors)")
    // What Optuna itself reads in that file comes back as it went.
    let again = try factory("import", "optuna", "kept.db", "--output", "json")
    #expect(again.status == 0, "\(again.errors)")
    let id = try #require((again.json["studies"] as? [[String: Any]])?.first?["id"] as? String)
    let copy = try factory("studies", "show", id, "--output", "json")
    #expect(
      copy.json["user_attributes"] as? [String: String] == [
        "team": #"["blue", 1152921504606846977]"#
      ])
    let notes = (copy.json["trials"] as? [[String: Any]])?.map {
      $0["user_attributes"] as? [String: String]
    }
    #expect(
      notes == [["early": "1"], ["seen": #"{"a": null}"#, "why": #""a guess""#]])
    let program = """
      import optuna
      s = optuna.load_study(study_name="kept", storage="sqlite:///kept.db")
      assert s.user_attrs == {"team": ["blue", 2**60 + 1]}, s.user_attrs
      measured = [list(t.constraints.values()) for t in s.trials]
      assert measured == [[1, -1], [-0.25, 0]], measured
      assert [t.user_attrs for t in s.trials] == [
          {"early": 1}, {"why": "a guess", "seen": {"a": None}}], s.trials
      assert s.trials[1].system_attrs["fixed_params"] == {"x": 0.25, "kind": "b"}
      """
    let optuna = try start(
      ["-c", program], python: packageFolder + "/.build/optuna/bin/python")
    optuna.waitUntilExit()
    #expect(optuna.terminationStatus == 0)
  }

  private static let space =
    "{'parameters': {'x': {'uniform': [0, 1]}, 'kind': {'choice': ['a', 'b']}}}"

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
    // Who names no space joins, whatever the space is; another one is refused.
    let silent = try factory("studies", "create", "plain", "--output", "json")
    #expect(silent.json["id"] as? String == first.json["id"] as? String, "\(silent.errors)")
    try factory.write("other.json", #"{"parameters": [{"name": "x", "uniform": [0, 2]}]}"#)
    let wider = try factory(
      "studies", "create", "plain", "--space", "other.json", "--output", "json")
    #expect(wider.error["code"] as? String == "study_conflict")
    let twice = try factory("studies", "enqueue", "plain", "x=0.5", "x=0.25")
    #expect(twice.status == 2 && twice.errors.contains("has two values"), "\(twice.errors)")
    try factory.write("empty.yaml", "# nothing yet\n")
    let empty = try factory("studies", "create", "empty", "--space", "empty.yaml")
    #expect(empty.status == 2 && empty.errors.contains("is empty"), "\(empty.errors)")
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
