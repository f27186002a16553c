public import DataPipelines

/// What the train stage is asked for: the `train` section of a workflow file.
///
/// Written as `request.json` for `aifactory worker train REQUEST.json`, which reports each trial
/// while it runs and leaves a model package in `outputFolder` (with the linear baseline's package in
/// its `baseline` folder) and `result.json` beside that folder.
public struct TrainingRequest: Codable, Sendable, Equatable {
  /// How long and how the search looks for parameters.
  public struct Search: Codable, Sendable, Equatable {
    /// Most trials; nil is unbounded (then `timeMs` is set).
    public var trials: Int?
    /// Wall-clock budget of the search in milliseconds.
    public var timeMs: Int64?
    /// `tpe` or `random`.
    public var sampler: String
    /// `successive_halving` or `none`.
    public var pruner: String
    /// Seed of everything random here.
    public var seed: UInt64
    /// The search ends when less improvement is expected, in the unit of the metric.
    public var stopBelow: Double?

    /// Takes every value as it is.
    public init(
      trials: Int?, timeMs: Int64?, sampler: String = "tpe", pruner: String = "successive_halving",
      seed: UInt64 = 7, stopBelow: Double? = nil
    ) {
      self.trials = trials
      self.timeMs = timeMs
      self.sampler = sampler
      self.pruner = pruner
      self.seed = seed
      self.stopBelow = stopBelow
    }
  }

  /// Folder of the dataset version.
  public var datasetFolder: String
  /// nil: inferred from the target column.
  public var task: LearningTask?
  /// Short name such as `rmse`; nil: rmse for numbers, auc for two classes, log_loss for more.
  public var metric: String?
  /// Classification: this class against all others.
  public var positive: String?
  /// Budget and method of the search.
  public var search: Search
  /// Studies whose best points the search tries after its own first ones; nil: none.
  public var earlier: [EarlierStudy]?
  /// Forecasting: the time column, series column, steps ahead (1 or more) and step such as `1d`.
  public var time: String?
  /// The column that names the series, if there are many.
  public var series: String?
  /// Forecasting: steps ahead, 1 or more.
  public var horizon: Int?
  /// Forecasting: the step between rows, such as `1d`.
  public var frequency: String?
  /// Threads of the engines.
  public var threads: Int
  /// Most milliseconds that one row's prediction may take; bounds the ensemble.
  public var latencyBoundMs: Double
  /// The columns that the workflow derives, in order.
  public var derivations: [DatasetRequest.Derivation]
  /// Absolute path of the folder that receives the files.
  public var outputFolder: String

  /// Takes every value as it is.
  public init(
    datasetFolder: String, task: LearningTask?, metric: String?, positive: String? = nil,
    search: Search, time: String? = nil, series: String? = nil, horizon: Int? = nil,
    frequency: String? = nil, threads: Int, latencyBoundMs: Double = 5,
    derivations: [DatasetRequest.Derivation] = [], earlier: [EarlierStudy]? = nil,
    outputFolder: String
  ) {
    self.datasetFolder = datasetFolder
    self.task = task
    self.metric = metric
    self.positive = positive
    self.search = search
    self.earlier = earlier
    self.time = time
    self.series = series
    self.horizon = horizon
    self.frequency = frequency
    self.threads = threads
    self.latencyBoundMs = latencyBoundMs
    self.derivations = derivations
    self.outputFolder = outputFolder
  }
}

/// `result.json` of a training job.
public struct TrainingResult: Codable, Sendable, Equatable {
  /// What the model does.
  public var task: LearningTask
  /// Short name such as `rmse`.
  public var metric: String
  /// Metrics of the final model on the validation split (or out of fold) by name.
  public var validation: [String: Double]
  /// The same of the linear baseline.
  public var linearBaseline: [String: Double]
  /// Trials that ran to their end.
  public var completedTrials: Int
  /// Trials stopped early.
  public var prunedTrials: Int
  /// Trials that ended with an error.
  public var failedTrials: Int
  /// Number of the best trial.
  public var bestTrial: Int
  /// Numbers of the trials in the final ensemble and their weights.
  public var ensemble: [EnsembleMember]
  /// Folds, where the table was small enough for cross-validation; else nil.
  public var crossValidationFolds: Int?
  /// Wall-clock time of the whole training.
  public var seconds: Double

  /// A trial that became part of the model.
  public struct EnsembleMember: Codable, Sendable, Equatable {
    /// Number of the trial.
    public var trial: Int
    /// Share in the ensemble, above 0; all add up to 1.
    public var weight: Double

    /// Takes every value as it is.
    public init(trial: Int, weight: Double) {
      self.trial = trial
      self.weight = weight
    }
  }

  /// Takes every value as it is.
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
