import Basics
import Foundation
import TestSupport
import Testing

/// MLflow's own client, as it comes from PyPI, against the built program.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct MLflowClientTests {
  /// Scripts lie beside this file.
  private static let folder = FileTree.folder(of: #filePath)

  /// The interpreter with the pinned client; `make mlflow-client` installs it.
  private static var python: String {
    ProcessInfo.processInfo.environment["AIFACTORY_MLFLOW_PYTHON"]
      ?? packageFolder + "/.build/mlflow/bin/python"
  }

  private struct Server {
    var pid: Int32
    var environment: [String: String]
  }

  /// Starts the server of a home (by a command that needs one) and tells how to reach it.
  private func serve(_ factory: FactoryProgram) throws -> Server {
    let answer = try factory("runs", "list", "--output", "quiet")
    #expect(answer.status == 0, "\(answer.errors)")
    let text = try String(contentsOfFile: factory.home + "/server.json", encoding: .utf8)
    let file = try JSONValue(parsing: text)
    var environment = ProcessInfo.processInfo.environment
    environment["MLFLOW_TRACKING_URI"] = try #require(file["url"]?.stringValue)
    environment["MLFLOW_TRACKING_TOKEN"] = try #require(file["token"]?.stringValue)
    environment["MLFLOW_HTTP_REQUEST_MAX_RETRIES"] = "1"
    environment["MLFLOW_DISABLE_TELEMETRY"] = "true"
    environment["MPLBACKEND"] = "Agg"
    environment["OMP_WAIT_POLICY"] = "passive"
    environment["PYTHONDONTWRITEBYTECODE"] = "1"
    return Server(pid: Int32(try #require(file["pid"]?.numberValue)), environment: environment)
  }

  private func start(
    _ words: [String], in factory: FactoryProgram, _ server: Server
  ) throws -> (process: Process, output: String) {
    guard FileTree.exists(Self.python) else {
      Issue.record("no MLflow client at \(Self.python): run `make mlflow-client` first")
      throw CancellationError()
    }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Self.python)
    process.arguments = words
    process.currentDirectoryURL = URL(fileURLWithPath: factory.folder)
    process.environment = server.environment
    let output = factory.folder + "/python-\(UUID().uuidString)"
    _ = FileManager.default.createFile(atPath: output, contents: nil)
    process.standardOutput = FileHandle(forWritingAtPath: output)
    process.standardError = process.standardOutput
    process.standardInput = FileHandle.nullDevice
    try process.run()
    return (process, output)
  }

  @Test(arguments: [
    [
      "experiments", "fluent_run", "nested_and_resumed_runs", "batches", "asynchronous_logging",
      "search", "dataset_inputs", "artifacts", "registry", "traces",
    ],
    ["logged_sklearn_model", "autolog_sklearn", "autolog_xgboost", "evaluate"],
  ])
  func `MLflow's client does what it does against MLflow`(gestures: [String]) throws {
    let factory = try FactoryProgram()
    defer { factory.close() }
    let server = try serve(factory)
    let (process, output) = try start(
      [Self.folder + "/gestures.py"] + gestures, in: factory, server)
    process.waitUntilExit()
    let text = try String(contentsOfFile: output, encoding: .utf8)
    #expect(process.terminationStatus == 0, "\(text)")
    for gesture in gestures { #expect(text.contains("ok \(gesture) "), "\(gesture)") }
  }

  @Test func `what a workflow trained is a model of MLflow's and predicts the same`() throws {
    let factory = try FactoryProgram()
    defer { factory.close() }
    try factory.write("houses.csv", SampleTables.houses(rows: 300))
    try factory.write("workflow.yaml", SampleTables.workflow(trials: 4))
    #expect(try factory("run", "workflow.yaml").status == 0)
    let rows = #"[{"area":100,"rooms":3,"city":"Bologna"},{"area":55.5,"rooms":1,"city":"Athens"}]"#
    try factory.write("rows.json", rows)
    let asked = try factory("predict", "houses", "rows.json", "--output", "json")
    let predictions = try #require(asked.json["predictions"] as? [[String: Any]])
    let expected = try predictions.map { try #require($0["value"] as? Double) }

    let server = try serve(factory)
    let (process, output) = try start(
      [Self.folder + "/factory_model.py", "houses", "rows.json"], in: factory, server)
    process.waitUntilExit()
    let text = try String(contentsOfFile: output, encoding: .utf8)
    #expect(process.terminationStatus == 0, "\(text)")
    let answer = try JSONValue(parsing: text.split(separator: "\n").last.map(String.init) ?? "")
    let values = try #require(answer["values"]?.arrayValue).compactMap(\.numberValue)
    #expect(values.count == expected.count)
    for (value, other) in zip(values, expected) {
      #expect(abs(value - other) <= 1e-4 * abs(other), "\(value) and \(other)")
    }
    #expect(answer["metrics"]?.numberValue ?? 0 > 0)
  }

  @Test func `what an MLflow server has kept is taken over, twice the same`() throws {
    let factory = try FactoryProgram()
    defer { factory.close() }
    let server = try serve(factory)
    let (process, output) = try start(
      [Self.folder + "/old_server.py", "make", factory.folder], in: factory, server)
    process.waitUntilExit()
    let made = try String(contentsOfFile: output, encoding: .utf8)
    #expect(process.terminationStatus == 0, "\(made)")
    for _ in 0..<2 {
      let answer = try factory("import", "mlflow", "mlflow.db", "--output", "json")
      #expect(answer.status == 0, "\(answer.errors)")
      #expect(answer.json["runs"] as? Int == 3)
      #expect(answer.json["metrics"] as? Int == 302)
      #expect(answer.json["model_versions"] as? Int == 2)
      #expect((answer.json["remarks"] as? [String])?.isEmpty == true, "\(answer.output)")
    }
    let (check, checked) = try start(
      [Self.folder + "/old_server.py", "check", factory.folder], in: factory, server)
    check.waitUntilExit()
    let verdict = try String(contentsOfFile: checked, encoding: .utf8)
    #expect(check.terminationStatus == 0, "\(verdict)")
    try factory.write("no.db", "nonsense")
    #expect(try factory("import", "mlflow", "no.db").status == 2)
  }

  @Test func `a server killed while metrics pour in keeps every acknowledged point`() async throws {
    let factory = try FactoryProgram()
    defer { factory.close() }
    let told = factory.folder + "/acknowledged.json"
    for wanted in [400, 4_000] {
      let server = try serve(factory)
      let (process, output) = try start(
        [Self.folder + "/load.py", "write", told], in: factory, server)
      func count() -> Int {
        // The file comes with the first answers.
        let text = try? String(contentsOfFile: told + ".count", encoding: .utf8)
        return text.flatMap { Int($0) } ?? 0
      }
      while process.isRunning, count() < wanted { try await Task.sleep(for: .milliseconds(10)) }
      kill(server.pid, SIGKILL)
      process.waitUntilExit()
      let said = try String(contentsOfFile: output, encoding: .utf8)
      #expect(FileTree.exists(told), "\(said)")

      let again = try serve(factory)
      #expect(again.pid != server.pid)
      let (check, checked) = try start(
        [Self.folder + "/load.py", "check", told], in: factory, again)
      check.waitUntilExit()
      let verdict = try String(contentsOfFile: checked, encoding: .utf8)
      #expect(check.terminationStatus == 0, "\(verdict)")
      for file in [told, told + ".count"] { try FileTree.remove(file) }
      #expect(try factory("stop").status == 0)
    }
  }
}
