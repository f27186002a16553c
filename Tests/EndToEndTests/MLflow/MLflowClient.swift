import Basics
import Foundation
import TestSupport
import Testing

/// The server of a factory, and the scripts beside this file that speak to it with MLflow's own
/// client or as it does.
struct MLflowClient {
  /// Scripts lie beside this file.
  static let folder = FileTree.folder(of: #filePath)

  /// The interpreter with the pinned client; `make mlflow-client` installs it.
  static var python: String {
    ProcessInfo.processInfo.environment["AIFACTORY_MLFLOW_PYTHON"]
      ?? packageFolder + "/.build/mlflow/bin/python"
  }

  /// The interpreter that has psutil and an object store for MLflow's server, too.
  static var pythonWithObjectStore: String { packageFolder + "/.build/mlflow-parts/bin/python" }

  /// The interpreter that has PyTorch too, where that could be installed.
  static var pythonWithTorch: String { packageFolder + "/.build/mlflow-torch/bin/python" }

  /// The server's process.
  let pid: Int32
  private let folder: String
  private let environment: [String: String]

  /// Starts the server of a home, by a command that needs one, where it does not run.
  init(_ factory: FactoryProgram) throws {
    let answer = try factory("runs", "list", "--output", "quiet")
    #expect(answer.status == 0, "\(answer.errors)")
    let file = try factory.serverFile()
    pid = file.pid
    folder = factory.folder
    environment = ProcessInfo.processInfo.environment.merging([
      "MLFLOW_TRACKING_URI": file.url,
      "MLFLOW_TRACKING_TOKEN": file.token,
      "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
      "MLFLOW_DISABLE_TELEMETRY": "true",
      "MPLBACKEND": "Agg",
      "GOMP_SPINCOUNT": "1000",
      "PYTHONDONTWRITEBYTECODE": "1",
    ]) { $1 }
  }

  /// Starts a script that lies beside this file.
  ///
  /// - Parameter settings: further variables of its environment.
  func start(
    _ script: String, _ words: [String] = [], settings: [String: String] = [:],
    python: String = MLflowClient.python
  ) throws -> RunningScript {
    guard FileTree.exists(python) else {
      Issue.record("no MLflow client at \(python): run `make mlflow-client` first")
      throw CancellationError()
    }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: python)
    process.arguments = [Self.folder + "/" + script] + words
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    process.environment = environment.merging(settings) { $1 }
    return try RunningScript(process, output: folder + "/python-\(UUID().uuidString)")
  }

  /// Runs a script to its end, which must be a good one, and returns what it said.
  @discardableResult
  func run(
    _ script: String, _ words: [String] = [], settings: [String: String] = [:],
    python: String = MLflowClient.python
  ) throws -> String {
    let (status, text) = try start(script, words, settings: settings, python: python).end()
    #expect(status == 0, "\(text)")
    return text
  }

  /// The same for a script whose last line is JSON.
  func json(
    _ script: String, _ words: [String] = [], python: String = MLflowClient.python
  ) throws -> JSONValue {
    let text = try run(script, words, python: python)
    return try JSONValue(parsing: text.split(separator: "\n").last.map(String.init) ?? "")
  }
}
