public import DataPipelines

/// A model package in memory: from rows to predictions, in training, evaluation and serving.
public final class Predictor: Sendable {
  /// What the package says of itself.
  public let manifest: ModelManifest
  let pipeline: FeaturePipeline
  let lagFeatures: LagFeatures?
  let members: [MemberModel]
  let rowReader: RowReader
  /// Place in the signature of each column that the pipeline reads; nil where it is not asked for.
  let signaturePlaces: [Int?]

  init(
    manifest: ModelManifest, pipeline: FeaturePipeline, lagFeatures: LagFeatures?,
    members: [MemberModel]
  ) {
    self.manifest = manifest
    self.pipeline = pipeline
    self.lagFeatures = lagFeatures
    self.members = members
    rowReader = RowReader(signature: manifest.signature)
    signaturePlaces = pipeline.inputColumns.map { name in
      manifest.signature.firstIndex { $0.name == name }
    }
  }

  /// Names of the features, in the order of the pipeline.
  public var featureNames: [String] { pipeline.featureNames }

  /// Columns that predictions depend on.
  public var inputColumns: [String] { pipeline.inputColumns }

  /// The features of a table's rows.
  public func features(of table: Table) throws -> FeatureMatrix {
    pipeline.transform(try lagFeatures?.transform(table) ?? table)
  }

  /// One prediction a row; columns that the table lacks are missing values.
  public func predict(_ table: Table) throws -> [Prediction] {
    try predict(features: features(of: table))
  }

  /// Predictions of rows whose features are there already.
  public func predict(features: FeatureMatrix) throws -> [Prediction] {
    let width = manifest.classes?.count ?? 1
    let sums = try outputs(of: features)
    return (0..<features.rowCount).map { row in
      prediction(of: sums[row * width..<(row + 1) * width])
    }
  }

  /// Weighted means of the members' numbers, or of their probabilities class by class.
  public func outputs(of features: FeatureMatrix) throws -> [Double] {
    let width = manifest.classes?.count ?? 1
    guard features.columnCount == pipeline.featureCount else {
      throw EngineError(
        .shapeMismatch,
        "The model wants \(pipeline.featureCount) features, not \(features.columnCount).")
    }
    var sums = [Double](repeating: 0, count: features.rowCount * width)
    for member in members { try member.add(features, to: &sums, width: width) }
    return sums
  }

  /// The prediction that the ensemble's means say.
  func prediction(of means: ArraySlice<Double>) -> Prediction {
    guard manifest.classes != nil else {
      let value = means.first ?? .nan
      return .number(
        value,
        interval: manifest.intervalHalfWidth.flatMap { half in
          value.isFinite ? value - half...value + half : nil
        })
    }
    let total = means.reduce(0, +)
    return .classes(probabilities: means.map { $0 / total })
  }
}
