/// What Slurm measures of a step of a job that runs (sstat(1)): a command that was started by `srun`, or the batch script.
struct SlurmStep: Sendable, Equatable {
  /// Slurm's id of the job.
  var job: String
  /// Its number in the job, or `batch` or `extern`.
  var step: String
  /// How many tasks of it there are.
  var taskCount: Int
  /// Processor time of all of them, in milliseconds.
  var cpuMs: Int64
  /// Resident memory of all of them.
  var residentBytes: Int64

  /// The fields that `sstat` is asked for.
  static let format = "JobID,NTasks,TRESUsageInTot"

  /// The steps of `sstat --noheader --parsable2 --format=…`.
  static func steps(_ text: String) -> [SlurmStep] {
    text.split(separator: "\n").compactMap { line in
      let fields = line.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
      guard fields.count == 3, let dot = fields[0].lastIndex(of: "."), let count = Int(fields[1])
      else { return nil }
      // `cpu=00:00:03,energy=0,fs/disk=123,mem=1364K,pages=0,vmem=2000K`
      var usage: [Substring: Substring] = [:]
      for part in fields[2].split(separator: ",") {
        let words = part.split(separator: "=", maxSplits: 1)
        if words.count == 2 { usage[words[0]] = words[1] }
      }
      return SlurmStep(
        job: String(fields[0][..<dot]), step: String(fields[0][fields[0].index(after: dot)...]),
        taskCount: count, cpuMs: SlurmAccount.milliseconds(String(usage["cpu"] ?? "")),
        residentBytes: SlurmAccount.bytes(String(usage["mem"] ?? "")) ?? 0)
    }
  }
}

/// What Slurm measures of a step that a job's own command has started, whose processes its agent does not see.
public struct JobStep: Sendable, Equatable {
  /// Number of the step in Slurm's job.
  public var step: String
  /// How many tasks of it there are, on all nodes.
  public var taskCount: Int
  /// Processor time of all of them so far, in milliseconds.
  public var cpuMs: Int64
  /// Resident memory of all of them.
  public var residentBytes: Int64
}
