import Basics
import Foundation
import TestSupport

/// The built `aifactory` program with a home of its own, driven as a user would.
///
/// The home is stopped and removed by `close()`; `close()` may be called again.
final class FactoryProgram: Sendable {
  let home: String
  let folder: String

  /// What a command answered.
  struct Answer {
    var status: Int32
    var output: String
    var errors: String

    /// The output as JSON objects; empty if it is not one.
    var json: [String: Any] {
      // A test that asks for JSON of something else fails on the missing key.
      (try? JSONSerialization.jsonObject(with: Data(output.utf8))) as? [String: Any] ?? [:]
    }
  }

  init() throws {
    let base = FileManager.default.temporaryDirectory.appending(
      path: "aifactory-e2e-\(UUID().uuidString.prefix(8))")
    home = base.appending(path: "home").path
    folder = base.appending(path: "work").path
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true)
  }

  /// Folder of the built programs, beside the test bundle.
  static var products: String {
    URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().path
  }

  /// Runs `aifactory WORDS --home HOME` and waits for its end.
  @discardableResult
  func callAsFunction(_ words: String..., input: String? = nil) throws -> Answer {
    try run(words, input: input)
  }

  /// The same, with the words in an array.
  func run(_ words: [String], input: String? = nil) throws -> Answer {
    let process = try start(words, input: input)
    process.process.waitUntilExit()
    return Answer(
      status: process.process.terminationStatus,
      output: try String(contentsOfFile: process.output, encoding: .utf8),
      errors: try String(contentsOfFile: process.errors, encoding: .utf8))
  }

  /// Starts a command without waiting; its output goes to files.
  func start(
    _ words: [String], input: String? = nil
  ) throws -> (process: Process, output: String, errors: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Self.products + "/aifactory")
    process.arguments = words + ["--home", home]
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    var environment = ProcessInfo.processInfo.environment
    environment["AIFACTORY_ENGINES"] = testEngines.folder
    environment["AIFACTORY_OUTPUT"] = nil
    environment["AIFACTORY_LISTEN"] = "127.0.0.1:0"
    environment["AIFACTORY_GATEWAY"] = "127.0.0.1:0"
    process.environment = environment
    let name = folder + "/.command-\(UUID().uuidString)"
    for end in [".out", ".err", ".in"] {
      _ = FileManager.default.createFile(
        atPath: name + end, contents: end == ".in" ? Data((input ?? "").utf8) : nil)
    }
    process.standardOutput = FileHandle(forWritingAtPath: name + ".out")
    process.standardError = FileHandle(forWritingAtPath: name + ".err")
    process.standardInput = FileHandle(forReadingAtPath: name + ".in")
    try process.run()
    return (process, name + ".out", name + ".err")
  }

  /// Writes a file into the working folder and returns its path.
  @discardableResult
  func write(_ name: String, _ text: String) throws -> String {
    let path = folder + "/" + name
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    return path
  }

  /// Processes of this home by what their command line holds.
  func processes(holding word: String = "") -> [Int32] {
    let everyone = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return everyone.compactMap { Int32($0) }.filter { pid in
      // A process that ended meanwhile has no command line.
      guard let file = FileHandle(forReadingAtPath: "/proc/\(pid)/cmdline") else { return false }
      let words = file.readDataToEndOfFile().split(separator: 0)
      let line = words.map { String(decoding: $0, as: UTF8.self) }.joined(separator: " ")
      return line.contains(home) && line.contains(word) && pid != getpid()
    }
  }

  /// Stops the server with all it started and removes the folders.
  func close() {
    // What cannot be stopped is ended below.
    _ = try? run(["stop"])
    for pid in processes() { kill(pid, SIGKILL) }
    // A leftover in the temporary folder harms nobody.
    try? FileManager.default.removeItem(atPath: (home as NSString).deletingLastPathComponent)
  }
}
