import CXGBoost

extension XGBoostBooster {
  /// What a prediction gives.
  public enum Output: Int, Sendable {
    /// Values or probabilities, after the objective's transformation.
    case value = 0
    /// Sums of leaves, before it.
    case margin = 1
    /// SHAP values (Lundberg et al. 2020) and, last of each row and output, the bias.
    case contributions = 2
  }

  /// Predictions row after row: outputs a row, and for contributions features plus one an output.
  ///
  /// - Parameter rounds: the rounds whose trees count; nil is all.
  public func predict(
    _ matrix: XGBoostMatrix, output: Output = .value, rounds: Range<Int>? = nil
  ) throws -> [Float] {
    let config = Self.config(output: output, rounds: rounds)
    var shape: UnsafePointer<UInt64>?
    var dimensions: UInt64 = 0
    var values: UnsafePointer<Float>?
    try library.check(
      cxgb_booster_predict(handle, matrix.handle, config, &shape, &dimensions, &values))
    return Self.copy(values, shape, dimensions)
  }

  /// Margins of a matrix; the rounds already predicted for it are not computed again.
  public func margins(of matrix: XGBoostMatrix, rounds: Range<Int>? = nil) throws -> [Float] {
    try predict(matrix, output: .margin, rounds: rounds)
  }

  /// Predictions without a matrix: for few rows, and from several threads at a time.
  public func predict(
    _ features: FeatureMatrix, output: Output = .value, rounds: Range<Int>? = nil
  ) throws -> [Float] {
    var proxy: UnsafeMutableRawPointer?
    try library.check(cxgb_proxy_create(&proxy))
    guard let proxy else { throw EngineError(.engineFailed, "XGBoost made no proxy.") }
    defer { cxgb_matrix_free(proxy) }
    var config = Self.config(output: output, rounds: rounds)
    config.removeLast()
    config += #", "missing": NaN, "cache_id": 0}"#
    var shape: UnsafePointer<UInt64>?
    var dimensions: UInt64 = 0
    var values: UnsafePointer<Float>?
    try library.check(
      cxgb_booster_predict_dense(
        handle, features.values, UInt64(features.rowCount), UInt64(features.columnCount), config,
        proxy, &shape, &dimensions, &values))
    return Self.copy(values, shape, dimensions)
  }

  /// Mean gain of each feature's splits, 0 for those never used.
  public func gains(featureCount: Int) throws -> [Double] {
    var count: UInt64 = 0
    var dimensions: UInt64 = 0
    var features: UnsafeMutablePointer<UnsafePointer<CChar>?>?
    var shape: UnsafePointer<UInt64>?
    var scores: UnsafePointer<Float>?
    try library.check(
      cxgb_booster_feature_score(
        handle, #"{"importance_type": "gain"}"#, &count, &features, &dimensions, &shape, &scores))
    var gains = [Double](repeating: 0, count: featureCount)
    for place in 0..<Int(count) {
      // Features have no names of their own: XGBoost calls them f0, f1, …
      guard let name = features?[place], let score = scores?[place],
        let feature = Int(String(cString: name).dropFirst()), gains.indices.contains(feature)
      else { continue }
      gains[feature] = Double(score)
    }
    return gains
  }

  private static func config(output: Output, rounds: Range<Int>?) -> String {
    let (begin, end) = (rounds?.lowerBound ?? 0, rounds?.upperBound ?? 0)
    return """
      {"type": \(output.rawValue), "training": false, "iteration_begin": \(begin), \
      "iteration_end": \(end), "strict_shape": true}
      """
  }

  private static func copy(
    _ values: UnsafePointer<Float>?, _ shape: UnsafePointer<UInt64>?, _ dimensions: UInt64
  ) -> [Float] {
    var count = 1
    for dimension in 0..<Int(dimensions) { count *= shape.map { Int($0[dimension]) } ?? 0 }
    return Array(UnsafeBufferPointer(start: values, count: dimensions == 0 ? 0 : count))
  }
}
