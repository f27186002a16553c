public import DataPipelines

/// What each input column adds to the predictions of some rows: SHAP values.
///
/// They are told where models add up: in the target's own unit for numbers (of its logarithm where
/// the target was transformed), in log-odds for classes.
public struct Explanation: Sendable, Equatable {
  /// Input columns, in the order of the values.
  public var columns: [String]
  /// 1 for numbers and for two classes (the log-odds of the second), else one a class.
  public var outputCount: Int
  /// Mean prediction of the training rows, one an output; the same for every row.
  public var baseValues: [Double]
  /// Rows × outputs × columns.
  public var values: [Double]

  /// The value of one column in one row.
  public func value(row: Int, output: Int = 0, column: Int) -> Double {
    values[(row * outputCount + output) * columns.count + column]
  }
}

extension Predictor {
  /// SHAP values of a table's rows, those of a column's features summed up.
  public func explain(_ table: Table) throws -> Explanation {
    try explain(features: features(of: table))
  }

  /// SHAP values of rows whose features are there already.
  public func explain(features: FeatureMatrix) throws -> Explanation {
    let columns = pipeline.inputColumns
    let columnOfFeature = pipeline.columnOfFeature
    let outputCount = members.map(\.outputCount).max() ?? 1
    let wide = pipeline.featureCount + 1
    var values = [Double](
      repeating: 0, count: features.rowCount * outputCount * columns.count)
    var bases = [Double](repeating: 0, count: outputCount)
    for member in members {
      let contributions = try member.contributions(of: features)
      for cell in 0..<features.rowCount * outputCount {
        for feature in 0..<wide - 1 {
          values[cell * columns.count + columnOfFeature[feature]] +=
            member.weight * contributions[cell * wide + feature]
        }
        if cell < outputCount {
          bases[cell] += member.weight * contributions[cell * wide + wide - 1]
        }
      }
    }
    return Explanation(
      columns: columns, outputCount: outputCount, baseValues: bases, values: values)
  }
}
