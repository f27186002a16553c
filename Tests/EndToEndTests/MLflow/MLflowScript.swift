import Basics
import Foundation
import TestSupport
import Testing

/// A script with MLflow's own client, run against the server of a home.
struct MLflowScript {
  private let factory: FactoryProgram
  private let environment: [String: String]
  /// The server's process.
  let server: Int32

  /// Starts the server of a home, by a command that needs one, where it does not run.
  init(_ factory: FactoryProgram) throws {
    self.factory = factory
    let answer = try factory("runs", "list", "--output", "quiet")
    #expect(answer.status == 0, "\(answer.errors)")
    let file = try factory.serverFile()
    server = file.pid
    var environment = ProcessInfo.processInfo.environment
    environment["MLFLOW_TRACKING_URI"] = file.url
    environment["MLFLOW_TRACKING_TOKEN"] = file.token
    environment["MLFLOW_HTTP_REQUEST_MAX_RETRIES"] = "1"
    environment["MLFLOW_DISABLE_TELEMETRY"] = "true"
    environment["OMP_WAIT_POLICY"] = "passive"
    environment["PYTHONDONTWRITEBYTECODE"] = "1"
    self.environment = environment
  }

  /// Runs a script that lies beside this file to its end and returns what it said.
  ///
  /// - Parameter settings: variables of the environment.
  @discardableResult
  func run(
    _ name: String, _ words: String..., settings: [String: String] = [:]
  ) throws -> String {
    let python =
      ProcessInfo.processInfo.environment["AIFACTORY_MLFLOW_PYTHON"]
      ?? packageFolder + "/.build/mlflow/bin/python"
    guard FileTree.exists(python) else {
      Issue.record("no MLflow client at \(python): run `make mlflow-client` first")
      throw CancellationError()
    }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: python)
    process.arguments = [FileTree.folder(of: #filePath) + "/" + name] + words
    process.currentDirectoryURL = URL(fileURLWithPath: factory.folder)
    process.environment = environment.merging(settings) { $1 }
    let output = factory.folder + "/python-\(UUID().uuidString)"
    _ = FileManager.default.createFile(atPath: output, contents: nil)
    process.standardOutput = FileHandle(forWritingAtPath: output)
    process.standardError = process.standardOutput
    process.standardInput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    let text = try String(contentsOfFile: output, encoding: .utf8)
    #expect(process.terminationStatus == 0, "\(text)")
    return text
  }
}
