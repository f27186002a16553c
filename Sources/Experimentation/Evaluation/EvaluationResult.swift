/// One number of an evaluation with its 95 % bootstrap confidence interval (Efron 1979).
public struct MeasuredMetric: Codable, Sendable, Equatable {
  /// The point estimate.
  public var value: Double
  /// Lower end of the interval.
  public var low: Double
  /// Upper end of the interval.
  public var high: Double

  /// Takes every value as it is.
  public init(value: Double, low: Double, high: Double) {
    self.value = value
    self.low = low
    self.high = high
  }
}

/// One condition that must hold on the test split before anything is deployed.
public struct Gate: Codable, Sendable, Equatable {
  /// Short name such as `rmse`.
  public var metric: String
  /// Upper limit, inclusive.
  public var atMost: Double?
  /// Lower limit, inclusive.
  public var atLeast: Double?
  /// Column whose groups of at least 30 rows are compared with the whole; set together with `maxGap`.
  public var slice: String?
  /// Most that the worst slice may be worse than the whole.
  public var maxGap: Double?

  /// Takes every value as it is.
  public init(
    metric: String, atMost: Double? = nil, atLeast: Double? = nil, slice: String? = nil,
    maxGap: Double? = nil
  ) {
    self.metric = metric
    self.atMost = atMost
    self.atLeast = atLeast
    self.slice = slice
    self.maxGap = maxGap
  }
}

/// How a gate came out.
public struct GateResult: Codable, Sendable, Equatable {
  /// What was asked.
  public var gate: Gate
  /// The limit that counted.
  public var limit: Double
  /// What was measured: the metric, or the gap of the worst slice; nil where it could not be measured.
  public var value: Double?
  /// Whether it holds.
  public var passed: Bool
  /// The worst slice's value, for a slice gate.
  public var worstSlice: String?

  /// Takes every value as it is.
  public init(gate: Gate, limit: Double, value: Double?, passed: Bool, worstSlice: String? = nil) {
    self.gate = gate
    self.limit = limit
    self.value = value
    self.passed = passed
    self.worstSlice = worstSlice
  }
}

/// `result.json` of an evaluation job; the details for the report lie beside it in `evaluation.json` and `report.html`.
public struct EvaluationResult: Codable, Sendable, Equatable {
  /// Number of rows.
  public var rowCount: Int
  /// Metrics of the model on the test split by name.
  public var metrics: [String: MeasuredMetric]
  /// The same of the linear baseline and of the trivial one (mean, or class shares).
  public var linearBaseline: [String: MeasuredMetric]
  /// The same of the trivial baseline (mean, or class shares).
  public var trivialBaseline: [String: MeasuredMetric]
  /// All gates in the order of the file.
  public var gates: [GateResult]

  /// Takes every value as it is.
  public init(
    rowCount: Int, metrics: [String: MeasuredMetric], linearBaseline: [String: MeasuredMetric],
    trivialBaseline: [String: MeasuredMetric], gates: [GateResult]
  ) {
    self.rowCount = rowCount
    self.metrics = metrics
    self.linearBaseline = linearBaseline
    self.trivialBaseline = trivialBaseline
    self.gates = gates
  }
}

/// What `aifactory worker evaluate REQUEST.json` is asked for.
public struct EvaluationRequest: Codable, Sendable, Equatable {
  /// Folder of the dataset version.
  public var datasetFolder: String
  /// Folder of the model package; the linear baseline is the package in its `baseline` folder.
  public var modelFolder: String
  /// Conditions that decide.
  public var gates: [Gate]
  /// Columns whose groups are reported as slices besides those of the gates.
  public var slices: [String]
  /// Seed of everything random here.
  public var seed: UInt64
  /// Title of the report (the workflow's name).
  public var title: String
  /// Absolute path of the folder that receives the files.
  public var outputFolder: String
  /// Folder with the training's `result.json` and `trials.json`; nil looks in `modelFolder`.
  public var trainingFolder: String?
  /// Steps ahead of a forecast.
  public var horizon: Int?
  /// Identifiers for the report's chain, from the newest (workflow run) to the oldest.
  public var provenance: [ProvenanceLink]?
  /// Threads of the engines; nil is one.
  public var threads: Int?

  /// Takes every value as it is.
  public init(
    datasetFolder: String, modelFolder: String, gates: [Gate], slices: [String], seed: UInt64,
    title: String, outputFolder: String, trainingFolder: String? = nil, horizon: Int? = nil,
    provenance: [ProvenanceLink]? = nil, threads: Int? = nil
  ) {
    self.datasetFolder = datasetFolder
    self.modelFolder = modelFolder
    self.gates = gates
    self.slices = slices
    self.seed = seed
    self.title = title
    self.outputFolder = outputFolder
    self.trainingFolder = trainingFolder
    self.horizon = horizon
    self.provenance = provenance
    self.threads = threads
  }
}

/// One thing in the chain behind an evaluation.
public struct ProvenanceLink: Codable, Sendable, Equatable {
  /// What it is, such as `Workflow run`.
  public var label: String
  /// Its identifier or name.
  public var value: String
  /// More about it.
  public var detail: String?

  /// Names one thing.
  public init(label: String, value: String, detail: String? = nil) {
    self.label = label
    self.value = value
    self.detail = detail
  }
}
