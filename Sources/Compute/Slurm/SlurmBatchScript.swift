import Basics
import JobProtocol

/// The batch script of an attempt: the start of its agent, with what the attempt needs.
///
/// Everything that Slurm is told stands in it, so that a person can submit the same by hand.
struct SlurmBatchScript {
  /// Seconds beside the grace period in which the agent kills what is left and writes the end down.
  static let closingSeconds: Int64 = 10
  /// Seconds by which Slurm's signal may come too early (sbatch(1), --signal).
  private static let earlySeconds: Int64 = 60
  /// Seconds by which Slurm's limit, the grace period not counted, is later than the agent's own, which
  /// says more when it acts: as many that Slurm's signal does not come first.
  static let marginSeconds = closingSeconds + earlySeconds

  var key: AttemptKey
  var folder: AttemptFolder
  var spec: JobSpec
  var options: SlurmOptions
  /// The agent's program on the site.
  var agent: String
  /// Longest that the partition allows, where it is known.
  var longestSeconds: Int64?

  /// Names the attempt for ever: a submission whose answer was lost is found by it.
  static func name(of key: AttemptKey) -> String { "\(key.job.rawValue).\(key.number)" }

  var text: String {
    let head = "#!/bin/sh\n# Attempt \(key.number) of \(key.job.rawValue).\n"
    let lines = directives.map { "#SBATCH --\($0)\n" }.joined()
    return head + lines + start
  }

  /// Starts the agent, or one on each node.
  private var start: String {
    let count = spec.nodeCount
    guard count > 1 else { return "exec \"\(agent)\" run \"\(folder.path)\"\n" }
    var lines = ""
    if let folder = options.commands { lines += "PATH=\"\(folder):$PATH\"\n" }
    if let file = options.configuration { lines += "export SLURM_CONF=\"\(file)\"\n" }
    // Since 22.05 srun no longer takes the CPUs from the job; a node that has done its part stays out of it.
    let words = [
      "srun", "--nodes=\(count)", "--ntasks=\(count)", "--ntasks-per-node=1",
      "--cpus-per-task=\(spec.resources.cpus)", "--kill-on-bad-exit=1", "--wait=0",
      "--export=ALL",
    ]
    return lines + "exec \"\(agent)\" lead \(words.joined(separator: " ")) \\\n"
      + "  \"\(agent)\" member \"\(folder.attempt)\"\n"
  }

  /// Options of sbatch(1).
  var directives: [String] {
    [
      "job-name=\(Self.name(of: key))", "output=\"\(folder.agentLog)\"", "open-mode=append",
      "chdir=\"\(folder.path)\"",
    ] + needs
  }

  /// Those that are the same for all jobs of an array.
  var needs: [String] {
    let resources = spec.resources
    var lines = [
      // What people see in their queue beside the name.
      "comment=\"\(Self.plain(spec.name))\"",
      // An attempt runs once; another one is ours to make.
      "no-requeue",
      // Not the server's environment, which may hold what is nobody's business there.
      "export=HOME,LANG,LOGNAME,PATH,SHELL,USER",
      "nodes=\(spec.nodeCount)", "ntasks=\(spec.nodeCount)", "cpus-per-task=\(resources.cpus)",
    ]
    if spec.nodeCount > 1 { lines.append("ntasks-per-node=1") }
    if let bytes = resources.memoryBytes { lines.append("mem=\((bytes + (1 << 20) - 1) >> 20)M") }
    if resources.gpus > 0 { lines.append("gres=\(resources.slurmGPUs(resources.gpus))") }
    if let features = resources.features {
      lines.append("constraint=\(features.joined(separator: "&"))")
    }
    if let minutes { lines.append("time=\(minutes)") }
    // Where the limit is the partition's, or begins to count before the agent does.
    lines.append("signal=B:USR1@\(noticeSeconds)")
    if let partition = options.partition { lines.append("partition=\(partition)") }
    if let account = options.account { lines.append("account=\(account)") }
    if let qos = options.qos { lines.append("qos=\(qos)") }
    return lines
  }

  /// Whole minutes, because Slurm counts no others.
  private var minutes: Int64? {
    guard let limit = spec.resources.timeLimitMs else { return nil }
    let asked = (limit + 999) / 1_000
    var seconds = asked + graceSeconds + Self.marginSeconds
    // The margin must not be what makes a job impossible.
    if let longest = longestSeconds, seconds > longest { seconds = max(asked, longest) }
    return (seconds + 59) / 60
  }

  /// Seconds before its limit at which Slurm tells the agent, which then tells its tasks.
  ///
  /// Not TERM, which also comes from who cancels or preempts a job. sbatch(1) takes 65,535 at most.
  private var noticeSeconds: Int64 { min(65_535, graceSeconds + Self.closingSeconds) }

  private var graceSeconds: Int64 { (spec.resources.gracePeriodMs + 999) / 1_000 }

  private static func plain(_ text: String) -> String {
    String(
      String.UnicodeScalarView(
        text.unicodeScalars.map {
          $0.value < 32 || "\"'\\$`%".unicodeScalars.contains($0) ? " " : $0
        }))
  }
}

extension JobResources {
  /// So many accelerators of the kind that is asked for, as Slurm's `--gres` takes it.
  func slurmGPUs(_ count: Int) -> String { "gpu:" + (gpuType.map { "\($0):" } ?? "") + "\(count)" }
}
