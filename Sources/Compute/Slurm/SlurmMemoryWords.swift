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

  /// Whether the output of a batch script says so.
  static func areIn(_ output: SlurmScriptOutput) -> Bool {
    output.lines.contains { line in
      // The job's command writes elsewhere, the agent here, too.
      line.hasPrefix("slurmstepd")
        && phrases.contains { line.lowercased().contains($0) }
    }
  }
}
