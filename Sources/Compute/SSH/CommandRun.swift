import Basics
import Glibc
import Subprocess

/// A program of this machine that is run to its end within a time.
struct CommandRun: Sendable {
  /// What it said and how it ended.
  struct Answer: Sendable {
    var status: Int32
    var output: [UInt8]
    var errors: String
  }

  var program: String
  var arguments: [String]
  var environment: [String: String]
  /// Longer than this it may not take.
  var patience: Duration
  /// Most bytes of its output.
  var limit = 64 << 20

  /// Runs it; nil when it did not end in time, and then it is killed.
  ///
  /// - Parameter input: what it reads from its standard input.
  func answer(input: [UInt8] = []) async throws -> Answer? {
    guard !input.isEmpty else { return try await answer() }
    // From a file: a pipe to a program that ends before it has read everything breaks.
    let file = try await offTask { try Self.temporaryFile(with: input) }
    defer { unlink(file) }
    var run = self
    run.program = "sh"
    run.arguments = ["-c", "exec \"$@\" <\"$0\"", file, program] + arguments
    return try await run.answer()
  }

  private func answer() async throws -> Answer? {
    let run = self
    let variables = Dictionary(
      uniqueKeysWithValues: environment.map { (Environment.Key(stringLiteral: $0), $1) })
    return try await withThrowingTaskGroup(of: Answer?.self) { group in
      group.addTask {
        let result = try await Subprocess.run(
          .name(run.program), arguments: Arguments(run.arguments),
          environment: .custom(variables), output: .bytes(limit: run.limit),
          error: .string(limit: 1 << 20))
        let status: Int32 =
          switch result.terminationStatus {
          case .exited(let code): code
          case .signaled(let signal): 128 + signal
          }
        return Answer(
          status: status, output: result.standardOutput, errors: result.standardError)
      }
      group.addTask {
        try await Task.sleep(for: run.patience)
        return nil
      }
      defer { group.cancelAll() }
      return try await group.next() ?? nil
    }
  }

  /// A file that its owner alone can read.
  private static func temporaryFile(with bytes: [UInt8]) throws -> String {
    var template = Array("/tmp/aifactory-input-XXXXXX".utf8CString)
    let descriptor = mkstemp(&template)
    guard descriptor >= 0 else { throw AttemptFiles.systemError("cannot make a file in /tmp") }
    close(descriptor)
    let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    do {
      try OpenFile(path, for: .appending).write(bytes)
    } catch {
      unlink(path)
      throw error
    }
    return path
  }
}
