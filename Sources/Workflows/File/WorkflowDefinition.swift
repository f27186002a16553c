public import DataPipelines
public import Experimentation
public import Training

/// What a workflow file says, checked: names, sections, and a value wherever the file may be silent.
public struct WorkflowDefinition: Sendable, Equatable {
  /// The `data` section: which table becomes which dataset version.
  public struct DataSection: Sendable, Equatable {
    /// A table joined to the main one by equal values of columns that both have.
    public struct Join: Sendable, Equatable {
      public var source: String
      public var using: [String]

      public init(source: String, using: [String]) {
        self.source = source
        self.using = using
      }
    }

    /// File, glob, folder or URL; relative paths start at the workflow file's folder.
    public var source: String
    public var testSource: String?
    public var join: [Join] = []
    public var `where`: String?
    public var derive: [DatasetRequest.Derivation] = []
    public var target: String
    public var exclude: [String] = []
    public var checks: [DatasetRequest.Check] = []
    public var split = DatasetRequest.Split()

    public init(source: String, target: String) {
      self.source = source
      self.target = target
    }
  }

  /// The `train` section: what is searched for and within which bounds.
  public struct TrainSection: Sendable, Equatable {
    public var task: LearningTask?
    public var metric: String?
    public var positive: String?
    public var time: String?
    public var series: String?
    public var horizon: Int?
    public var frequency: String?
    public var search = TrainingRequest.Search(trials: 40, timeMs: 120_000)
    /// Threads and memory of the search's job; nil is what the site has.
    public var cpus: Int?
    public var memoryBytes: Int64?
    public var timeLimitMs: Int64?

    public init() {}
  }

  /// The `evaluate` section: what must hold before anything is deployed.
  public struct EvaluateSection: Sendable, Equatable {
    public var gates: [Gate] = []
    public var slices: [String] = []

    public init() {}
  }

  public var name: String
  public var data: DataSection
  /// nil: the workflow makes a dataset version and nothing else.
  public var train: TrainSection?
  public var evaluate = EvaluateSection()
  /// Name of the registered model; nil: none is registered.
  public var model: String?
  /// Name of the endpoint; nil: nothing is deployed.
  public var endpoint: String?

  public init(name: String, data: DataSection) {
    self.name = name
    self.data = data
  }

  /// The stages that this workflow has, in order.
  public var stages: [StageName] {
    var stages: [StageName] = [.data]
    if train != nil { stages += [.train, .evaluate] }
    if model != nil { stages.append(.register) }
    if endpoint != nil { stages.append(.deploy) }
    return stages
  }
}

/// The steps of a workflow, in order.
public enum StageName: String, Codable, Sendable, CaseIterable, Comparable {
  case data, train, evaluate, register, deploy

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
