import DataPipelines
import Engines

/// `evaluation.json`: everything that the report shows of an evaluation.
struct EvaluationDetails: Codable, Sendable {
  var title: String
  var task: LearningTask
  var target: String
  /// The metric that training optimized and that slices and importance are measured by.
  var main: MetricName
  var result: EvaluationResult
  /// By how much the model is better than each baseline in the main metric, drawn pair by pair;
  /// over 0 is better.
  var gainOverLinear: MeasuredMetric?
  var gainOverTrivial: MeasuredMetric?
  var drawCount: Int
  var drawsByGroup: Bool
  var rowsWithoutTarget: Int
  var rowsOfUnknownClass: Int
  /// Classes in the order of `confusion`.
  var classes: [String]?
  var confusion: ConfusionMatrix?
  var curves: [ClassCurve]
  var calibration: Calibration?
  var residuals: Residuals?
  var forecast: ForecastReport?
  var slices: [SliceReport]
  var importance: [ColumnImportance]
  /// Rows that importance and robustness were measured on.
  var probedRowCount: Int
  var robustness: [RobustnessPoint]
  var latency: Latency?
  var dataset: DatasetManifest
  var model: ModelManifest
}
