import Basics
import Foundation
import Glibc

/// What an environment job is asked for: `request.json` of its job.
struct EnvironmentRequest: Codable, Sendable, Equatable {
  var environment: PythonEnvironment
  /// Where it shall be.
  var folder: String
}

/// The program of an environment job: a virtual environment with what a model was logged with.
///
/// pip does the work, so that a site's own mirror, proxy and certificates apply.
public enum EnvironmentWorker {
  /// Makes what `requestPath` asks for; returns at once where it is there.
  public static func run(requestPath: String) throws {
    let request: EnvironmentRequest
    do {
      request = try JSONDecoder().decode(
        EnvironmentRequest.self, from: Data(try FileTree.read(requestPath)))
    } catch let error as DecodingError {
      throw ServingError(.requestInvalid, "\(requestPath) asks for no environment: \(error)")
    }
    try make(request, work: FileTree.folder(of: FileTree.absolute(requestPath)))
  }

  /// Makes the environment of a model again where it has gone, as after a restored backup.
  static func remake(_ interpreter: String, ofModel folder: String, work: String) throws {
    func text(_ name: String) throws -> String? {
      let path = folder + "/" + name
      guard FileTree.exists(path) else { return nil }
      return String(decoding: try FileTree.read(path), as: UTF8.self)
    }
    let environment = PythonEnvironment(
      requirements: try text("requirements.txt"), python: try text("python_env.yaml"))
    let place = FileTree.folder(of: FileTree.folder(of: interpreter))
    guard FileTree.name(of: place) == environment.hash else {
      throw ServingError(
        .modelUnusable, "There is no interpreter at \(interpreter).",
        hint: "Deploy the model again with --python PATH.")
    }
    try make(EnvironmentRequest(environment: environment, folder: place), work: work)
  }

  private static func make(_ request: EnvironmentRequest, work: String) throws {
    try FileTree.createFolder(FileTree.folder(of: request.folder))
    // Another job may be making it.
    var lock = try FileLock.take(request.folder + ".lock")
    while lock == nil {
      usleep(200_000)
      lock = try FileLock.take(request.folder + ".lock")
    }
    try withExtendedLifetime(lock) { try fill(request, work: work) }
  }

  private static func fill(_ request: EnvironmentRequest, work: String) throws {
    let (folder, environment) = (request.folder, request.environment)
    let stamp = PythonEnvironment.stamp(of: folder)
    if FileTree.exists(stamp) { return print("\(folder) is there already.") }
    // What is left of a job that was killed.
    try FileTree.remove(folder)
    let python = try interpreter(environment.version, work: work)
    print("Making \(folder) with \(python)")
    try call(python, ["-m", "venv", folder], work: work, doing: "make a virtual environment")
    let file = folder + "/requirements.txt"
    let lines = environment.requirements.joined(separator: "\n") + "\n"
    try FileTree.write(Array(lines.utf8), to: file)
    let own = folder + "/bin/python"
    try call(
      own,
      [
        "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--progress-bar",
        "off", "--requirement", file,
      ], work: work, doing: "install what the model was logged with")
    try call(own, ["-c", "import mlflow.pyfunc, pandas"], work: work, doing: "import mlflow")
    try FileTree.write(Array(lines.utf8), to: stamp)
    print("Ready.")
  }

  /// The version that the model was logged with where it is installed, else any.
  private static func interpreter(_ version: String?, work: String) throws -> String {
    for name in [version.map { "python" + $0 }, "python3"].compactMap({ $0 }) {
      let test = ["-c", "import ensurepip, venv"]
      if try status(of: name, test, work: work) == 0 {
        if let version, name == "python3" {
          print("There is no python\(version), with which the model was logged; python3 is used.")
        }
        return name
      }
    }
    throw ServingError(
      .environmentFailed, "There is no python3 with its modules venv and ensurepip.",
      hint: "Install it (Debian: apt-get install python3-venv), or name an interpreter that has "
        + "what the model needs: --python PATH.")
  }

  private static func call(
    _ program: String, _ arguments: [String], work: String, doing: String
  ) throws {
    let code = try status(of: program, arguments, work: work)
    guard code != 0 else { return }
    let said = String(decoding: try FileTree.read(errorsPath(work)), as: UTF8.self)
    FileHandle.standardError.write(Data(said.utf8))
    let words = said.split(whereSeparator: \.isNewline).filter { !$0.hasPrefix("[notice]") }
      .suffix(2).joined(separator: " / ")
    throw ServingError(
      .environmentFailed, "\(program) could not \(doing): \(words)",
      hint: "Check the network and pip's settings (pip config list), or name an interpreter that "
        + "has what the model needs: --python PATH.")
  }

  /// Runs a program, its output among the job's and its errors in a file; 127 where it is missing.
  private static func status(
    of program: String, _ arguments: [String], work: String
  ) throws -> Int32 {
    let path = errorsPath(work)
    try FileTree.write([], to: path)
    let errors = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [program] + arguments
    process.standardInput = FileHandle.nullDevice
    process.standardError = errors
    try process.run()
    process.waitUntilExit()
    try errors.close()
    return process.terminationStatus
  }

  private static func errorsPath(_ work: String) -> String { work + "/errors.txt" }
}
