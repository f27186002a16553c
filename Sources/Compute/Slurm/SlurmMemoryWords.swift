import Basics

/// What Slurm writes into a job's output when it kills the job for its memory.
///
/// Its accounts say OUT_OF_MEMORY only where the kernel's control groups have killed; where Slurm itself
/// counts and kills (`OverMemoryKill` of slurm.conf(5)), the job is FAILED or CANCELLED to them, and
/// without accounts the queue says no more either.
enum SlurmMemoryWords {
  /// Of Slurm's own count, and of the kernel's kills as Slurm 22 and 23 tell them.
  private static let phrases = [
    "exceeded memory limit", "exceeded job memory limit", "oom-kill event", "oom_kill event",
  ]

  /// The longest output that is looked at, in bytes; the agent writes next to nothing there.
  private static let limit = 1 << 20

  /// Whether the output at `path`, of the batch script alone, says so.
  static func areIn(_ path: String) -> Bool {
    guard let output = try? FileTree.read(path, limit: limit) else { return false }
    return String(decoding: output, as: UTF8.self).split(separator: "\n").contains { line in
      // The job's command writes elsewhere, the agent here, too.
      line.hasPrefix("slurmstepd")
        && phrases.contains { line.lowercased().contains($0) }
    }
  }
}
