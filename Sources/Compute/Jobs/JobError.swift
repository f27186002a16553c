public import Basics

/// A request about jobs that could not be fulfilled.
public struct JobError: FactoryError {
  /// Stable words of the API.
  public enum Code: String, Sendable {
    case jobNotFound = "job_not_found"
    case specInvalid = "job_spec_invalid"
    case resourcesImpossible = "job_resources_impossible"
    case dataClassRefused = "data_class_refused"
    case softwareInvalid = "software_invalid"
    case codeInvalid = "code_invalid"
    case idTaken = "job_id_taken"
    case notEnded = "job_not_ended"
    case dependencyFailed = "dependency_failed"
    case notRunning = "job_not_running"
    case accountsMissing = "job_account_not_found"
    case nodeUnknown = "job_node_unknown"
    case agentMissing = "agent_missing"
    case siteUnknown = "site_unknown"
    case siteNotFound = "site_not_found"
    case siteInvalid = "site_invalid"
    case siteTaken = "already_site"
    case siteInUse = "site_conflict"
    case siteUnreachable = "site_unreachable"
    case serviceNotFound = "service_not_found"
    case serviceTaken = "already_service"
    case systemFailure = "system_failure"
    case stopped = "jobs_stopped"
    case attemptUnknown = "job_attempt_unknown"
  }

  /// Which rule was broken.
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
