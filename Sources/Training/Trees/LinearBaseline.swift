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
  /// Values (rows times columns) on which a penalty is chosen; more add time and little else.
  private static let choiceCells = 2_000_000

  /// Chooses the penalty on the validation rows.
  init(_ problem: LearningProblem) throws {
    let goal = problem.goal
    var byPenalty = [[Double]](repeating: [], count: Self.penalties.count)
    let most = max(Self.choiceCells / max(problem.features.columnCount, 1), 1000)
    for fold in problem.plan.folds {
      let step = max(1, fold.training.count / most)
      let rows = stride(from: 0, to: fold.training.count, by: step).map { fold.training[$0] }
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
    let rows = Array(0..<problem.rowCount)
    let models = try Self.models(problem, features: features, rows: rows, penalties: [penalty])
    guard let model = models.first else {
      throw TrainingError(.allTrialsFailed, "the linear baseline gave no model")
    }
    return model
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
