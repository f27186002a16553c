import DataPipelines
import Engines

/// What an evaluation asks of a model.
protocol EvaluatedModel {
  var manifest: ModelManifest { get }
  /// Trees that a prediction of one row walks through.
  var treeCount: Int { get }
  func predict(_ table: Table) throws -> ModelOutput
  /// How much each column moved each prediction; nil where the model cannot say.
  func contributions(_ table: Table) throws -> ColumnContributions?
}

/// Predictions of many rows.
enum ModelOutput: Sendable {
  /// One number a row, and bounds of its 90 % interval where the model gives them.
  case numbers([Double], bounds: [ClosedRange<Double>]?)
  /// Row by row, one probability a class; and weights of the classes where one is decided for.
  case probabilities([Double], classCount: Int, decision: [Double]? = nil)

  /// The predictions of the given rows, in that order.
  func rows(_ rows: [Int]) -> ModelOutput {
    switch self {
    case .numbers(let values, let bounds):
      return .numbers(rows.map { values[$0] }, bounds: bounds.map { all in rows.map { all[$0] } })
    case .probabilities(let values, let classCount, let decision):
      return .probabilities(
        rows.flatMap { values[$0 * classCount..<($0 + 1) * classCount] }, classCount: classCount,
        decision: decision)
    }
  }

  /// The same with classes added that the model does not know: it gives them no chance.
  func widened(to count: Int) -> ModelOutput {
    guard case .probabilities(let values, let classCount, let decision) = self,
      count > classCount
    else {
      return self
    }
    var wide: [Double] = []
    wide.reserveCapacity(values.count / max(1, classCount) * count)
    for start in stride(from: 0, to: values.count, by: classCount) {
      wide.append(contentsOf: values[start..<start + classCount])
      wide.append(contentsOf: repeatElement(0, count: count - classCount))
    }
    let added = [Double](repeating: 0, count: count - classCount)
    return .probabilities(wide, classCount: count, decision: decision.map { $0 + added })
  }
}

/// SHAP values (Lundberg, Lee 2017) added up by input column.
struct ColumnContributions: Sendable, Equatable {
  var columns: [String]
  /// Mean over the rows of the absolute value, one a column.
  var meanMagnitudes: [Double]
}
