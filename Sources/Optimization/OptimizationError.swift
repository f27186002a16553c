public import Basics

/// A search that cannot be made as asked.
public struct OptimizationError: FactoryError {
  /// The stable words.
  public enum Code: String, Sendable {
    case invalidSpace = "search_space_invalid"
    case unknownSampler = "sampler_unknown"
    case unknownPruner = "pruner_unknown"
    case invalidQuestion = "search_question_invalid"
    case notToldEnough = "search_trials_missing"
    case trialNotFound = "trial_not_found"
    /// Values that are to be tried are none of the space.
    case invalidPoint = "search_point_invalid"
    /// A worker means another parameter by a name than the study does.
    case parameterDiffers = "search_parameter_conflict"
    /// A file is no storage of Optuna's, or of a schema that is not known.
    case optunaUnreadable = "optuna_unreadable"
    /// A trial of Optuna's has come over before, with other values.
    case optunaDiffers = "optuna_conflict"
    /// Nothing of Optuna's can be written there.
    case optunaUnwritable = "optuna_unwritable"
    case studyNotFound = "study_not_found"
    /// Several studies have a name.
    case studyAmbiguous = "study_ambiguous"
    case fileExists = "file_exists"
    /// The journal of a study cannot be read.
    case invalidEvent = "study_journal_damaged"
  }

  /// Which of them.
  public var code: Code
  /// What happened.
  public var message: String
  /// What to do next.
  public var hint: String?

  /// Takes every value as it is.
  public init(code: Code, message: String, hint: String? = nil) {
    self.code = code
    self.message = message
    self.hint = hint
  }

  static func notFound(_ study: Identifier<StudySummary>) -> OptimizationError {
    OptimizationError(
      code: .studyNotFound, message: "no study has the id \(study)",
      hint: "`aifactory studies list` shows the newest")
  }
}
