import Basics
import Foundation
import Glibc
import Subprocess

/// One connection to a login node that everything for a site shares.
///
/// OpenSSH's own client keeps it (`ControlMaster`), so that a call costs some milliseconds instead of a
/// log-in. It is opened when it is needed, and again after it broke; it ends by itself after some idle
/// minutes, also when this process is killed.
actor SSHConnection {
  /// Idle seconds after which the connection ends by itself.
  private static let idleSeconds = 120
  /// Exit code of `ssh` for its own troubles (ssh(1), EXIT STATUS).
  private static let troubleCode: Int32 = 255

  nonisolated let options: SSHOptions
  /// Holds the socket, whose path may have some hundred bytes only.
  nonisolated let folder: String
  private var isOpening = false
  private var waiting: [CheckedContinuation<Void, Never>] = []
  /// How often it was opened.
  private(set) var openings = 0
  /// How many ways through it were made.
  var forwards = 0
  /// Those that are used, by their sockets.
  var ways: [String: String] = [:]

  init(_ options: SSHOptions) throws(JobError) {
    self.options = options
    var template = Array("/tmp/aifactory-ssh-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else {
      throw AttemptFiles.systemError("cannot make a folder in /tmp")
    }
    folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit {
    // A leftover in the temporary folder harms nobody; without its socket the connection ends idle.
    try? FileManager.default.removeItem(atPath: folder)
  }

  nonisolated var socket: String { folder + "/socket" }
  private nonisolated var log: String { folder + "/log" }

  /// Runs a script of one line in the login node's `sh` and waits for its end.
  ///
  /// - Throws: `JobError` with `siteUnreachable` when the node cannot be reached, or the connection broke:
  ///   then the script may have run or not, in part or whole.
  func run(
    _ script: String, input: [UInt8] = [], limit: Int = 64 << 20, patience: Duration
  ) async throws -> CommandRun.Answer {
    try await open()
    // The login shell may be any; it sees one quoted word.
    let words =
      ["-S", socket, "-o", "ControlMaster=no"] + options.arguments
      + ["--", options.destination, "exec /bin/sh -c \(Self.quoted(script))"]
    guard let answer = try await call(words, input: input, limit: limit, patience: patience) else {
      throw unreachable("it did not answer within \(patience)")
    }
    guard answer.status != Self.troubleCode else { throw unreachable(answer.errors) }
    return answer
  }

  /// The words by which a person runs a script of one line there, over this connection where it is open.
  nonisolated func typed(_ script: String, hasTerminal: Bool) -> [String] {
    // The last word about a terminal counts (ssh(1), -t and -T).
    ["ssh", "-S", socket, "-o", "ControlMaster=no"] + options.arguments
      + (hasTerminal ? ["-t"] : [])
      + ["--", options.destination, "exec /bin/sh -c \(Self.quoted(script))"]
  }

  /// Opens the connection unless it is open.
  func open() async throws {
    while isOpening { await withCheckedContinuation { waiting.append($0) } }
    // The socket goes with the process that keeps the connection.
    if access(socket, F_OK) == 0 { return }
    isOpening = true
    defer {
      isOpening = false
      for caller in waiting { caller.resume() }
      waiting = []
    }
    // What was said about an earlier connection.
    unlink(log)
    // It goes on in the background, and must not keep this process's pipes: hence a file for its words.
    let words =
      [
        "-f", "-N", "-E", log, "-S", socket, "-o", "ControlMaster=yes", "-o",
        "ControlPersist=\(Self.idleSeconds)",
      ] + options.arguments + ["--", options.destination]
    guard let answer = try await call(words, patience: .seconds(40)) else {
      throw unreachable("it did not answer within 40 seconds")
    }
    guard answer.status == 0 else {
      let said = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
      throw unreachable(said.isEmpty ? answer.errors : said)
    }
    openings += 1
  }

  func call(
    _ words: [String], input: [UInt8] = [], limit: Int = 1 << 20, patience: Duration
  ) async throws -> CommandRun.Answer? {
    let run = CommandRun(
      program: "ssh", arguments: words, environment: ProcessInfo.processInfo.environment,
      patience: patience, limit: limit)
    do {
      return try await run.answer(input: input)
    } catch let error as SubprocessError where error.code == .executableNotFound {
      throw JobError(
        .siteUnreachable, "there is no `ssh` in PATH", hint: "Install OpenSSH's client.")
    } catch let error as SubprocessError {
      // The pipe to a program that ended early.
      throw unreachable("\(error)")
    }
  }

  nonisolated func unreachable(_ said: String) -> JobError {
    JobError(
      .siteUnreachable,
      "ssh cannot reach '\(options.destination)': \(SSHWords.complaint(said))",
      hint: SSHWords.hint(said, options))
  }

  /// A text as one word of a POSIX shell.
  static func quoted(_ text: String) -> String {
    "'" + text.replacingOccurrences(of: "'", with: "'\\''") + "'"
  }
}
