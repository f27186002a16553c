import Engines
import Experimentation
import Optimization

/// The regularized linear model that stands beside every search, as measured on the validation rows.
struct LinearBaseline: Sendable {
  var penalty: Double
  /// For the plan's validation rows, from models that did not see them.
  var predictions: [Double]
  /// The metric of `predictions`.
  var value: Double

  /// From great to small, as the engine wants them.
  static let penalties = [1, 0.1, 0.01, 0.001, 0.0001]
  /// Values (rows times columns of the model times outputs) on which a penalty is chosen; more add
  /// time and little else.
  private static let choiceCells = 1_500_000
  /// Values on which the final model is fitted.
  private static let fitCells = 30_000_000

  /// Chooses the penalty on the validation rows.
  init(_ problem: LearningProblem) throws {
    let goal = problem.goal
    var byPenalty = [[Double]](repeating: [], count: Self.penalties.count)
    for fold in problem.plan.folds {
      let rows = Self.thinned(fold.training, of: problem, cells: Self.choiceCells)
      let models = try Self.models(
        problem, features: problem.features.rows(rows), rows: rows, penalties: Self.penalties)
      let validation = problem.features.rows(fold.validation)
      for (place, model) in models.enumerated() {
        byPenalty[place] += model.predictions(of: validation)
      }
    }
    let rows = problem.plan.validationRows
    let values = byPenalty.map { problem.score($0, rows: rows) }
    let best = values.indices.min { goal.loss(of: values[$0]) < goal.loss(of: values[$1]) } ?? 0
    penalty = Self.penalties[best]
    predictions = byPenalty[best]
    value = values[best]
  }

  /// The model of all rows with the chosen penalty.
  ///
  /// - Parameter features: one row for each label of the problem.
  func fit(_ problem: LearningProblem, features: FeatureMatrix) throws -> LinearModel {
    let rows = Self.thinned(Array(0..<problem.rowCount), of: problem, cells: Self.fitCells)
    let models = try Self.models(
      problem, features: rows.count == features.rowCount ? features : features.rows(rows),
      rows: rows, penalties: [penalty])
    guard let model = models.first else {
      throw TrainingError(.allTrialsFailed, "the linear baseline gave no model")
    }
    return model
  }

  /// Evenly spaced ones of the rows, as many as the cells allow.
  private static func thinned(_ rows: [Int], of problem: LearningProblem, cells: Int) -> [Int] {
    let features = problem.features
    var width = features.columnCount
    for column in features.types.indices where features.types[column] == .category {
      var last: Float = 0
      for row in 0..<features.rowCount {
        last = max(last, features.values[row * features.columnCount + column])
      }
      width += min(Int(last), 64)
    }
    let outputs = problem.outputCount > 2 ? problem.outputCount : 1
    let most = max(cells / max(width * outputs, 1), 1000)
    let step = max(1, (rows.count + most - 1) / most)
    return stride(from: 0, to: rows.count, by: step).map { rows[$0] }
  }

  private static func models(
    _ problem: LearningProblem, features: FeatureMatrix, rows: [Int], penalties: [Double]
  ) throws -> [LinearModel] {
    let labels = rows.map { problem.labels[$0] }
    guard let classCount = problem.classCount else {
      return try LinearModel.ridge(features, targets: labels, penalties: penalties)
    }
    return try LinearModel.logistic(
      features, classes: labels.map { Int($0) }, classCount: classCount, penalties: penalties)
  }
}
