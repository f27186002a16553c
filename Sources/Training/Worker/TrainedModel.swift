import DataPipelines
import Engines

/// What a training hands to the writer of model packages.
struct TrainedModel {
  /// Half widths of the 90 % interval around a number.
  struct Interval {
    var halfWidth: Double
    /// Forecasts: for each lead, from 1.
    var byLead: [Double]?
  }

  struct Baseline {
    var model: LinearModel
    var interval: Interval?
    var decision: [Double]?
  }

  var rows: LearningRows
  var pipeline: FeaturePipeline
  var members: [FittedMember]
  /// nil for classes, and where the rows are too few.
  var interval: Interval?
  /// Weights of classes where one is decided for.
  var decision: [Double]?
  /// The linear model; nil while only the first model is there.
  var baseline: Baseline?
  var seed: UInt64
  /// How the workflow derives columns; nil where it does not.
  var derivation: RowDerivation.Plan?

  /// What a prediction request must and may hold: the columns that the features read.
  ///
  /// A forecast also reads the time, the series and, where it is known, the target.
  var signature: [SignatureColumn] {
    var columns = pipeline.inputColumns.compactMap { name in
      rows.source[name].map { Self.signature(of: $0) }
    }
    for step in derivation?.steps ?? [] {
      for place in columns.indices where columns[place].name == step.name {
        columns[place].derivation = step.sql
      }
    }
    guard let lags = rows.lags else { return columns }
    for name in [lags.time, lags.series, lags.target].compactMap({ $0 }) {
      guard !columns.contains(where: { $0.name == name }), let column = rows.source[name] else {
        continue
      }
      var added = Self.signature(of: column)
      added.isOptional = name == lags.target
      columns.append(added)
    }
    return columns
  }

  private static func signature(of column: TableColumn) -> SignatureColumn {
    switch column.values {
    case .numbers(let values):
      let known = values.filter { !$0.isNaN }
      return SignatureColumn(
        name: column.name, type: column.type, isOptional: known.count < values.count,
        minimum: known.min(), maximum: known.max())
    case .strings(let codes, let values):
      var counts = [Int](repeating: 0, count: values.count)
      for code in codes where code >= 0 { counts[Int(code)] += 1 }
      let frequent = values.indices.filter { counts[$0] > 0 }
        .sorted { (counts[$1], values[$0]) < (counts[$0], values[$1]) }
      return SignatureColumn(
        name: column.name, type: column.type, isOptional: codes.contains { $0 < 0 },
        examples: column.type == .category ? frequent.prefix(20).map { values[$0] } : nil)
    }
  }
}
