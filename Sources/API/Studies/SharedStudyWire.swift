public import Basics

/// A study that workers are to share.
public struct StudyTermsWire: Codable, Sendable, Equatable {
  /// Unique among the shared studies of a project: who makes a study that is there joins it.
  public var name: String
  /// `minimize` or `maximize`; minimize if absent.
  public var goal: String?
  /// What the values are, for people.
  public var metric: String?
  /// What may be tried (docs/search.md); absent where the workers say so while they work.
  public var space: JSONValue?
  /// Name of a sampler; `tpe` if absent.
  public var sampler: String?
  /// Name of a pruner; `none` if absent.
  public var pruner: String?
  /// Seed of all random decisions.
  public var seed: UInt64?
  /// How many trials there will be; as many as are asked for if absent.
  public var budget: Int?
  /// Steps of a whole trial, by which pruners set their rungs.
  public var steps: Int?
  /// Milliseconds that a worker may be silent before its trial is given to another.
  public var leaseMs: Int64?
  /// The study ends when less improvement is expected, in the unit of its values.
  public var stopBelow: Double?
  /// Identifiers or names of studies whose best points a new study tries first.
  public var warmStart: [String]?
  /// `minimize` or `maximize` for each value of a trial, where there are several; instead of `goal`.
  public var goals: [String]?
  /// What the values are, for people, one for each of `goals`; instead of `metric`.
  public var metrics: [String]?

  /// Takes every value as it is.
  public init(
    name: String, goal: String? = nil, metric: String? = nil, space: JSONValue? = nil,
    sampler: String? = nil, pruner: String? = nil, seed: UInt64? = nil, budget: Int? = nil,
    steps: Int? = nil, leaseMs: Int64? = nil, stopBelow: Double? = nil, warmStart: [String]? = nil,
    goals: [String]? = nil, metrics: [String]? = nil
  ) {
    self.name = name
    self.goal = goal
    self.metric = metric
    self.space = space
    self.sampler = sampler
    self.pruner = pruner
    self.seed = seed
    self.budget = budget
    self.steps = steps
    self.leaseMs = leaseMs
    self.stopBelow = stopBelow
    self.warmStart = warmStart
    self.goals = goals
    self.metrics = metrics
  }
}

/// A worker asks for a trial.
public struct StudyAskWire: Codable, Sendable, Equatable {
  /// A name for people.
  public var worker: String
  /// Drawn anew for each asking, and repeated where its answer was lost.
  public var key: String

  /// Joins both.
  public init(worker: String, key: String) {
    self.worker = worker
    self.key = key
  }
}

/// What an asking gets: a trial, a time to wait, or the news that the study is done.
public struct StudyAskedWire: Codable, Sendable, Equatable {
  /// A trial to work on.
  public struct Trial: Codable, Sendable, Equatable {
    /// From 0.
    public var number: Int
    /// How often the trial was given to somebody; to be repeated with all that is told of it.
    public var attempt: Int
    /// Values by parameters.
    public var point: JSONValue
    /// Milliseconds that the worker may be silent.
    public var leaseMs: Int64
    /// What is noted of it, JSON texts by key.
    public var userAttributes: [String: String]?
    /// The stopped trial whose point it trains again; absent for a point of its own.
    public var promotion: TrialPromotionWire?
  }

  /// Whether there is nothing to do any more.
  public var done: Bool
  /// What to work on.
  public var trial: Trial?
  /// Milliseconds after which to ask again: all trials are taken, and one may come back.
  public var waitMs: Int64?
}

/// A trial's value after so many steps.
public struct TrialReportWire: Codable, Sendable, Equatable {
  /// The trial's attempt.
  public var attempt: Int
  /// Steps done, rising.
  public var step: Int
  /// The value after them.
  public var value: Double

  /// Takes every value as it is.
  public init(attempt: Int, step: Int, value: Double) {
    self.attempt = attempt
    self.step = step
    self.value = value
  }
}

/// Whether a trial should go on.
public struct TrialVerdictWire: Codable, Sendable, Equatable {
  /// Whether it should stop.
  public var prune: Bool
  /// Whether it was given to another worker meanwhile.
  public var lost: Bool
  /// Why it should stop.
  public var reason: String?
}

/// A worker that is at work.
public struct TrialAttemptWire: Codable, Sendable, Equatable {
  /// The trial's attempt.
  public var attempt: Int

  /// Takes the value as it is.
  public init(attempt: Int) { self.attempt = attempt }
}

/// Whether a worker still has its trial.
public struct TrialLeaseWire: Codable, Sendable, Equatable {
  /// Whether it was given to another worker, or has ended.
  public var lost: Bool
}

/// A trial wants a value for a parameter.
public struct TrialSuggestWire: Codable, Sendable, Equatable {
  /// The trial's attempt.
  public var attempt: Int
  /// The parameter (docs/search.md).
  public var parameter: JSONValue
  /// Whether its point has a value: then a study whose trials say what they want is asked whether it knows the
  /// parameter so, and one with a space of its own does not mind how it is written.
  public var given: Bool?
}

/// A trial's point.
public struct TrialPointWire: Codable, Sendable, Equatable {
  /// Whether it was given to another worker, or has ended.
  public var lost: Bool
  /// Values by parameters.
  public var point: JSONValue
  /// Why the value is not the one that was enqueued, or that the declared space has another range.
  public var note: String?
}

/// How a trial ended.
public struct TrialTellWire: Codable, Sendable, Equatable {
  /// The trial's attempt.
  public var attempt: Int
  /// `completed`, `pruned` or `failed`.
  public var outcome: String
  /// The value of a completed trial; of a pruned one its last report's if absent.
  public var value: Double?
  /// The values of a completed trial where the study has several goals; instead of `value`.
  public var values: [Double]?
  /// The standard error of each value of a completed trial, where its point was measured several times.
  public var standardErrors: [Double]?
  /// What a completed trial measured of the study's constraints, each kept where it is 0 or less.
  public var constraints: [Double]?
  /// Why it failed.
  public var message: String?
  /// The parameters that it used, where they were suggested one by one.
  public var used: [String]?

  /// Takes every value as it is.
  public init(
    attempt: Int, outcome: String, value: Double? = nil, values: [Double]? = nil,
    standardErrors: [Double]? = nil, constraints: [Double]? = nil, message: String? = nil,
    used: [String]? = nil
  ) {
    self.attempt = attempt
    self.outcome = outcome
    self.value = value
    self.values = values
    self.standardErrors = standardErrors
    self.constraints = constraints
    self.message = message
    self.used = used
  }
}

/// Whether a result counts.
public struct TrialToldWire: Codable, Sendable, Equatable {
  /// Whether it is the trial's result.
  public var told: Bool
  /// Whether another worker's result was there before.
  public var lost: Bool
}

/// The best trial of a shared study; empty before there is one.
public struct StudyBestWire: Codable, Sendable, Equatable {
  /// Its number.
  public var number: Int?
  /// Its value.
  public var value: Double?
  /// What it measured of the study's constraints; absent where there are none.
  public var constraints: [Double]?
  /// Values by parameters.
  public var point: JSONValue?
  /// What is noted of it, JSON texts by key.
  public var userAttributes: [String: String]?
}

/// The trials of a shared study that no other beats in every goal, in number order.
public struct StudyFrontierWire: Codable, Sendable, Equatable {
  /// One of them.
  public struct Trial: Codable, Sendable, Equatable {
    /// Its number.
    public var number: Int
    /// A value for each goal.
    public var values: [Double]
    /// What it measured of the study's constraints; absent where there are none.
    public var constraints: [Double]?
    /// Values by parameters.
    public var point: JSONValue
    /// What is noted of it, JSON texts by key.
    public var userAttributes: [String: String]?
  }

  /// All of them.
  public var trials: [Trial]
}

/// How far a shared study is.
public struct StudyStateWire: Codable, Sendable, Equatable {
  /// How many were asked for.
  public var trials: Int
  /// How many are being worked on.
  public var running: Int
  /// How many ended with a value.
  public var completed: Int
  /// How many of these broke a constraint; absent where none did.
  public var infeasible: Int?
  /// How many were stopped.
  public var pruned: Int
  /// How many failed.
  public var failed: Int
  /// How many points were enqueued and have not begun.
  public var waiting: Int?
  /// What programs noted of the study, JSON texts by key.
  public var userAttributes: [String: String]?
  /// How much better than the best the next trial is expected to be, in the unit of the values.
  ///
  /// As of the last asking; in studies that stop by it, once it is known.
  public var expectedImprovement: Double?
}
