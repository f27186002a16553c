import Subprocess

/// Runs a program to its end and keeps what it says.
struct CommandRunner: Sendable {
  /// What a program said and how it ended.
  struct Outcome: Sendable {
    var isSuccess: Bool
    /// Standard output and then standard error.
    var text: String

    /// The last lines that are not empty, for a message.
    func tail(lines: Int = 3) -> String {
      text.split(separator: "\n").map { $0.trimmingSpaces() }.filter { !$0.isEmpty }
        .suffix(lines).joined(separator: " / ")
    }
  }

  /// Runs `program`, found in `PATH`; nil where there is no such program.
  static func run(_ program: String, _ arguments: [String]) async throws -> Outcome? {
    let limit = 1 << 20
    do {
      let result = try await Subprocess.run(
        .name(program), arguments: Arguments(arguments), output: .string(limit: limit),
        error: .string(limit: limit))
      return Outcome(
        isSuccess: result.terminationStatus.isSuccess,
        text: (result.standardOutput) + "\n" + (result.standardError))
    } catch let error as SubprocessError where error.code == .executableNotFound {
      return nil
    }
  }
}

extension Substring {
  fileprivate func trimmingSpaces() -> String {
    String(drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
  }
}
