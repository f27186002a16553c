public import Basics
import Glibc
public import JobProtocol

/// One piece of work that runs on a site, in attempts.
public struct Job: Identified, Sendable, Equatable {
  /// Every identifier of a job starts so.
  public static let identifierPrefix = "job_"

  /// Names the job for ever.
  public var id: Identifier<Job>
  /// Identifier of the project that it belongs to.
  public var project: String
  /// What it runs and needs.
  public var spec: JobSpec
  /// What can happen to it next.
  public var state: JobStateMachine.State
  /// Why the job stands where it does: set while it stops and once it ended.
  public var reason: JobReason?
  /// Words for people about the reason, such as the program that was not found.
  public var message: String?
  /// Number of the last attempt, from 1; 0 before the first.
  public var attempt: Int
  /// Exit code of the first task that failed, or 0; nil while it runs and when a signal ended it.
  public var exitCode: Int32?
  /// The signal that ended the first task that failed.
  public var signal: Int32?
  /// How far it is, if its tasks tell.
  public var progress: JobProgress?
  /// What its last attempt used so far.
  public var usage: JobUsage
  /// When it was submitted: milliseconds since 1970, UTC.
  public var createdAtMs: Int64
  /// When its last attempt began.
  public var startedAtMs: Int64?
  /// When it ended.
  public var endedAtMs: Int64?
  /// Absolute path of everything that belongs to the job.
  public var folder: String
  /// Grows with every change of the row; orders what observers see.
  var revision: Int64
  /// Name of the site where it runs.
  public var site = Site.localName
  /// The site's engine's name for its last attempt: Slurm's job id.
  public var engineId: String?
  /// What that engine last said of it, in its own words.
  public var engineState: String?
  /// What its last attempt uses at the moment, by its agents' last samples; nil where none came.
  public var load: TimedSample?
  /// What people say of its site, for its energy; nil where nobody said anything, or it was not asked for.
  public var siteDeclaration: SiteDeclaration?
  /// How often it was started again by itself since it was submitted, or since somebody retried it.
  public var restarts = 0
  /// The end of an attempt after which it was last started again.
  public var restartReason: JobReason?
  /// True while it waits for other jobs to succeed.
  public var isHeld = false

  /// The folder in which the command starts unless its specification names another.
  public var workFolder: String { folder + "/work" }

  /// Where its command keeps what the next attempt goes on with.
  public var checkpointFolder: String { folder + "/checkpoints" }

  /// The files of its last attempt.
  public var attemptFolder: AttemptFolder { folder(ofAttempt: attempt) }

  /// The files of one of its attempts, from 1.
  func folder(ofAttempt number: Int) -> AttemptFolder {
    AttemptFolder(path: "\(folder)/\(number)/\(Self.node(of: site))")
  }

  /// Name of the first node's folder in those of attempts on a site.
  ///
  /// Which machine it will be is not known when the folder is made.
  static func node(of site: String) -> String {
    site == Site.localName ? "local" : AttemptFolder.nodeName(0)
  }

  /// True once nothing more happens to the job unless somebody retries it.
  public var hasEnded: Bool { state == .ended }

  /// True when the job ended as it should.
  public var hasSucceeded: Bool { state == .ended && reason == .succeeded }

  /// True when the job did not end by its own doing, so that it may succeed when it is tried again.
  ///
  /// The kernel kills what takes too much memory by the same signal.
  public var wasKilledFromOutside: Bool {
    switch reason {
    case .lostAgent, .lostNode, .preempted: true
    case .failed: signal == SIGKILL
    case .succeeded, .canceledByUser, .timeLimit, .memoryLimit, .launchFailed, .dependencyFailed,
      nil:
      false
    }
  }
}

/// How far a job is, as its tasks last told.
public struct JobProgress: Sendable, Equatable, Codable {
  /// A word for what is being done.
  public var phase: String
  /// In 0...1 where known.
  public var share: Double?
  /// Words for people.
  public var message: String

  /// Takes every value as it is.
  public init(phase: String, share: Double?, message: String) {
    self.phase = phase
    self.share = share
    self.message = message
  }
}

/// What the last attempt of a job used so far.
public struct JobUsage: Sendable, Equatable, Codable {
  /// Processor time in milliseconds.
  public var cpuMs: Int64 = 0
  /// Most resident memory that was seen.
  public var maxRssBytes: Int64 = 0
  /// Bytes kept of standard output.
  public var stdoutBytes: Int64 = 0
  /// Bytes kept of standard error.
  public var stderrBytes: Int64 = 0
  /// Bytes of output beyond the limit, which were not kept.
  public var droppedOutputBytes: Int64 = 0
  /// How the memory limit is enforced: `none`, `cgroup-v1`, `cgroup-v2` or `sampled`.
  public var memoryMethod: String?
  /// What its accelerators did, as far as it was measured; nil where nothing was.
  public var accelerators: Accelerators?

  /// What accelerators did.
  public struct Accelerators: Sendable, Equatable, Codable {
    /// Milliseconds of all of them together that were measured.
    public var measuredMs: Int64
    /// Those of them in which one computed.
    public var busyMs: Int64
    /// Joules, by the power that their drivers tell; nil where they tell none.
    public var joules: Double?
    /// Most memory that was in use on one of them.
    public var maxMemoryBytes: Int64?
  }

  /// Makes an empty measurement.
  public init() {}
}
