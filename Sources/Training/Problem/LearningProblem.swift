import DataPipelines
import Engines
import Experimentation
import Optimization

/// Everything that a training knows before it chooses a model: rows with labels, features, folds.
struct LearningProblem: Sendable {
  var target: LearningTarget
  var metric: MetricName
  /// Features of all rows with a label, training rows and validation rows together.
  var features: FeatureMatrix
  /// One label a row of `features`.
  var labels: [Double] { target.labels }
  /// How trials are measured.
  var plan: ResamplingPlan

  var rowCount: Int { features.rowCount }
  var classCount: Int? { target.classes?.count }
  /// Numbers that a model gives for a row: 1, or one probability a class.
  var outputCount: Int { classCount ?? 1 }

  var goal: OptimizationGoal { metric.goal == .minimize ? .minimize : .maximize }

  /// Whether the models of a trial's folds, averaged, become the model.
  ///
  /// Where rows are few their average is better than one model of all rows (bagging; Breiman 1996),
  /// and its cost is small; where they are many one model of all rows is as good and faster.
  var keepsFolds: Bool { plan.isCrossValidation && rowCount < ResamplingChoice.fewRows }

  /// The metric of predictions for the given rows.
  ///
  /// A metric that judges classes is that of the best decision, which the model will have.
  func score(_ predictions: [Double], rows: [Int]) -> Double {
    if let choice = decision(predictions, rows: rows) { return choice.value }
    return metrics(predictions, rows: rows, names: [metric])[metric] ?? .nan
  }

  /// How classes are best decided for from the predictions of the given rows; nil where the metric
  /// does not ask.
  func decision(_ predictions: [Double], rows: [Int]) -> DecisionChoice? {
    guard let classCount, DecisionChoice.isNeeded(for: metric) else { return nil }
    return DecisionChoice(
      metric, truth: rows.map { Int32(labels[$0]) }, probabilities: predictions,
      classCount: classCount)
  }

  /// The metrics of predictions for the given rows.
  func metrics(_ predictions: [Double], rows: [Int], names: [MetricName]) -> MetricValues {
    if let classCount {
      return Metrics.classification(
        rows.map { Int32(labels[$0]) }, probabilities: predictions, classCount: classCount,
        names: names, decision: decision(predictions, rows: rows)?.weights)
    }
    return Metrics.regression(rows.map { labels[$0] }, predictions, names: names)
  }
}
