public import Basics

/// What can go wrong with runs, models and evaluations.
public struct ExperimentationError: FactoryError, Equatable {
  /// The kinds of failure.
  public enum Code: String, Sendable {
    case experimentNotFound = "experiment_not_found"
    case experimentAlreadyExists = "experiment_already_exists"
    case runNotFound = "run_not_found"
    case runNotActive = "run_not_active"
    /// A param of a run was logged with another value before.
    case parameterConflict = "parameter_conflict"
    case modelNotFound = "model_not_found"
    case modelAlreadyExists = "model_already_exists"
    case modelVersionNotFound = "model_version_not_found"
    case aliasNotFound = "alias_not_found"
    case tagNotFound = "tag_not_found"
    case loggedModelNotFound = "logged_model_not_found"
    case artifactNotFound = "artifact_not_found"
    case traceNotFound = "trace_not_found"
    case assessmentNotFound = "assessment_not_found"
    case evaluationDatasetNotFound = "evaluation_dataset_not_found"
    /// A file of another program cannot be taken over.
    case importImpossible = "import_impossible"
    /// A key, a value or a name breaks its limits.
    case invalidValue = "invalid_value"
    /// The dataset or the model package cannot be evaluated.
    case evaluationImpossible = "evaluation_impossible"
    /// A gate names a metric that the task does not have.
    case gateInvalid = "gate_invalid"
  }

  /// The stable word.
  public let code: Code
  /// What happened.
  public let message: String
  /// What to do next.
  public let hint: String?

  /// Makes an error of that kind.
  public init(_ code: Code, _ message: String, hint: String? = nil) {
    self.code = code
    self.message = message
    self.hint = hint
  }
}
