/// The whole instruction for the agent of one attempt on one node.
///
/// The server writes it into the attempt's folder; the agent claims it by renaming the file, so
/// that an attempt runs once, however often its agent is launched.
public struct AttemptSpec: Hashable, Sendable {
  /// Identifier of the job.
  public var job: String
  /// Number of the attempt, from 1.
  public var attempt: Int
  /// A random word in the environment of every process of the attempt.
  public var marker: String
  /// What to run.
  public var spec: JobSpec
  /// Where the command starts when its specification names no folder.
  public var workFolder: String
  /// Cores to stay on; empty leaves the choice to the kernel.
  public var cpus: [Int]
  /// Accelerators to use; empty hides all.
  public var gpus: [Int]
  /// What its agent knows of the job's run; nil for a job without one.
  public var tracking: AttemptTracking?
  /// Where the command keeps what its next attempt goes on with.
  ///
  /// It is the same for all attempts; nil in instructions of older servers.
  public var checkpointFolder: String?
  /// A script of the shell that is run once, in the attempt's folder, before the first task.
  ///
  /// The environment that it writes to `AttemptFolder.preparedEnvironment` is the tasks' own; nil for nothing.
  public var preparation: String?
  /// Which of the nodes of its attempt it is for; nil where there is one alone.
  public var node: AttemptNode?
  /// How its tasks are kept apart; nil is not at all.
  public var isolation: AttemptIsolation?
  /// What of the files that its tasks leave becomes artifacts of the run; nil is nothing.
  public var outputs: JobOutputs?
  /// What of the files that its tasks leave comes back to the job's working folder, as far as it is there; nil is nothing.
  public var returned: JobOutputs?
  /// The address that its command is to have; nil is none.
  public var listening: AttemptListening?

  /// Makes an instruction out of its parts.
  public init(
    job: String, attempt: Int, marker: String, spec: JobSpec, workFolder: String,
    cpus: [Int] = [], gpus: [Int] = [], tracking: AttemptTracking? = nil,
    checkpointFolder: String? = nil
  ) {
    self.job = job
    self.attempt = attempt
    self.marker = marker
    self.spec = spec
    self.workFolder = workFolder
    self.cpus = cpus
    self.gpus = gpus
    self.tracking = tracking
    self.checkpointFolder = checkpointFolder
  }
}
