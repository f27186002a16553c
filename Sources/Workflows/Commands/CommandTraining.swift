import Basics
public import JobProtocol
public import Optimization

/// A training by a command of the user's own: once, or as a search over its parameters.
public struct CommandTraining: Sendable, Equatable {
  /// What runs, with places for parameters.
  public var command: CommandTemplate
  /// nil: the command runs once.
  public var search: CommandSearch?
  /// What each run of the command may use.
  public var resources: JobResources
  /// How many nodes each run of the command takes; the resources are of each.
  public var nodes = 1
  /// What the command finds installed; what its node has where nil.
  public var software: JobSoftware?
  /// The requirements file of its Python environment, as the workflow's file names it.
  public var requirementsFile: String?
  /// The folder that the command starts in a copy of, as the workflow's file names it.
  public var codeFolder: String?
  /// That folder as it was kept, once it was.
  var code: JobCode?

  /// Takes every value as it is.
  public init(
    command: CommandTemplate, search: CommandSearch?, resources: JobResources,
    software: JobSoftware? = nil, requirementsFile: String? = nil, codeFolder: String? = nil
  ) {
    self.command = command
    self.search = search
    self.resources = resources
    self.software = software
    self.requirementsFile = requirementsFile
    self.codeFolder = codeFolder
  }
}

/// A search over the parameters of a command.
public struct CommandSearch: Sendable, Equatable {
  /// Where a trial's value comes from.
  public enum Source: Sendable, Equatable {
    /// The last value of the metric that its run was told through MLflow.
    case mlflow
    /// A file below the trial's folder: a number, or JSON that has the metric.
    case file(String)
    /// The last match in its standard output.
    case output(LinePattern)

    /// A word for it, for what is compared as text.
    var text: String {
      switch self {
      case .mlflow: "mlflow"
      case .file(let path): "file \(path)"
      case .output(let pattern): "output \(pattern.text)"
      }
    }
  }

  /// What a trial costs, which may be a goal beside its metrics; the less, the better.
  public enum Cost: String, Sendable, CaseIterable {
    /// From the start of its job to its end.
    case seconds
    /// The same for each of the GPUs that it holds.
    case gpuHours = "gpu_hours"
    /// By the processors' counters, or by the processor time (docs/jobs.md).
    case joules
  }

  /// One of the goals.
  public struct Objective: Sendable, Equatable {
    /// What the values are called.
    public var metric: String
    /// What a good value is.
    public var goal: OptimizationGoal
    /// What the job says of itself; nil for a metric that the command measures.
    public var cost: Cost?

    init(_ metric: String, _ goal: OptimizationGoal) {
      self.metric = metric
      self.goal = goal
    }

    init(_ cost: Cost) {
      (metric, goal, self.cost) = (cost.rawValue, .minimize, cost)
    }
  }

  /// What must hold of something that a trial measures, or costs.
  public struct Limit: Sendable, Equatable {
    /// What is bounded.
    public var metric: String
    /// What the job says of itself; nil for a metric that the command measures.
    public var cost: Cost?
    /// The value that still counts.
    public var bound: Double
    /// Whether values may not be above the bound; else not below.
    public var isMost: Bool

    /// The constraint of a study: by how much a value is beyond the bound, 0 or less where it is not.
    ///
    /// What is endless is very much, and what is no number, as means of what is endless are, is beyond it.
    func constraint(of value: Double) -> Double {
      let excess = isMost ? value - bound : bound - value
      return excess.isNaN ? Self.endless : min(max(excess, -Self.endless), Self.endless)
    }

    /// The sum of a hundred of them is a number.
    private static let endless = 1e150

    /// The limit in a word, for what is compared as text and for people.
    var text: String { "\(metric) \(isMost ? "<=" : ">=") \(bound)" }
  }

  /// What may be tried.
  public var space: SearchSpace
  /// What is optimized, at least one; the first decides whose model is registered.
  public var objectives: [Objective]
  /// Name of what the first is.
  public var metric: String { objectives[0].metric }
  /// What a good value of the first is.
  public var goal: OptimizationGoal { objectives[0].goal }
  /// What must hold of a trial that counts, in order.
  public var limits: [Limit] = []
  /// What the command measures: goals in order, then what is limited beside them.
  var measured: [String] {
    var names = objectives.filter { $0.cost == nil }.map(\.metric)
    for limit in limits where limit.cost == nil && !names.contains(limit.metric) {
      names.append(limit.metric)
    }
    return names
  }
  /// Where values come from.
  public var source: Source
  /// Most trials; nil where only the time bounds it.
  public var trials: Int?
  /// No trial begins after so many milliseconds.
  public var timeMs: Int64?
  /// Who chooses points.
  public var sampler: SamplerName
  /// Who stops trials.
  public var pruner: PrunerName
  /// Of all random decisions.
  public var seed: UInt64
  /// Steps of a whole trial, by which pruners set their rungs.
  public var steps: Int?
  /// Most trials at a time; nil is as many as fit this machine.
  public var parallel: Int?
  /// The search ends when less improvement is expected, in the unit of the metric.
  public var stopBelow: Double?
  /// Studies whose best points are tried first.
  public var warmStart: [String] = []

  /// Trials go to their site many at a time, as arrays.
  public var isByArrays = false

  /// In how many allocations of the site trials run, several side by side; nil is one job of the site's each.
  public var allocations: Int?
  /// How long an allocation may last; nil is what the site allows.
  public var allocationTimeMs: Int64?

  /// Whether no point depends on what became of another, so that all can be chosen before the first trial runs.
  var isChosenBeforehand: Bool {
    guard trials != nil, timeMs == nil, stopBelow == nil else { return false }
    switch sampler {
    case .random, .sobol, .grid: return true
    case .tpe, .cmaes, .gaussianProcess, .begunCMAES, .nsga2, .nsga3, .automatic: return false
    }
  }

  /// How often each point is measured.
  public var repeats = 1

  /// Places that are no parameters: a trial's number, its folder, and which of its measurements it is.
  static let ownPlaces = ["trial", "trial_dir", "repeat"]
}
