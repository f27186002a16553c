public import DataPipelines

/// A metric of the factory; the raw value is its word in workflow files and results.
///
/// Definitions are scikit-learn's: `rmse` is the root of `mean_squared_error`, `auc` is
/// `roc_auc_score` (one class against the rest, averaged, for more than two classes), `f1`,
/// `precision` and `recall` are of the positive class for two classes and class averages
/// (`macro`) for more, `brier` is `brier_score_loss`.
public enum MetricName: String, Codable, Sendable, CaseIterable {
  case rmse, mae, r2, mape
  case auc, logLoss = "log_loss", accuracy
  case balancedAccuracy = "balanced_accuracy"
  case f1
  case f1Macro = "f1_macro"
  case precision, recall, brier

  /// A way to be better.
  public enum Goal: String, Codable, Sendable {
    case minimize, maximize

    /// Whether `value` is better than `other`; false where either is NaN.
    public func prefers(_ value: Double, over other: Double) -> Bool {
      self == .minimize ? value < other : value > other
    }
  }

  /// Which way is better.
  public var goal: Goal {
    switch self {
    case .rmse, .mae, .mape, .logLoss, .brier: .minimize
    case .r2, .auc, .accuracy, .balancedAccuracy, .f1, .f1Macro, .precision, .recall: .maximize
    }
  }

  /// Whether the metric measures predicted classes, as opposed to predicted numbers.
  public var isOfClasses: Bool {
    switch self {
    case .rmse, .mae, .r2, .mape: false
    case .auc, .logLoss, .accuracy, .balancedAccuracy, .f1, .f1Macro, .precision, .recall,
      .brier:
      true
    }
  }

  /// The values that the metric can take.
  public var range: ClosedRange<Double> {
    switch self {
    case .rmse, .mae, .mape, .logLoss, .brier: 0...Double.infinity
    case .r2: -Double.infinity...1
    case .auc, .accuracy, .balancedAccuracy, .f1, .f1Macro, .precision, .recall: 0...1
    }
  }

  /// Whether a model of that task can be measured by it.
  public func fits(_ task: LearningTask) -> Bool { isOfClasses == (task == .classification) }

  /// The metrics that fit a task, in the order in which people read them.
  public static func all(for task: LearningTask) -> [MetricName] {
    allCases.filter { $0.fits(task) }
  }

  /// What is optimized where nobody chose: rmse for numbers, auc for two classes, log loss for more.
  public static func standard(for task: LearningTask, classCount: Int?) -> MetricName {
    switch task {
    case .regression, .forecasting: .rmse
    case .classification: classCount ?? 2 <= 2 ? .auc : .logLoss
    }
  }

  /// The name as people write it in a report.
  public var title: String {
    switch self {
    case .rmse: "RMSE"
    case .mae: "MAE"
    case .r2: "R²"
    case .mape: "MAPE"
    case .auc: "AUC"
    case .logLoss: "Log loss"
    case .accuracy: "Accuracy"
    case .balancedAccuracy: "Balanced accuracy"
    case .f1: "F1"
    case .f1Macro: "F1 (macro)"
    case .precision: "Precision"
    case .recall: "Recall"
    case .brier: "Brier score"
    }
  }
}

/// Metrics by name.
public typealias MetricValues = [MetricName: Double]

extension [MetricName: Double] {
  /// The same by the words of workflow files and results.
  public var byWord: [String: Double] {
    [String: Double](uniqueKeysWithValues: map { ($0.key.rawValue, $0.value) })
  }
}
