import Basics
import DataPipelines
import Engines
import Foundation

/// The main metric under data that is worse than the test data.
struct RobustnessPoint: Codable, Sendable, Equatable {
  enum Disturbance: String, Codable, Sendable {
    /// Gaussian noise on every number, in standard deviations of its column.
    case noise
    /// Values that are missing, as a share of all.
    case missing
  }

  var disturbance: Disturbance
  /// 0 is the undisturbed data.
  var amount: Double
  var value: Double
}

/// Disturbs the test rows and measures again.
struct RobustnessMeasurement {
  let model: any EvaluatedModel
  let main: MetricName
  let seed: UInt64

  static let noise = [0, 0.05, 0.1, 0.25, 0.5, 1]
  static let missing = [0, 0.05, 0.1, 0.2, 0.35, 0.5]

  /// Both curves; points that cannot be measured are left out.
  func measure(_ table: Table, truth: Truth, fixed: Set<String>) throws -> [RobustnessPoint] {
    let wanted = Set(model.manifest.signature.map(\.name)).subtracting(fixed)
    var points: [RobustnessPoint] = []
    for (disturbance, amounts) in [
      (RobustnessPoint.Disturbance.noise, Self.noise), (.missing, Self.missing),
    ] {
      for amount in amounts {
        var generator = SeededGenerator(
          seed: seed, stream: UInt64(amount * 1000) + (disturbance == .noise ? 20_000 : 40_000))
        let columns = table.columns.map { column in
          guard amount > 0, wanted.contains(column.name) else { return column }
          return disturbance == .noise
            ? Self.noisy(column, amount, &generator) : Self.holed(column, amount, &generator)
        }
        let disturbed = Table(columns: columns, rowCount: table.rowCount)
        let value = try PredictionScorer(
          truth: truth, output: try model.predict(disturbed), ranks: main == .auc
        ).metrics[main]
        guard let value else { continue }
        points.append(RobustnessPoint(disturbance: disturbance, amount: amount, value: value))
      }
    }
    return points
  }

  private static func noisy(
    _ column: TableColumn, _ amount: Double, _ generator: inout SeededGenerator
  ) -> TableColumn {
    guard column.type == .integer || column.type == .decimal,
      case .numbers(let values) = column.values
    else { return column }
    let known = values.filter(\.isFinite)
    guard known.count > 1 else { return column }
    let mean = known.reduce(0, +) / Double(known.count)
    let squares = known.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let deviation = (squares / Double(known.count - 1)).squareRoot()
    let noisy = values.map { $0 + amount * deviation * generator.nextNormal() }
    return TableColumn(name: column.name, type: column.type, values: .numbers(noisy))
  }

  private static func holed(
    _ column: TableColumn, _ share: Double, _ generator: inout SeededGenerator
  ) -> TableColumn {
    let values: ColumnValues =
      switch column.values {
      case .numbers(let values):
        .numbers(values.map { generator.nextUnit() < share ? .nan : $0 })
      case .strings(let codes, let texts):
        .strings(codes: codes.map { generator.nextUnit() < share ? -1 : $0 }, values: texts)
      }
    return TableColumn(name: column.name, type: column.type, values: values)
  }
}

extension SeededGenerator {
  /// A standard normal number (Box, Muller 1958).
  fileprivate mutating func nextNormal() -> Double {
    let radius = (-2 * log(1 - nextUnit())).squareRoot()
    return radius * cos(2 * .pi * nextUnit())
  }
}
