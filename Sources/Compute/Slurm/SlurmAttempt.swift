import JobProtocol

/// What the site remembers of an attempt that it follows; all of it can be learned again from Slurm.
struct SlurmAttempt: Sendable {
  /// How far the attempt is on its way to Slurm.
  enum Handover: Sendable, Equatable {
    /// It has to be submitted; a submission before may have reached Slurm without an answer.
    case due(mayBeThere: Bool)
    /// It is being submitted now.
    case underWay
    /// Slurm has it.
    case done
  }

  /// How far stopping it is.
  enum Stop: Sendable, Equatable {
    case notAsked
    case asked
    /// Its agent was told; after that moment it is killed.
    case told(killAtMs: Int64)
    case killed
  }

  /// An attempt without files, and its instruction.
  struct Unprepared: Sendable {
    var attempt: OpenAttempt
    var instruction: AttemptSpec
  }

  let key: AttemptKey
  let folder: AttemptFolder
  let spec: JobSpec
  var handover: Handover
  var stop: Stop
  /// Slurm's job id.
  var id: String?
  /// What Slurm said last.
  var seen: SlurmJob?
  /// Whether its agent had begun when Slurm was asked the last time.
  var hadBegun = false
  /// An end that Slurm does not tell: a refusal, or a job that nobody knows any more.
  var verdict: JobStore.Ending?
  /// When it was first seen over.
  var overSinceMs: Int64?
  /// Size of the journal when it was looked at last.
  var journalBytes: Int64 = 0
  /// Whether it was withdrawn after it was over, and a look at its files then showed all of them.
  var isSeenWhole = false
  /// What was last said about it.
  var told: SiteObservation?
  /// Submissions that came to nothing.
  var failures = 0
  /// Refusals without a reason.
  var unexplained = 0
  /// What its files are to be made of, while there is no room for them.
  var unprepared: Unprepared?
  /// Whether Slurm may have it, or have had it.
  var wasSubmitted: Bool
  /// No submission before that moment, so that others of its array come along.
  var notBeforeMs: Int64 = 0

  init(_ attempt: OpenAttempt, handover: Handover) {
    key = attempt.key
    folder = attempt.folder
    spec = attempt.spec
    id = attempt.engineId
    self.handover = handover
    wasSubmitted = handover != .due(mayBeThere: false)
    stop = attempt.wantsStop ? .asked : .notAsked
  }

  /// True once nothing more will happen to it.
  var isOver: Bool {
    if verdict != nil { return true }
    guard case .over? = seen?.state.phase else { return false }
    return true
  }

  /// Whether somebody stopped it before Slurm could have it.
  var needsNothing: Bool { stop != .notAsked && handover == .due(mayBeThere: false) }
}
