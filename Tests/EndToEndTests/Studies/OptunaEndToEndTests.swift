import Basics
import Foundation
import TestSupport
import Testing

/// Studies come from Optuna and go back to it, and Optuna itself says whether they are the same.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct OptunaEndToEndTests {
  /// The interpreter with the pinned Optuna; `make mlflow-client` installs it.
  private static let python = packageFolder + "/.build/optuna/bin/python"

  private let factory: FactoryProgram

  init() throws { factory = try FactoryProgram() }

  /// What the script beside this file says.
  private func optuna(_ words: String...) throws -> [JSONValue] {
    try #require(
      FileTree.exists(Self.python), "no Optuna at \(Self.python): run `make mlflow-client` first")
    let process = Process()
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appending(path: "optuna_studies.py").path
    process.executableURL = URL(fileURLWithPath: Self.python)
    process.arguments = [script] + words
    process.currentDirectoryURL = URL(fileURLWithPath: factory.folder)
    // Far from UTC, so that times in the wrong zone are seen.
    process.environment = ProcessInfo.processInfo.environment.merging(["TZ": "JST-9"]) { $1 }
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let bytes = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    return try JSONValue(parsing: Array(bytes)).arrayValue ?? []
  }

  /// The trials of a study as Optuna told it, but for those that ran.
  private func ended(_ study: JSONValue?) throws -> [JSONValue] {
    try #require(study?["trials"]?.arrayValue).filter { $0["state"] != "RUNNING" }
  }

  @Test func `studies of Optuna's come over whole, grow, and go back as they were`() throws {
    defer { factory.close() }
    let file = factory.folder + "/studies.db"
    let made = try optuna("make", file)
    let import1 = try factory("import", "optuna", "studies.db", "--output", "json")
    #expect(import1.status == 0, "\(import1.errors)")
    let studies = try #require(import1.json["studies"] as? [[String: Any]])
    #expect(studies.map { $0["name"] as? String } == ["one", "two"])
    #expect(studies.map { $0["trials"] as? Int } == [20, 8])
    #expect(studies.map { $0["unfinished_trials"] as? Int } == [1, 0])
    let ids = studies.compactMap { $0["id"] as? String }

    // The best is Optuna's best, under the words of the factory.
    let shown = try factory("studies", "show", ids[0], "--output", "json")
    #expect(shown.json["goal"] as? String == "maximize")
    let trials = try #require(shown.json["trials"] as? [[String: Any]])
    #expect(trials.count { $0["outcome"] as? String == "failed" } == 1)
    #expect(trials.count { $0["outcome"] as? String == "pruned" } == 1)
    let starts = try ended(made.first).map { $0["started"]?.numberValue }
    #expect(trials.map { $0["started_at_ms"] as? Double } == starts)
    let best = try factory("studies", "best", ids[0], "--output", "json")
    #expect(best.status == 0, "\(best.errors)")
    #expect(best.json["metric"] as? String == "score")
    let leader = try #require(best.json["trial"] as? [String: Any])
    // Optuna's own word, by its constraints.
    #expect(made.first?["best"]?[0]?.numberValue == (leader["number"] as? Int).map(Double.init))
    #expect(try factory("studies", "importance", ids[0]).status == 0)
    #expect(try factory("studies", "explain", ids[0], "7").status == 0)

    // A new study begins with the best points of it.
    let next = try factory(
      "studies", "create", "next", "--warm-start", ids[0], "--goal", "maximize", "--output", "json")
    #expect(next.status == 0, "\(next.errors)")
    let nextId = try #require(next.json["id"] as? String)
    let warm = try factory("studies", "show", nextId, "--output", "json")
    // Its values have the same name, here and in Optuna.
    #expect(warm.json["metric"] as? String == "score")
    let nextCopy = factory.folder + "/next.db"
    #expect(try factory("studies", "export", nextId, "--optuna", nextCopy).status == 0)
    let named = try #require(try optuna("read", nextCopy, "next").first)
    #expect(named["system_attrs"]?["study:metric_names"] == ["score"])
    let origins = try #require(warm.json["warm_start"] as? [[String: Any]])
    let completed = trials.filter {
      $0["outcome"] as? String == "completed" && $0["infeasible"] == nil
    }
    let leaders = completed.sorted {
      ($0["value"] as? Double ?? 0) > ($1["value"] as? Double ?? 0)
    }
    #expect(origins.map { $0["trial"] as? Int } == leaders.prefix(5).map { $0["number"] as? Int })
    #expect(origins.allSatisfy { $0["study"] as? String == ids[0] })
    let initial = (warm.json["space"] as? [String: Any])?["initial"] as? [[String: Any]]
    let x = try #require((leaders[0]["parameters"] as? [String: String])?["x"])
    let first = try #require(initial?.first?["x"] as? Double)
    #expect(abs(first - (Double(x) ?? 0)) < 1e-12)
    let refused = try factory(
      "studies", "create", "other", "--warm-start", ids[0], "--output", "json")
    #expect(refused.status == 2)
    #expect(refused.error["code"] as? String == "search_trials_missing")

    let frontier = try factory("studies", "best", ids[1], "--output", "json")
    let standing = try #require(frontier.json["frontier"] as? [[String: Any]])
    #expect(
      standing.compactMap { ($0["number"] as? Int).map { JSONValue.number(Double($0)) } }
        == made[1]["best"]?.arrayValue)
    #expect(standing.first?["values"] is [Any])

    // Back in Optuna nothing is different, but that the one that ran is over.
    for (id, study) in zip(ids, made) {
      let copy = factory.folder + "/\(id).db"
      let name = try #require(study["name"]?.stringValue)
      let export = try factory("studies", "export", id, "--optuna", copy)
      #expect(export.status == 0, "\(export.errors)")
      let read = try #require(try optuna("read", copy, name).first)
      #expect(read["directions"] == study["directions"])
      #expect(read["user_attrs"] == study["user_attrs"])
      #expect(read["system_attrs"] == study["system_attrs"])
      let (before, after) = (try ended(study), try ended(read))
      #expect(after.count == before.count)
      for (one, other) in zip(before, after) { #expect(one == other) }
      #expect(try factory("studies", "export", id, "--optuna", copy).status == 2)
    }
    // What Optuna made of our file it can go on with.
    let more = try optuna("more", factory.folder + "/\(ids[0]).db", "2")
    #expect(more.first?["trials"]?.arrayValue?.count == 22)

    // The file grows: only what is new comes.
    _ = try optuna("more", file, "3")
    let again = try factory("import", "optuna", "studies.db", "--study", "one", "--output", "json")
    let one = try #require((again.json["studies"] as? [[String: Any]])?.first)
    #expect(one["id"] as? String == ids[0])
    #expect(one["trials"] as? Int == 23 && one["known_trials"] as? Int == 20)
  }

  @Test func `what is no storage of Optuna's is refused, and leaves nothing`() throws {
    defer { factory.close() }
    try factory.write("text.db", "no database")
    let text = try factory("import", "optuna", "text.db", "--output", "json")
    #expect(text.status == 2)
    #expect(text.error["code"] as? String == "optuna_unreadable")
    let file = factory.folder + "/studies.db"
    _ = try optuna("make", file)
    let missing = try factory("import", "optuna", file, "--study", "no", "--output", "json")
    #expect(missing.error["message"] as? String == "\(file) has no study named 'no'")
    // A trial of the second study that cannot be understood keeps the first from coming, too.
    func change(_ sql: String) throws {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: Self.python)
      process.arguments = [
        "-c",
        "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute(sys.argv[2]); c.commit()",
        file, sql,
      ]
      try process.run()
      process.waitUntilExit()
      #expect(process.terminationStatus == 0)
    }
    try change(
      "UPDATE trial_params SET distribution_json = '{\"name\": \"New\"}' WHERE param_id = "
        + "(SELECT max(param_id) FROM trial_params)")
    let half = try factory("import", "optuna", file, "--output", "json")
    #expect(half.error["code"] as? String == "optuna_unreadable")
    #expect(try factory("studies", "list", "--output", "quiet").output.isEmpty)
    try change("UPDATE alembic_version SET version_num = 'v9.0.0.a'")
    let unknown = try factory("import", "optuna", file, "--output", "json")
    let message = try #require(unknown.error["message"] as? String)
    #expect(message.contains("the schema v9.0.0.a of Optuna's, which is not known here"))
    #expect(try factory("studies", "list", "--output", "quiet").output.isEmpty)
  }
}
