import API
import Basics
import Foundation
import JobProtocol
import TestSupport

/// The built `aifactory` program with a home of its own, driven as a user would.
///
/// The home is stopped and removed by `close()`; `close()` may be called again.
final class FactoryProgram: Sendable {
  let home: String
  let folder: String
  /// The small disk on which a part of the home lies, if any.
  let disk: SmallDisk?

  /// What a command answered.
  struct Answer {
    var status: Int32
    var output: String
    var errors: String

    /// The output as JSON objects; empty if it is not one.
    var json: [String: Any] { Self.object(output) }

    /// What went wrong, as `--output json` tells it.
    var error: [String: Any] { Self.object(errors)["error"] as? [String: Any] ?? [:] }

    private static func object(_ text: String) -> [String: Any] {
      // A test that asks for JSON of something else fails on the missing key.
      (try? JSONSerialization.jsonObject(with: Data(text.utf8))) as? [String: Any] ?? [:]
    }
  }

  /// A command that was started.
  struct Running {
    var process: Process
    var output: String
    var errors: String

    /// What it has said so far, with the status if it has ended.
    var answer: Answer {
      get throws {
        Answer(
          status: process.isRunning ? -1 : process.terminationStatus,
          output: try String(contentsOfFile: output, encoding: .utf8),
          errors: try String(contentsOfFile: errors, encoding: .utf8))
      }
    }

    /// Waits for the end; what does not end in time is killed and is an error.
    func end(withinSeconds seconds: Double) throws -> Answer {
      let deadline = Date(timeIntervalSinceNow: seconds)
      while process.isRunning {
        guard Date() < deadline else {
          kill(process.processIdentifier, SIGKILL)
          let said = try answer
          throw ProgramFailed(
            what: "\(process.arguments ?? []) did not end in \(seconds) s: "
              + said.output + said.errors)
        }
        usleep(5_000)
      }
      return try answer
    }
  }

  /// - Parameters:
  ///   - smallDisk: the part of the home that lies on a small disk; "" is the home itself.
  ///   - megabytes: size of that disk.
  ///   - shortage: what there is none of once it is filled.
  init(
    smallDisk: String? = nil, megabytes: Int = 0, shortage: SmallDisk.Shortage = .room
  ) throws {
    let base = FileManager.default.temporaryDirectory.appending(
      path: "aifactory-e2e-\(UUID().uuidString.prefix(8))")
    home = base.appending(path: "home").path
    folder = base.appending(path: "work").path
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true)
    let home = home
    disk = try smallDisk.map { part in
      try SmallDisk(
        at: part.isEmpty ? home : home + "/" + part, megabytes: megabytes, shortage: shortage)
    }
  }

  /// Folder of the built programs, beside the test bundle.
  static var products: String {
    URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().path
  }

  /// Runs `aifactory --home HOME WORDS` and waits for its end.
  @discardableResult
  func callAsFunction(_ words: String..., input: String? = nil) throws -> Answer {
    try run(words, input: input)
  }

  /// The same, with the words in an array.
  func run(_ words: [String], input: String? = nil, seconds: Double = 240) throws -> Answer {
    try start(words, input: input).end(withinSeconds: seconds)
  }

  /// Starts a command without waiting; its output goes to files.
  func start(_ words: [String], input: String? = nil) throws -> Running {
    let process = Process()
    let program = Self.products + "/aifactory"
    if let disk {
      process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      process.arguments = disk.launcher(in: folder) + [program, "--home", home] + words
    } else {
      process.executableURL = URL(fileURLWithPath: program)
      process.arguments = ["--home", home] + words
    }
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
    let handles = [
      FileHandle(forWritingAtPath: name + ".out"), FileHandle(forWritingAtPath: name + ".err"),
      FileHandle(forReadingAtPath: name + ".in"),
    ]
    process.standardOutput = handles[0]
    process.standardError = handles[1]
    process.standardInput = handles[2]
    // The command has its own by then. Left open, those of a thousand commands would make the
    // listing of descriptors, which Foundation reads before each start, longer than it can.
    defer { for handle in handles { try? handle?.close() } }
    try process.run()
    return Running(process: process, output: name + ".out", errors: name + ".err")
  }

  /// Writes a file into the working folder and returns its path.
  @discardableResult
  func write(_ name: String, _ text: String) throws -> String {
    let path = folder + "/" + name
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    return path
  }

  /// Processes of this home by what their command line holds, words joined by blanks.
  func processes(holding word: String = "") -> [Int32] {
    ProcessTable.all().filter { pid in
      // A process that ended meanwhile has no command line. Foundation's own readers take the size
      // of files under /proc, which is 0, for the truth.
      guard let bytes = ProcFile.bytes("/proc/\(pid)/cmdline") else { return false }
      let words = bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
      let line = words.joined(separator: " ")
      return line.contains(home) && (word.isEmpty || line.contains(word)) && pid != getpid()
    }
  }

  /// Command lines of the processes of this home, for messages.
  func commandLines() -> [String] {
    processes().map { pid in
      let words = (ProcFile.bytes("/proc/\(pid)/cmdline") ?? []).split(separator: 0)
      return "\(pid): "
        + words.map { String(decoding: $0, as: UTF8.self) }.joined(separator: " ")
    }
  }

  /// What `server.json` tells of the running server.
  func serverFile() throws -> ServerFile {
    let file = disk.map { FactoryHome(path: $0.seen(home)) } ?? FactoryHome(path: home)
    guard let found = try ServerFile.read(file) else {
      throw ProgramFailed(what: "there is no server.json in \(home)")
    }
    return found
  }

  /// The code with which the server says that it cannot work; nil when it can.
  func hindrance() async throws -> String? {
    do {
      let _: HealthWire = try await FactoryClient(url: serverFile().url, token: nil).get("/ready")
      return nil
    } catch let error as APIError {
      return error.code.rawValue
    }
  }

  /// Polls until something is true, or fails after some seconds.
  func until(_ seconds: Double, _ what: String, _ condition: () async throws -> Bool) async throws {
    let deadline = Date(timeIntervalSinceNow: seconds)
    while try await !condition() {
      guard Date() < deadline else {
        throw ProgramFailed(what: "not within \(seconds) s: \(what)")
      }
      try await Task.sleep(for: .milliseconds(20))
    }
  }

  /// Stops the server with all it started and removes the folders.
  func close() {
    // What cannot be stopped is ended below.
    _ = try? run(["stop"], seconds: 60)
    for pid in processes() { kill(pid, SIGKILL) }
    disk?.close()
    // A leftover in the temporary folder harms nobody.
    try? FileManager.default.removeItem(atPath: (home as NSString).deletingLastPathComponent)
  }
}

/// A command that should have succeeded did not.
struct ProgramFailed: Error, CustomStringConvertible {
  var what: String
  var description: String { what }
}
