public import Basics

/// A search as HTTP and `--output json` tell it.
public struct StudyWire: Codable, Sendable, Equatable {
  /// One trial.
  public struct Trial: Codable, Sendable, Equatable {
    /// From 0, in the order of asking.
    public var number: Int
    /// `completed`, `pruned` or `failed`.
    public var outcome: String
    /// The objective's value.
    public var value: Double?
    /// A value for each goal of a completed trial, where there are several.
    public var values: [Double]?
    /// The standard error of each value, where the point was measured several times.
    public var standardErrors: [Double]?
    /// What was measured of the study's constraints, each kept where it is 0 or less; absent where there are none.
    public var constraints: [Double]?
    /// Whether it broke one of them, and is never the best; absent where it did not.
    public var infeasible: Bool?
    /// Boosting rounds (or other steps) done.
    public var steps: Int
    /// Parameters by name, as text.
    public var parameters: [String: String]
    /// Unix time, UTC.
    public var startedAtMs: Int64
    /// Unix time, UTC.
    public var endedAtMs: Int64
    /// Why it failed or was pruned.
    public var message: String?
    /// What programs noted of it, JSON texts by key.
    public var userAttributes: [String: String]?
    /// The values that somebody wanted tried; absent where nobody asked for the trial.
    public var enqueued: JSONValue?
    /// The stopped trial whose point it trained again; absent for a point of its own.
    public var promotion: TrialPromotionWire?

    /// Takes every value as it is.
    public init(
      number: Int, outcome: String, value: Double?, values: [Double]? = nil,
      standardErrors: [Double]? = nil, constraints: [Double]? = nil, infeasible: Bool? = nil,
      steps: Int,
      parameters: [String: String], startedAtMs: Int64, endedAtMs: Int64, message: String?,
      promotion: TrialPromotionWire? = nil
    ) {
      self.number = number
      self.outcome = outcome
      self.value = value
      self.values = values
      self.standardErrors = standardErrors
      self.constraints = constraints
      self.infeasible = infeasible
      self.steps = steps
      self.parameters = parameters
      self.startedAtMs = startedAtMs
      self.endedAtMs = endedAtMs
      self.message = message
      self.promotion = promotion
    }
  }

  /// The trial of an earlier study that an initial point is from.
  public struct Origin: Codable, Sendable, Equatable {
    /// Identifier of its study.
    public var study: String
    /// Its number there.
    public var trial: Int

    /// Names a trial.
    public init(study: String, trial: Int) {
      self.study = study
      self.trial = trial
    }
  }

  /// Identifier of the study.
  public var id: String
  /// Its name for people.
  public var name: String
  /// The job that runs it.
  public var job: String?
  /// What is optimized.
  public var metric: String
  /// `minimize` or `maximize`; of several goals, the first.
  public var goal: String
  /// One for each value of a trial, where there are several.
  public var goals: [String]?
  /// Names of the values of a trial, one for each goal, where there are several.
  public var metrics: [String]?
  /// Name of the sampler.
  public var sampler: String
  /// Name of the pruner.
  public var pruner: String
  /// Seed of its random decisions.
  public var seed: UInt64
  /// Unix time, UTC.
  public var createdAtMs: Int64
  /// How many trials there will be, where that is known.
  public var budget: Int?
  /// What may be tried (docs/search.md); absent in lists, and where it was not kept.
  public var space: JSONValue?
  /// Where the last initial points of the space are from, in their order.
  ///
  /// Absent in lists, and where there are none.
  public var warmStart: [Origin]?
  /// What programs noted of it, JSON texts by key; absent in lists, and where that is nothing.
  public var userAttributes: [String: String]?
  /// In order of their numbers; absent in lists.
  public var trials: [Trial]?

  /// Takes every value as it is.
  public init(
    id: String, name: String, job: String?, metric: String, goal: String,
    goals: [String]? = nil, metrics: [String]? = nil, sampler: String, pruner: String, seed: UInt64,
    createdAtMs: Int64,
    budget: Int? = nil, space: JSONValue? = nil, warmStart: [Origin]? = nil, trials: [Trial]?
  ) {
    self.id = id
    self.name = name
    self.job = job
    self.metric = metric
    self.goal = goal
    self.goals = goals
    self.metrics = metrics
    self.sampler = sampler
    self.pruner = pruner
    self.seed = seed
    self.createdAtMs = createdAtMs
    self.budget = budget
    self.space = space
    self.warmStart = warmStart
    self.trials = trials
  }
}

/// The newest studies.
public struct StudyListWire: Codable, Sendable, Equatable {
  /// Newest first.
  public var studies: [StudyWire]

  /// Lists studies.
  public init(studies: [StudyWire]) { self.studies = studies }
}
