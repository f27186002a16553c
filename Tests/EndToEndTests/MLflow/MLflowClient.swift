import Basics
import Foundation
import TestSupport
import Testing

/// Python with MLflow's own client, as it comes from PyPI, beside a built program.
struct MLflowClient {
  /// Scripts lie beside this file.
  static let folder = FileTree.folder(of: #filePath)

  /// The interpreter with the pinned client; `make mlflow-client` installs it.
  static var python: String {
    ProcessInfo.processInfo.environment["AIFACTORY_MLFLOW_PYTHON"]
      ?? packageFolder + "/.build/mlflow/bin/python"
  }

  /// The interpreter that has PyTorch too, where that could be installed.
  static var pythonWithTorch: String { packageFolder + "/.build/mlflow-torch/bin/python" }

  /// The server that the scripts speak to.
  struct Server {
    var pid: Int32
    var environment: [String: String]
  }

  let factory: FactoryProgram

  /// Starts the server of a home (by a command that needs one) and tells how to reach it.
  func serve() throws -> Server {
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

  /// Starts a script; its output goes to a file.
  func start(
    _ words: [String], _ server: Server, python: String = MLflowClient.python
  ) throws -> (process: Process, output: String) {
    guard FileTree.exists(python) else {
      Issue.record("no MLflow client at \(python): run `make mlflow-client` first")
      throw CancellationError()
    }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: python)
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

  /// Runs a script of this folder to its end, which must be a good one, and returns what it said.
  @discardableResult
  func run(
    _ script: String, _ words: [String] = [], _ server: Server,
    python: String = MLflowClient.python
  ) throws -> String {
    let (process, output) = try start(
      [Self.folder + "/" + script] + words, server, python: python)
    process.waitUntilExit()
    let text = try String(contentsOfFile: output, encoding: .utf8)
    #expect(process.terminationStatus == 0, "\(text)")
    return text
  }

  /// The same for a script whose last line is JSON.
  func json(
    _ script: String, _ words: [String] = [], _ server: Server,
    python: String = MLflowClient.python
  ) throws -> JSONValue {
    let text = try run(script, words, server, python: python)
    return try JSONValue(parsing: text.split(separator: "\n").last.map(String.init) ?? "")
  }
}
