public import Basics

/// A request about workflow runs that could not be fulfilled.
public struct WorkflowError: FactoryError, Equatable {
  /// What happened, as a stable word.
  public enum Code: String, Sendable {
    case workflowRunNotFound = "workflow_run_not_found"
    case idNotFound = "id_not_found"
    case ledgerDamaged = "ledger_damaged"
    case requestInvalid = "workflow_request_invalid"
    case outputInvalid = "stage_output_invalid"
  }

  /// A stable word.
  public let code: Code
  /// What happened, in words.
  public let message: String
  /// What to do next.
  public let hint: String?

  /// Takes every value as it is.
  public init(_ code: Code, _ message: String, hint: String? = nil) {
    self.code = code
    self.message = message
    self.hint = hint
  }
}
