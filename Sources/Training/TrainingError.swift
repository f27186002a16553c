public import Basics

/// Why no model can be trained as asked.
public struct TrainingError: FactoryError, Equatable {
  /// The stable words.
  public enum Code: String, Sendable {
    case requestInvalid = "training_request_invalid"
    case targetMissing = "target_missing"
    case tooFewRows = "too_few_rows"
    case tooFewClasses = "too_few_classes"
    case tooManyClasses = "too_many_classes"
    case positiveMissing = "positive_missing"
    case metricUnfit = "metric_unfit"
    case targetUnfit = "target_unfit"
    case allTrialsFailed = "all_trials_failed"
  }

  /// Which of them.
  public let code: Code
  /// What happened, with the values that mattered.
  public let message: String
  /// What the reader can do next.
  public let hint: String?

  /// Takes every value as it is.
  public init(_ code: Code, _ message: String, hint: String? = nil) {
    self.code = code
    self.message = message
    self.hint = hint
  }
}
