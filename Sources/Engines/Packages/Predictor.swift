public import DataPipelines

/// A model package in memory: from rows to predictions, in training, evaluation and serving.
public final class Predictor: Sendable {
  /// What the package says of itself.
  public let manifest: ModelManifest
  let pipeline: FeaturePipeline
  let lagFeatures: LagFeatures?
  let members: [MemberModel]
  let rowReader: RowReader
  /// Reads requests where the workflow derives columns.
  let derivedRows: DerivedRows?
  /// Place of the feature that is a forecast's lead; nil where there is none.
  let leadPlace: Int?
  /// Place in the signature of each column that the pipeline reads; nil where it is not asked for.
  let signaturePlaces: [Int?]

  init(
    manifest: ModelManifest, pipeline: FeaturePipeline, lagFeatures: LagFeatures?,
    members: [MemberModel], derivation: RowDerivation? = nil
  ) {
    self.manifest = manifest
    self.pipeline = pipeline
    self.lagFeatures = lagFeatures
    self.members = members
    leadPlace = lagFeatures.flatMap { pipeline.featureNames.firstIndex(of: $0.leadColumn) }
    rowReader = RowReader(signature: manifest.signature)
    derivedRows = derivation.map { DerivedRows(signature: manifest.signature, derivation: $0) }
    signaturePlaces = pipeline.inputColumns.map { name in
      manifest.signature.firstIndex { $0.name == name }
    }
  }

  /// Trees of all members, and the leaves that they have: what a prediction costs.
  public var size: (trees: Int, leaves: Int) {
    members.map(\.size).reduce((0, 0)) { ($0.0 + $1.trees, $0.1 + $1.leaves) }
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
      prediction(
        of: sums[row * width..<(row + 1) * width], halfWidth: halfWidth(row, of: features))
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
    try sums.withUnsafeMutableBufferPointer { sums in
      for member in members { try member.add(features, to: sums, width: width) }
    }
    return sums
  }

  /// Half the width of the interval around a row's number.
  public func halfWidth(_ row: Int, of features: FeatureMatrix) -> Double? {
    guard let widths = manifest.intervalHalfWidthByLead, let last = widths.last, let leadPlace
    else { return manifest.intervalHalfWidth }
    let lead = features.values[row * features.columnCount + leadPlace]
    guard lead >= 1, lead <= Float(widths.count) else { return last }
    return widths[Int(lead) - 1]
  }

  /// The prediction that the ensemble's means say.
  private func prediction(of means: ArraySlice<Double>, halfWidth: Double?) -> Prediction {
    guard manifest.classes != nil else {
      let value = means.first ?? .nan
      return .number(
        value,
        interval: halfWidth.flatMap { half in
          value.isFinite ? value - half...value + half : nil
        })
    }
    let total = means.reduce(0, +)
    return .classes(probabilities: means.map { $0 / total })
  }
}
