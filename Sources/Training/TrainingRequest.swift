public import DataPipelines

/// What the train stage is asked for: the `train` section of a workflow file.
///
/// Written as `request.json` for `aifactory worker train REQUEST.json`, which reports each trial
/// while it runs and leaves a model package (with the linear baseline's package in its `baseline`
/// folder) and `result.json` in `outputFolder`.
public struct TrainingRequest: Codable, Sendable, Equatable {
  public struct Search: Codable, Sendable, Equatable {
    /// Most trials; nil is unbounded (then `timeMs` is set).
    public var trials: Int?
    /// Wall-clock budget of the search in milliseconds.
    public var timeMs: Int64?
    /// `tpe` or `random`.
    public var sampler: String
    /// `successive_halving` or `none`.
    public var pruner: String
    public var seed: UInt64

    public init(
      trials: Int?, timeMs: Int64?, sampler: String = "tpe", pruner: String = "successive_halving",
      seed: UInt64 = 7
    ) {
      self.trials = trials
      self.timeMs = timeMs
      self.sampler = sampler
      self.pruner = pruner
      self.seed = seed
    }
  }

  public var datasetFolder: String
  /// nil: inferred from the target column.
  public var task: LearningTask?
  /// Short name such as `rmse`; nil: rmse for numbers, auc for two classes, log_loss for more.
  public var metric: String?
  /// Classification: this class against all others.
  public var positive: String?
  public var search: Search
  /// Forecasting: the time column, series column, steps ahead (1 or more) and step such as `1d`.
  public var time: String?
  public var series: String?
  public var horizon: Int?
  public var frequency: String?
  /// Threads of the engines.
  public var threads: Int
  /// Most milliseconds that one row's prediction may take; bounds the ensemble.
  public var latencyBoundMs: Double
  public var outputFolder: String

  public init(
    datasetFolder: String, task: LearningTask?, metric: String?, positive: String? = nil,
    search: Search, time: String? = nil, series: String? = nil, horizon: Int? = nil,
    frequency: String? = nil, threads: Int, latencyBoundMs: Double = 5, outputFolder: String
  ) {
    self.datasetFolder = datasetFolder
    self.task = task
    self.metric = metric
    self.positive = positive
    self.search = search
    self.time = time
    self.series = series
    self.horizon = horizon
    self.frequency = frequency
    self.threads = threads
    self.latencyBoundMs = latencyBoundMs
    self.outputFolder = outputFolder
  }
}

/// `result.json` of a training job.
public struct TrainingResult: Codable, Sendable, Equatable {
  public var task: LearningTask
  public var metric: String
  /// Metrics of the final model on the validation split (or out of fold) by name.
  public var validation: [String: Double]
  /// The same of the linear baseline.
  public var linearBaseline: [String: Double]
  public var completedTrials: Int
  public var prunedTrials: Int
  public var failedTrials: Int
  /// Number of the best trial.
  public var bestTrial: Int
  /// Numbers of the trials in the final ensemble and their weights.
  public var ensemble: [EnsembleMember]
  public var crossValidationFolds: Int?
  public var seconds: Double

  public struct EnsembleMember: Codable, Sendable, Equatable {
    public var trial: Int
    public var weight: Double

    public init(trial: Int, weight: Double) {
      self.trial = trial
      self.weight = weight
    }
  }

  public init(
    task: LearningTask, metric: String, validation: [String: Double],
    linearBaseline: [String: Double], completedTrials: Int, prunedTrials: Int, failedTrials: Int,
    bestTrial: Int, ensemble: [EnsembleMember], crossValidationFolds: Int?, seconds: Double
  ) {
    self.task = task
    self.metric = metric
    self.validation = validation
    self.linearBaseline = linearBaseline
    self.completedTrials = completedTrials
    self.prunedTrials = prunedTrials
    self.failedTrials = failedTrials
    self.bestTrial = bestTrial
    self.ensemble = ensemble
    self.crossValidationFolds = crossValidationFolds
    self.seconds = seconds
  }
}
