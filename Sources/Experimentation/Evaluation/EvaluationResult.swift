/// One number of an evaluation with its 95 % bootstrap confidence interval (Efron 1979).
public struct MeasuredMetric: Codable, Sendable, Equatable {
  public var value: Double
  public var low: Double
  public var high: Double

  public init(value: Double, low: Double, high: Double) {
    self.value = value
    self.low = low
    self.high = high
  }
}

/// One condition that must hold on the test split before anything is deployed.
public struct Gate: Codable, Sendable, Equatable {
  public var metric: String
  public var atMost: Double?
  public var atLeast: Double?
  /// Column whose groups of at least 30 rows are compared with the whole; set together with `maxGap`.
  public var slice: String?
  /// Most that the worst slice may be worse than the whole.
  public var maxGap: Double?

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
  public var gate: Gate
  /// The limit that counted.
  public var limit: Double
  /// What was measured: the metric, or the gap of the worst slice; nil where it could not be measured.
  public var value: Double?
  public var passed: Bool
  /// The worst slice's value, for a slice gate.
  public var worstSlice: String?

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
  public var rowCount: Int
  /// Metrics of the model on the test split by name.
  public var metrics: [String: MeasuredMetric]
  /// The same of the linear baseline and of the trivial one (mean, or class shares).
  public var linearBaseline: [String: MeasuredMetric]
  public var trivialBaseline: [String: MeasuredMetric]
  public var gates: [GateResult]

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
  public var gates: [Gate]
  /// Columns whose groups are reported as slices besides those of the gates.
  public var slices: [String]
  public var seed: UInt64
  /// Title of the report (the workflow's name).
  public var title: String
  public var outputFolder: String

  public init(
    datasetFolder: String, modelFolder: String, gates: [Gate], slices: [String], seed: UInt64,
    title: String, outputFolder: String
  ) {
    self.datasetFolder = datasetFolder
    self.modelFolder = modelFolder
    self.gates = gates
    self.slices = slices
    self.seed = seed
    self.title = title
    self.outputFolder = outputFolder
  }
}
