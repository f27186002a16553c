import Glibc
import JobProtocol

/// An agent's line to the lead of its attempt: standard input and output, which `srun` carries.
///
/// The lead says why all nodes are to stop, one word a line; the agent says when its node ends badly.
struct LeadLine {
  static let failure = "failed"

  /// Reading end; -1 once the lead is gone.
  private(set) var input: Int32
  private let output: Int32
  private var unread: [UInt8] = []
  private var hasTold = false

  init(input: Int32 = STDIN_FILENO, output: Int32 = STDOUT_FILENO) {
    self.input = input
    self.output = output
  }

  /// Says that the node ends badly, unless that was said before.
  mutating func tellFailure() {
    guard !hasTold else { return }
    hasTold = true
    AgentProgram.say(Self.failure, to: output)
  }

  /// What the lead has said since; asked when there is something to read.
  mutating func causes() -> [AttemptOutcome] {
    let chunk = [UInt8](unsafeUninitializedCapacity: 256) { buffer, count in
      count = max(0, read(input, buffer.baseAddress, 256))
    }
    if chunk.isEmpty { input = -1 }
    unread += chunk
    let lines = unread.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    unread = lines.last.map { Array($0) } ?? []
    return lines.dropLast().compactMap {
      AttemptOutcome(rawValue: String(decoding: $0, as: UTF8.self))
    }
  }
}
