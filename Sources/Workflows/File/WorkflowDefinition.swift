public import Basics
public import DataPipelines
public import Experimentation
public import JobProtocol
public import Training

/// What a workflow file says, checked: names, sections, and a value wherever the file may be silent.
public struct WorkflowDefinition: Sendable, Equatable {
  /// The `data` section: which table becomes which dataset version.
  public struct DataSection: Sendable, Equatable {
    /// A table joined to the main one by equal values of columns that both have.
    public struct Join: Sendable, Equatable {
      /// File, glob, folder or URL.
      public var source: String
      /// Columns that both tables have.
      public var using: [String]

      /// Takes every value as it is.
      public init(source: String, using: [String]) {
        self.source = source
        self.using = using
      }
    }

    /// A test set of its own, and what is done to its rows alone.
    public struct TestSource: Sendable, Equatable {
      /// File, glob, folder or URL.
      public var source: String
      /// Tables that are joined after those of all rows.
      public var join: [Join] = []
      /// A further condition of the rows to keep.
      public var `where`: String?
      /// Columns computed for these rows; one of the same name takes the place of `derive`'s.
      public var derive: [DatasetRequest.Derivation] = []

      /// Takes every value as it is.
      public init(source: String) { self.source = source }

      /// Whether its rows are shaped as all others are.
      var isPlain: Bool { join.isEmpty && `where` == nil && derive.isEmpty }
    }

    /// File, glob, folder or URL; relative paths start at the workflow file's folder.
    public var source: String
    /// A command that makes the tables out of the files of `source`; nil where these are tables.
    public var command: DataCommand?
    /// A test set of its own; then `split.test` is 0.
    public var testSource: TestSource?
    /// Tables that are joined, in order.
    public var join: [Join] = []
    /// SQL condition of the rows to keep.
    public var `where`: String?
    /// Columns computed by SQL, in order.
    public var derive: [DatasetRequest.Derivation] = []
    /// The column to predict.
    public var target: String
    /// Columns that are never features.
    public var exclude: [String] = []
    /// What must hold of the table.
    public var checks: [DatasetRequest.Check] = []
    /// How rows are parted.
    public var split = DatasetRequest.Split()
    /// Whether the file says by what rows are parted.
    public var isSplitRuleGiven = false
    /// The least that the dataset's class is; nil leaves it.
    ///
    /// It is no part of any stage's key.
    public var dataClass: DataClass?
    /// Where the rows are read.
    public var place = StagePlace()

    /// Takes every value as it is.
    public init(source: String, target: String) {
      self.source = source
      self.target = target
    }
  }

  /// The `train` section: what is searched for and within which bounds.
  public struct TrainSection: Sendable, Equatable {
    /// nil: inferred from the target.
    public var task: LearningTask?
    /// Name of the metric.
    public var metric: String?
    /// This class against all others.
    public var positive: String?
    /// Forecasting: the column that orders the rows.
    public var time: String?
    /// Forecasting: the column that tells series apart.
    public var series: String?
    /// Forecasting: steps ahead.
    public var horizon: Int?
    /// Forecasting: the step, such as `1d`.
    public var frequency: String?
    /// Bounds of the search.
    public var search = TrainingRequest.Search(trials: 40, timeMs: 120_000)
    /// Studies whose best points the built-in search tries after its own first ones.
    public var warmStart: [String] = []
    /// Where the search's job runs; of a command the site alone, the rest is its own.
    public var place = StagePlace()
    /// After which ends the search goes on by itself.
    public var restart: JobRestart?
    /// A command that trains instead of the built-in search.
    public var command: CommandTraining?

    /// Takes every value as it is.
    public init() {}
  }

  /// The `evaluate` section: what must hold before anything is deployed.
  public struct EvaluateSection: Sendable, Equatable {
    /// All must hold on the test rows.
    public var gates: [Gate] = []
    /// Columns whose groups are reported.
    public var slices: [String] = []
    /// Where the model is measured.
    public var place = StagePlace()

    /// Takes every value as it is.
    public init() {}
  }

  /// What the workflow and its dataset are called.
  public var name: String
  /// Which table becomes which dataset version; nil where a command finds its data itself.
  public var data: DataSection?
  /// nil: the workflow makes a dataset version and nothing else.
  public var train: TrainSection?
  /// What must hold before anything is deployed.
  public var evaluate = EvaluateSection()
  /// Name of the registered model; nil: none is registered.
  public var model: String?
  /// Name of the endpoint; nil: nothing is deployed.
  public var endpoint: String?
  /// Where the replicas of the endpoint run.
  public var deployPlace = StagePlace()

  /// Takes every value as it is.
  public init(name: String, data: DataSection?) {
    self.name = name
    self.data = data
  }

  /// The stages that this workflow has, in order.
  public var stages: [StageName] {
    var stages: [StageName] = data == nil ? [] : [.data]
    if let train { stages += train.command == nil ? [.train, .evaluate] : [.train] }
    if model != nil { stages.append(.register) }
    if endpoint != nil { stages.append(.deploy) }
    return stages
  }
}

extension WorkflowDefinition {
  /// The `data` section of a workflow that has a data stage.
  func dataSection() throws(WorkflowError) -> DataSection {
    guard let data else {
      throw WorkflowError(.ledgerDamaged, "The workflow \(name) has no data to read.")
    }
    return data
  }
}

/// The steps of a workflow, in order.
public enum StageName: String, Codable, Sendable, CaseIterable, Comparable {
  case data, train, evaluate, register, deploy

  /// The order of running.
  public static func < (left: StageName, right: StageName) -> Bool {
    left.position < right.position
  }

  /// From 0, in the order of running.
  public var position: Int {
    switch self {
    case .data: 0
    case .train: 1
    case .evaluate: 2
    case .register: 3
    case .deploy: 4
    }
  }
}
