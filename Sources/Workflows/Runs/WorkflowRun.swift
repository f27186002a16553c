public import Basics

/// One passage through a workflow's stages.
public struct WorkflowRun: Identified, Sendable, Equatable {
  /// `wr_`.
  public static let identifierPrefix = "wr_"

  /// Where a run stands; the last three are final.
  public enum Status: String, Codable, Sendable, CaseIterable {
    case queued, running, succeeded, failed, canceled

    /// Whether nothing more happens.
    public var isFinal: Bool {
      switch self {
      case .queued, .running: false
      case .succeeded, .failed, .canceled: true
      }
    }
  }

  /// Its identifier.
  public var id: Identifier<WorkflowRun>
  /// The project that it belongs to.
  public var project: String
  /// The workflow's name.
  public var name: String
  /// Text of the workflow file at the time of the run.
  public var definition: String
  /// The file as the user named it.
  public var filePath: String
  /// Absolute folder at which relative sources start.
  public var baseFolder: String
  /// Where it stands.
  public var status: Status
  /// Somebody asked for its end.
  public var isCancelRequested: Bool
  /// Why it failed, if it did.
  public var failure: StageFailure?
  /// When it was accepted, Unix time in milliseconds.
  public var createdAtMs: Int64
  /// When it began, Unix time.
  public var startedAtMs: Int64?
  /// When it ended, Unix time in milliseconds.
  public var endedAtMs: Int64?
  /// What its command brings along; nil without a command.
  var inputs: CommandInputs?
  /// What the command of its data stage brings along; nil without one.
  var dataInputs: CommandInputs?
  /// In the order of running.
  public var stages: [StageRun]

  /// The stage of a name, if the workflow has it.
  public func stage(_ name: StageName) -> StageRun? { stages.first { $0.name == name } }
}

/// One stage of a workflow run.
public struct StageRun: Sendable, Equatable {
  /// Where a stage stands.
  public enum Status: String, Codable, Sendable, CaseIterable {
    case pending, running, succeeded, failed, canceled
    /// A stage before it failed, so it never began.
    case skipped
  }

  /// Which stage it is.
  public var name: StageName
  /// Where it stands.
  public var status: Status
  /// What an earlier run made was taken over.
  public var isReused: Bool
  /// Digest of the ingredients, once they are known.
  public var key: String?
  /// Everything that decides what it makes.
  public var ingredients: StageIngredients?
  /// What it made.
  public var output: StageOutput?
  /// Why it failed, if it did.
  public var failure: StageFailure?
  /// Every job that worked for the stage, by role, in the order of submission.
  public var jobs: [StageJob]
  /// When it began, Unix time.
  public var startedAtMs: Int64?
  /// When it ended, Unix time in milliseconds.
  public var endedAtMs: Int64?

  /// A stage that has not begun.
  public init(pending name: StageName) {
    self.name = name
    status = .pending
    isReused = false
    jobs = []
  }
}

/// A job that works, or worked, for a stage.
public struct StageJob: Codable, Sendable, Equatable {
  /// What the job does for the stage, such as `intake` or `train`.
  public var role: String
  /// Identifier of the job.
  public var job: String

  /// Takes every value as it is.
  public init(role: String, job: String) {
    self.role = role
    self.job = job
  }
}

/// Why a stage failed, in the words that the user reads.
public struct StageFailure: Codable, Sendable, Equatable {
  /// A stable word, such as `gate_failed` or the code of the worker's error.
  public var code: String
  /// What happened, in words.
  public var message: String
  /// What to do next.
  public var hint: String?

  /// Takes every value as it is.
  public init(code: String, message: String, hint: String? = nil) {
    self.code = code
    self.message = message
    self.hint = hint
  }
}
