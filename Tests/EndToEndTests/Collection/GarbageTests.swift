import API
import Basics
import Foundation
import TestSupport
import Testing

/// `aifactory gc` against the running program.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct GarbageTests {
  /// What MLflow's clients do, by hand.
  private struct Tracker {
    let client: FactoryClient

    init(_ factory: FactoryProgram) throws {
      #expect(try factory("runs", "list", "--output", "quiet").status == 0)
      let file = try factory.serverFile()
      client = FactoryClient(url: file.url, token: file.token)
    }

    private func post(_ path: String, _ body: JSONValue) async throws -> JSONValue {
      let answer = try await client.send(
        "POST", "/api/2.0/mlflow/" + path, body: body.encoded())
      return try JSONValue(parsing: answer.body)
    }

    /// A run with points and a file, and the path of that file.
    func run(points: Int, file text: String) async throws -> (id: String, path: String) {
      let created = try await post("runs/create", ["experiment_id": "0"])
      let id = try #require(created["run"]?["info"]?["run_id"]?.stringValue)
      for start in stride(from: 0, to: points, by: 1_000) {
        let metrics = (start..<min(start + 1_000, points)).map { step -> JSONValue in
          [
            "key": "m", "value": .number(Double(step)), "timestamp": 1,
            "step": .number(Double(step)),
          ]
        }
        _ = try await post("runs/log-batch", ["run_id": .string(id), "metrics": .array(metrics)])
      }
      let path = "0/\(id)/artifacts/notes.txt"
      _ = try await client.send(
        "PUT", "/api/2.0/mlflow-artifacts/artifacts/" + path, body: Array(text.utf8),
        contentType: "text/plain")
      return (id, path)
    }

    func text(_ path: String) async throws -> String {
      let answer = try await client.send("GET", "/api/2.0/mlflow-artifacts/artifacts/" + path)
      return String(decoding: answer.body, as: UTF8.self)
    }

    func status(of run: String) async throws -> Int {
      do {
        _ = try await client.send("GET", "/api/2.0/mlflow/runs/get", query: [("run_id", run)])
        return 200
      } catch let error as APIError {
        return error.status ?? 0
      }
    }
  }

  private static let atOnce = ["--grace", "0s", "--object-age", "0s", "--output", "json"]

  /// Objects that rows of the home's ledger name, and those that are there.
  private func everyNamedObjectIsThere(_ factory: FactoryProgram) throws {
    let backup = factory.folder + "/check-\(UUID().uuidString).backup"
    let answer = try factory("backup", backup, "--output", "json")
    #expect(answer.status == 0, "\(answer.errors)")
    // Restoring reads every byte of it.
    let other = try FactoryProgram()
    defer { other.close() }
    let restored = try other("restore", backup, "--output", "json")
    #expect(restored.status == 0, "\(restored.errors)")
    #expect(restored.json["objects"] as? Int == answer.json["objects"] as? Int)
  }

  @Test func `what was deleted goes, what is named stays, and the dry run said so`() async throws {
    let factory = try FactoryProgram()
    defer { factory.close() }
    let tracker = try Tracker(factory)
    let gone = try await tracker.run(points: 12_345, file: "only in the run that goes")
    let kept = try await tracker.run(points: 10, file: "kept")
    let shared = try await tracker.run(points: 1, file: "kept")
    #expect(try factory("jobs", "submit", "--name", "old", "--", "true").status == 0)
    try await factory.until(20, "the job ended") {
      try factory("jobs", "list", "--output", "json").output.contains("succeeded")
    }
    try factory.write("stray", "x")
    #expect(try factory("runs", "delete", gone.id, shared.id).status == 0)

    let usual = try factory("gc", "--output", "json")
    #expect(usual.status == 0, "\(usual.errors)")
    #expect((usual.json["runs"] as? [String])?.isEmpty == true, "the grace is not over")

    let dry = try factory.run(["gc", "--dry-run"] + Self.atOnce)
    #expect(dry.status == 0, "\(dry.errors)")
    #expect(try await tracker.text(gone.path) == "only in the run that goes")
    let real = try factory.run(["gc"] + Self.atOnce)
    #expect(real.status == 0, "\(real.errors)")
    var (told, done) = (dry.json, real.json)
    #expect(told.removeValue(forKey: "dry_run") as? Bool == true)
    #expect(done.removeValue(forKey: "dry_run") as? Bool == false)
    #expect(NSDictionary(dictionary: told) == NSDictionary(dictionary: done), "\(told) \(done)")
    #expect(Set(done["runs"] as? [String] ?? []) == [gone.id, shared.id])
    #expect(done["metric_points"] as? Int == 12_346)
    #expect((done["objects"] as? [String: Any])?["count"] as? Int == 1)
    #expect((done["job_folders"] as? [String: Any])?["count"] as? Int == 1)

    #expect(try await tracker.status(of: gone.id) == 404)
    #expect(try await tracker.status(of: kept.id) == 200)
    #expect(try await tracker.text(kept.path) == "kept")
    try everyNamedObjectIsThere(factory)
    let again = try factory.run(["gc"] + Self.atOnce)
    #expect((again.json["objects"] as? [String: Any])?["count"] as? Int == 0, "\(again.output)")
    #expect(try factory("gc").output == "There is nothing to remove.\n")
  }

  @Test func `a Python environment goes when no job needs it, and is made again for one that does`()
    async throws
  {
    let factory = try FactoryProgram()
    defer { factory.close() }
    try FileTree.createFolder(factory.folder + "/wheels")
    try PythonWheel.make(version: "4.5", in: factory.folder + "/wheels")
    try factory.write(
      "packages.txt", "--no-index\n--find-links \(factory.folder)/wheels\ntinything\n")
    func submit(_ script: String, _ options: String...) throws -> String {
      let answer = try factory.run(
        ["jobs", "submit", "--output", "json", "--python", "packages.txt"] + options
          + ["--", "python", "-c", script])
      #expect(answer.status == 0, "\(answer.errors)")
      return try #require(answer.json["id"] as? String)
    }
    func collected(_ options: String...) throws -> Int? {
      let answer = try factory.run(["gc", "--unused", "0s"] + options + Self.atOnce)
      return (answer.json["environments"] as? [String: Any])?["count"] as? Int
    }
    let lasting = try submit(
      """
      import os, time
      print("ready", flush=True)
      while not os.path.exists("go"): time.sleep(0.1)
      import tinything
      print(tinything.version)
      """)
    try await factory.until(60, "it runs") {
      try factory("jobs", "logs", lasting).output == "ready\n"
    }
    #expect(try collected() == 0)
    try factory.write("go", "")
    try await factory.until(20, "it has ended") {
      try factory("jobs", "show", lasting, "--output", "json").json["state"] as? String == "ended"
    }
    #expect(try factory("jobs", "logs", lasting).output == "ready\n4.5\n")
    // The environment, and the file that it was made of.
    #expect(try collected("--dry-run") == 2)
    #expect(try FileTree.names(in: factory.home + "/environments").count == 3)
    #expect(try collected() == 2)
    let left = try FileTree.names(in: factory.home + "/environments")
    #expect(left.count == 1 && left.first?.hasSuffix(".lock") == true)
    let again = try submit("import tinything; print(tinything.version)", "--wait")
    #expect(try factory("jobs", "logs", again).output == "4.5\n")
  }

  @Test func `uploads beside collections lose nothing`() async throws {
    let factory = try FactoryProgram()
    defer { factory.close() }
    let tracker = try Tracker(factory)
    // The same few contents again and again, so that objects lose and win names all the time.
    async let uploads: [(id: String, path: String)] = {
      var runs: [(id: String, path: String)] = []
      for index in 0..<60 {
        runs.append(try await tracker.run(points: 1, file: "content \(index % 3)"))
        if index % 2 == 1 {
          _ = try await tracker.client.send("DELETE", "/api/v1/runs/\(runs[index - 1].id)")
        }
      }
      return runs
    }()
    var collections = 0
    for _ in 0..<12 {
      let answer = try factory.run(["gc"] + Self.atOnce)
      #expect(answer.status == 0, "\(answer.errors)")
      collections += 1
    }
    let runs = try await uploads
    #expect(collections == 12)
    for index in stride(from: 1, to: 60, by: 2) {
      #expect(try await tracker.text(runs[index].path) == "content \(index % 3)")
    }
    try everyNamedObjectIsThere(factory)
  }

  @Test func `a collection that is killed goes on, and no run comes back in parts`() async throws {
    let factory = try FactoryProgram()
    defer { factory.close() }
    for round in 0..<3 {
      let tracker = try Tracker(factory)
      let points = 40_000
      let run = try await tracker.run(points: points, file: "round \(round)")
      let kept = try await tracker.run(points: 5, file: "kept \(round)")
      #expect(try factory("runs", "delete", run.id).status == 0)
      let collection = try factory.start(["gc"] + Self.atOnce)
      try await Task.sleep(for: .milliseconds(60 + 120 * round))
      kill(try factory.serverFile().pid, SIGKILL)
      _ = try collection.end(withinSeconds: 60)

      let next = try Tracker(factory)
      let restored = try factory("runs", "restore", run.id)
      if restored.status == 0 {
        let answer = try await next.client.get(
          "/api/v1/runs/\(run.id)/metrics/m", query: [("limit", "100000")],
          as: MetricHistoryWire.self)
        #expect(answer.points.count == points, "it was not condemned yet, so it is whole")
        #expect(try await next.text(run.path) == "round \(round)")
        #expect(try factory("runs", "delete", run.id).status == 0)
      }
      let again = try factory.run(["gc"] + Self.atOnce)
      #expect(again.status == 0, "\(again.errors)")
      #expect(try await next.status(of: run.id) == 404)
      #expect(try await next.text(kept.path) == "kept \(round)")
      try everyNamedObjectIsThere(factory)
    }
  }
}
