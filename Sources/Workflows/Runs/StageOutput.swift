public import DataPipelines
public import Experimentation
public import Training

/// What a stage made; it is kept under the stage's key and taken over by later runs.
public enum StageOutput: Codable, Sendable, Equatable {
  case data(DataOutput)
  case shard(ShardOutput)
  case train(TrainOutput)
  case command(CommandOutput)
  case evaluate(EvaluateOutput)
  case register(RegisterOutput)
  case deploy(DeployOutput)

  /// A dataset version.
  public struct DataOutput: Codable, Sendable, Equatable {
    /// `dv_…`.
    public var datasetVersion: String
    /// Digest of the folder manifest of the version's files.
    public var files: String
    /// Rows of the version.
    public var rowCount: Int
    /// Rows by split.
    public var splitRowCounts: [String: Int]
    /// The files that were read.
    public var sources: [DatasetManifest.Source]
    /// The job that made it.
    public var job: String
    /// What a command made of each shard, in order; nil where the files are tables.
    public var shards: [ShardOutput]?
    /// By what the workflow file names the files of which a command made tables.
    public var origin: String?
  }

  /// The tables that a data stage's command made of one shard.
  public struct ShardOutput: Codable, Sendable, Equatable {
    /// From 0.
    public var number: Int
    /// Digest of the folder manifest of the files that it worked on.
    public var inputs: String
    /// Digest of the folder manifest of its tables.
    public var files: String
    /// The job that made them.
    public var job: String
  }

  /// A model package and how its search went.
  public struct TrainOutput: Codable, Sendable, Equatable {
    /// Digest of the folder manifest of the package.
    public var package: String
    /// What the stage program measured.
    public var result: TrainingResult
    /// The tracking run (32 hexadecimal digits) and the study of the search.
    public var run: String
    /// The study of the search, `study_…`.
    public var study: String
    /// The job that made it.
    public var job: String
  }

  /// What a command of the user's own came to.
  public struct CommandOutput: Codable, Sendable, Equatable {
    /// A trial that no other beats in every goal.
    public struct FrontierTrial: Codable, Sendable, Equatable {
      /// Its number.
      public var trial: Int
      /// Its tracking run.
      public var run: String
      /// A value for each goal.
      public var values: [Double]
    }

    /// What a search with several goals came to.
    public struct Objectives: Codable, Sendable, Equatable {
      /// Names of the values.
      public var metrics: [String]
      /// `minimize` or `maximize` for each.
      public var goals: [String]
      /// In number order.
      public var frontier: [FrontierTrial]
    }

    /// The stage's tracking run; a search has its trials below it.
    public var run: String
    /// The tracking run of the best trial, or of the only one.
    public var bestRun: String
    /// The study of the search, `study_…`.
    public var study: String?
    /// The job of a command that ran once.
    public var job: String?
    /// What was optimized, and the best value of it.
    public var metric: String?
    /// The best value.
    public var bestValue: Double?
    /// The best trial's number; with several goals, the best by the first of them.
    public var bestTrial: Int?
    /// What several goals came to; nil for a search with one.
    public var objectives: Objectives?
    /// Trials by what became of them.
    public var completedTrials = 0
    /// Trials that the pruner stopped.
    public var prunedTrials = 0
    /// Trials without a value.
    public var failedTrials = 0
  }

  /// An evaluation with its report.
  public struct EvaluateOutput: Codable, Sendable, Equatable {
    /// Digest of the folder manifest of `result.json`, `evaluation.json` and `report.html`.
    public var files: String
    /// What the stage program measured.
    public var result: EvaluationResult
    /// The job that made it.
    public var job: String

    /// Whether everything that was asked for holds.
    public var hasPassed: Bool { result.gates.allSatisfy(\.passed) }
  }

  /// A model version.
  public struct RegisterOutput: Codable, Sendable, Equatable {
    /// Name of the registered model.
    public var model: String
    /// Number of the version, from 1.
    public var version: Int
  }

  /// A model version behind an endpoint.
  public struct DeployOutput: Codable, Sendable, Equatable {
    /// The endpoint, once there is one.
    public var endpoint: String
    /// Name of the registered model.
    public var model: String
    /// Number of the version, from 1.
    public var version: Int
  }
}

extension WorkflowRun {
  /// The dataset version, once there is one.
  public var dataset: StageOutput.DataOutput? {
    if case .data(let output) = stage(.data)?.output { output } else { nil }
  }

  /// The trained model, once there is one.
  public var training: StageOutput.TrainOutput? {
    if case .train(let output) = stage(.train)?.output { output } else { nil }
  }

  /// What a command came to that trains, once it did.
  public var command: StageOutput.CommandOutput? {
    if case .command(let output) = stage(.train)?.output { output } else { nil }
  }

  /// The evaluation, once there is one.
  public var evaluation: StageOutput.EvaluateOutput? {
    if case .evaluate(let output) = stage(.evaluate)?.output { output } else { nil }
  }

  /// The model version, once there is one.
  public var registration: StageOutput.RegisterOutput? {
    if case .register(let output) = stage(.register)?.output { output } else { nil }
  }

  /// The deployment, once there is one.
  public var deployment: StageOutput.DeployOutput? {
    if case .deploy(let output) = stage(.deploy)?.output { output } else { nil }
  }
}
