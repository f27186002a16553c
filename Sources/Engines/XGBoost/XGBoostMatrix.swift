import CXGBoost

/// Rows in XGBoost's own layout, with their labels and weights.
///
/// Not for two threads at a time: a matrix computes its bins when it is first trained on.
public final class XGBoostMatrix {
  /// How the values are kept.
  public enum Storage: Sendable {
    /// The values themselves: for training with any number of bins, and for predicting.
    case values
    /// Only their bins, an eighth of the memory: for training with `max_bin` set to `bins`.
    case bins(Int)
  }

  let library: XGBoostLibrary
  let handle: UnsafeMutableRawPointer
  /// Number of rows.
  public let rowCount: Int
  /// Number of features.
  public let columnCount: Int

  /// - Parameters:
  ///   - labels: one number a row; needed for training and for evaluation.
  ///   - weights: one weight a row, not negative.
  ///   - baseMargins: where the first tree starts, one margin a row and output.
  ///   - threads: threads that build the matrix.
  public init(
    library: XGBoostLibrary, features: FeatureMatrix, labels: [Float]? = nil,
    weights: [Float]? = nil, baseMargins: [Float]? = nil, storage: Storage = .values,
    threads: Int = 1
  ) throws {
    for (name, count) in [("labels", labels?.count), ("weights", weights?.count)] {
      guard let count, count != features.rowCount else { continue }
      throw EngineError(
        .shapeMismatch, "There are \(count) \(name) for \(features.rowCount) rows.")
    }
    self.library = library
    rowCount = features.rowCount
    columnCount = features.columnCount
    switch storage {
    case .values:
      handle = try Self.valueMatrix(library, features, threads: threads)
    case .bins(let bins):
      handle = try Self.binMatrix(library, features, labels, weights, bins: bins, threads: threads)
    }
    // From here on `deinit` frees the handle, also when a call below throws.
    if case .values = storage {
      try setTypes(features.types)
      try labels.map { try set("label", $0, columns: 1) }
      try weights.map { try set("weight", $0, columns: 1) }
    }
    try baseMargins.map { try set("base_margin", $0, columns: $0.count / max(rowCount, 1)) }
  }

  deinit { cxgb_matrix_free(handle) }

  /// Replaces the weights of the rows.
  public func setWeights(_ weights: [Float]) throws {
    guard weights.count == rowCount else {
      throw EngineError(
        .shapeMismatch, "There are \(weights.count) weights for \(rowCount) rows.")
    }
    try set("weight", weights, columns: 1)
  }

  private func set(_ field: String, _ values: [Float], columns: Int) throws {
    try library.check(
      cxgb_matrix_set_floats(
        handle, field, values, UInt64(values.count / max(columns, 1)), UInt64(columns)))
  }

  private func setTypes(_ types: [FeatureType]) throws {
    try Self.withTexts(of: types) { texts in
      try library.check(
        cxgb_matrix_set_texts(handle, "feature_type", texts.baseAddress, UInt64(texts.count)))
    }
  }

  private static func valueMatrix(
    _ library: XGBoostLibrary, _ features: FeatureMatrix, threads: Int
  ) throws -> UnsafeMutableRawPointer {
    var created: UnsafeMutableRawPointer?
    try library.check(
      cxgb_matrix_create(
        features.values, UInt64(features.rowCount), UInt64(features.columnCount), Int32(threads),
        &created))
    return try given(created)
  }

  private static func binMatrix(
    _ library: XGBoostLibrary, _ features: FeatureMatrix, _ labels: [Float]?, _ weights: [Float]?,
    bins: Int, threads: Int
  ) throws -> UnsafeMutableRawPointer {
    var created: UnsafeMutableRawPointer?
    try withTexts(of: features.types) { types in
      try withOptional(labels) { labels in
        try withOptional(weights) { weights in
          try library.check(
            cxgb_quantile_matrix_create(
              features.values, UInt64(features.rowCount), UInt64(features.columnCount), labels,
              weights, types.baseAddress, nil, Int32(bins), Int32(threads), &created))
        }
      }
    }
    return try given(created)
  }

  private static func given(_ handle: UnsafeMutableRawPointer?) throws -> UnsafeMutableRawPointer {
    guard let handle else { throw EngineError(.engineFailed, "XGBoost made no matrix.") }
    return handle
  }

  private static func withOptional(
    _ values: [Float]?, _ body: (UnsafePointer<Float>?) throws -> Void
  ) throws {
    guard let values else { return try body(nil) }
    try values.withUnsafeBufferPointer { try body($0.baseAddress) }
  }

  private static func withTexts(
    of types: [FeatureType],
    _ body: (UnsafeMutableBufferPointer<UnsafePointer<CChar>?>) throws -> Void
  ) throws {
    try FeatureType.quantity.rawValue.withCString { quantity in
      try FeatureType.category.rawValue.withCString { category in
        var texts: [UnsafePointer<CChar>?] = types.map { $0 == .quantity ? quantity : category }
        try texts.withUnsafeMutableBufferPointer { try body($0) }
      }
    }
  }
}
