public import DataPipelines
import Foundation

/// What training leaves: everything that a prediction needs, as a folder of files.
///
/// Writing the same content twice gives the same bytes.
public struct ModelPackage: Sendable {
  /// One trained model.
  public struct Member: Sendable {
    /// What was trained.
    public enum Model: Sendable {
      /// XGBoost's UBJSON, and the version that wrote it.
      case xgboost(bytes: [UInt8], version: String)
      case linear(LinearModel)
    }

    /// What was trained.
    public var model: Model
    /// Positive; all members' weights add up to 1.
    public var weight: Double
    /// What was done to the target before.
    public var targetTransform: TargetTransform?

    /// Takes every value as it is.
    public init(model: Model, weight: Double, targetTransform: TargetTransform? = nil) {
      self.model = model
      self.weight = weight
      self.targetTransform = targetTransform
    }
  }

  /// What the model does.
  public var task: LearningTask
  /// Column to predict.
  public var target: String
  /// Classes in the order of the probabilities; nil unless classification.
  public var classes: [String]?
  /// Columns of a request, in order.
  public var signature: [SignatureColumn]
  /// The fitted features.
  public var pipeline: FeaturePipeline
  /// The models.
  public var members: [Member]
  /// Half width of the 90 % interval around a number.
  public var intervalHalfWidth: Double?
  /// Forecasts: half widths for each lead, from 1.
  public var intervalHalfWidthByLead: [Double]?
  /// Classification: a weight for each class's probability where one is decided for.
  public var decisionWeights: [Double]?
  /// Lags of a forecast.
  public var lagFeatures: LagFeatures?
  /// How derived columns of the signature are computed; nil where there are none.
  public var derivation: RowDerivation.Plan?
  /// A valid row: the first of a table that has the signature's columns.
  public var example: Table
  /// Seed of everything random here.
  public var seed: UInt64

  /// Takes every value as it is.
  public init(
    task: LearningTask, target: String, classes: [String]?, signature: [SignatureColumn],
    pipeline: FeaturePipeline, members: [Member], intervalHalfWidth: Double?,
    intervalHalfWidthByLead: [Double]? = nil, decisionWeights: [Double]? = nil,
    lagFeatures: LagFeatures? = nil, derivation: RowDerivation.Plan? = nil, example: Table,
    seed: UInt64
  ) {
    self.task = task
    self.target = target
    self.classes = classes
    self.signature = signature
    self.pipeline = pipeline
    self.members = members
    self.intervalHalfWidth = intervalHalfWidth
    self.intervalHalfWidthByLead = intervalHalfWidthByLead
    self.decisionWeights = decisionWeights
    self.lagFeatures = lagFeatures
    self.derivation = derivation
    self.example = example
    self.seed = seed
  }

  /// The manifest of these parts.
  public var manifest: ModelManifest {
    let members = members.enumerated().map { number, member in
      let name = "member-\(number)"
      let (engine, version, file) =
        switch member.model {
        case .xgboost(_, let version): ("xgboost", version, "\(name).ubj")
        case .linear: ("linear", "1", "\(name).json")
        }
      return ModelManifest.Member(
        engine: engine, engineVersion: version, file: file, weight: member.weight,
        targetTransform: member.targetTransform)
    }
    return ModelManifest(
      task: task, target: target, classes: classes, signature: signature, members: members,
      intervalHalfWidth: intervalHalfWidth, intervalHalfWidthByLead: intervalHalfWidthByLead,
      decisionWeights: decisionWeights, derivation: derivation, seed: seed)
  }

  /// Writes the files into a folder, which is made if need be; `model.json` comes last.
  public func write(to folder: String) throws {
    let url = URL(fileURLWithPath: folder, isDirectory: true)
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    func write(_ data: Data, _ name: String) throws {
      try data.write(to: url.appendingPathComponent(name), options: .atomic)
    }
    let manifest = manifest
    for (member, entry) in zip(members, manifest.members) {
      switch member.model {
      case .xgboost(let bytes, _): try write(Data(bytes), entry.file)
      case .linear(let model): try write(encoder.encode(model), entry.file)
      }
    }
    try write(encoder.encode(pipeline), "features.json")
    if let lagFeatures { try write(encoder.encode(lagFeatures), "forecast.json") }
    try write(
      Data(RowWriter.json(of: example, rows: 0..<min(1, example.rowCount), signature)),
      "example.json")
    try write(encoder.encode(manifest), "model.json")
  }
}
