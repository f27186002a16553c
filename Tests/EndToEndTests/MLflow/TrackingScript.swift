import Basics
import Foundation
import Testing

/// The server of a factory, and scripts beside this file that talk to it as a client of MLflow's does.
struct TrackingServer {
  let pid: Int32
  private let factory: FactoryProgram
  private let environment: [String: String]

  /// Starts the server of a home, by a command that needs one.
  init(_ factory: FactoryProgram) throws {
    self.factory = factory
    let answer = try factory("runs", "list", "--output", "quiet")
    #expect(answer.status == 0, "\(answer.errors)")
    let file = try factory.serverFile()
    pid = file.pid
    var environment = ProcessInfo.processInfo.environment
    environment["MLFLOW_TRACKING_URI"] = file.url
    environment["MLFLOW_TRACKING_TOKEN"] = file.token
    environment["PYTHONDONTWRITEBYTECODE"] = "1"
    self.environment = environment
  }

  /// Starts a script that needs no more than Python itself.
  func start(_ script: String, _ words: String...) throws -> TrackingScript {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", FileTree.folder(of: #filePath) + "/" + script] + words
    process.environment = environment
    let output = factory.folder + "/script-\(UUID().uuidString)"
    _ = FileManager.default.createFile(atPath: output, contents: nil)
    process.standardOutput = FileHandle(forWritingAtPath: output)
    process.standardError = process.standardOutput
    let input = Pipe()
    process.standardInput = input
    try process.run()
    return TrackingScript(process: process, input: input, output: output)
  }
}

/// A script that was started.
struct TrackingScript {
  let process: Process
  fileprivate let input: Pipe
  fileprivate let output: String

  /// What it has said so far.
  var text: String { get throws { try String(contentsOfFile: output, encoding: .utf8) } }

  /// Lets it go on where it waits for a line.
  func goOn() throws { try input.fileHandleForWriting.write(contentsOf: Data("\n".utf8)) }

  /// Waits for its end and tells what it said.
  func end() throws -> (status: Int32, text: String) {
    process.waitUntilExit()
    return (process.terminationStatus, try text)
  }
}
