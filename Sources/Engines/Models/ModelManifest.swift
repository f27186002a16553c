public import DataPipelines

/// One column that a model wants in a prediction request.
public struct SignatureColumn: Codable, Sendable, Equatable {
  /// Its name.
  public var name: String
  /// What its values mean.
  public var type: ColumnType
  /// Whether the row may lack it or hold null.
  public var isOptional: Bool
  /// The range seen in training, for numbers.
  public var minimum: Double?
  /// The largest value seen in training, for numbers.
  public var maximum: Double?
  /// Up to 20 values seen in training, most frequent first, for categories.
  public var examples: [String]?
  /// The workflow's SQL that computed the column; nil where it came from a source.
  public var derivation: String?

  /// Takes every value as it is.
  public init(
    name: String, type: ColumnType, isOptional: Bool, minimum: Double? = nil,
    maximum: Double? = nil, examples: [String]? = nil, derivation: String? = nil
  ) {
    self.name = name
    self.type = type
    self.isOptional = isOptional
    self.minimum = minimum
    self.maximum = maximum
    self.examples = examples
    self.derivation = derivation
  }
}

/// `model.json` of a model package: what the files beside it are and how to ask them.
///
/// A model package is a folder: `model.json`, `features.json` (the fitted feature pipeline), the
/// engines' own files named in `members`, `example.json` (an array with one valid row) and, for
/// forecasts, `forecast.json` (the lag features with the last values of each series).
public struct ModelManifest: Codable, Sendable, Equatable {
  /// One model of the ensemble; a single model is an ensemble of one with weight 1.
  public struct Member: Codable, Sendable, Equatable {
    /// `xgboost` or `linear`.
    public var engine: String
    /// Version of the engine that wrote the file.
    public var engineVersion: String
    /// File beside `model.json`.
    public var file: String
    /// Weights are positive and add up to 1.
    public var weight: Double
    /// What was done to the target before training, undone after prediction; nil is nothing.
    public var targetTransform: TargetTransform?

    /// Takes every value as it is.
    public init(
      engine: String, engineVersion: String, file: String, weight: Double,
      targetTransform: TargetTransform? = nil
    ) {
      self.engine = engine
      self.engineVersion = engineVersion
      self.file = file
      self.weight = weight
      self.targetTransform = targetTransform
    }
  }

  /// Raised when the layout of the package changes.
  public var formatVersion: Int
  /// What the model does.
  public var task: LearningTask
  /// Column to predict.
  public var target: String
  /// Classes in the order of the probabilities; nil unless classification.
  public var classes: [String]?
  /// Columns of a request, in order.
  public var signature: [SignatureColumn]
  /// The models of the ensemble.
  public var members: [Member]
  /// Half width of the 90 % split-conformal interval around a number; nil for classes.
  ///
  /// Vovk, Gammerman and Shafer 2005; Lei et al. 2018.
  public var intervalHalfWidth: Double?
  /// Forecasts: the half width for each lead (steps ahead), from 1; that of the last holds beyond.
  public var intervalHalfWidthByLead: [Double]?
  /// Classification: a weight for each class's probability where one is decided for; nil: all alike.
  public var decisionWeights: [Double]?
  /// How derived columns of the signature are computed from a request's rows; nil: there are none.
  public var derivation: RowDerivation.Plan?
  /// Seed of everything random here.
  public var seed: UInt64

  /// Takes every value as it is.
  public init(
    formatVersion: Int = 1, task: LearningTask, target: String, classes: [String]?,
    signature: [SignatureColumn], members: [Member], intervalHalfWidth: Double?,
    intervalHalfWidthByLead: [Double]? = nil, decisionWeights: [Double]? = nil,
    derivation: RowDerivation.Plan? = nil, seed: UInt64
  ) {
    self.formatVersion = formatVersion
    self.task = task
    self.target = target
    self.classes = classes
    self.signature = signature
    self.members = members
    self.intervalHalfWidth = intervalHalfWidth
    self.intervalHalfWidthByLead = intervalHalfWidthByLead
    self.decisionWeights = decisionWeights
    self.derivation = derivation
    self.seed = seed
  }
}
