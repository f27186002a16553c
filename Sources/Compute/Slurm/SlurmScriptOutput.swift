import Basics
import JobProtocol

/// What a batch script printed: words of Slurm's and of the agent, not those of the job's command.
struct SlurmScriptOutput {
  let lines: [Substring]

  /// The longest output that is looked at, in bytes; next to nothing is written there.
  private static let limit = 1 << 20

  init(of folder: AttemptFolder) {
    // Without it nothing is known.
    let bytes = (try? FileTree.read(folder.agentLog, limit: Self.limit)) ?? []
    lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
  }

  /// Whether an agent was started for the attempt that another one had taken before.
  ///
  /// Slurm had stopped that one, put the job back and begun it again.
  var tellsOfAnotherStart: Bool { lines.contains { $0 == AgentWords.taken } }
}
