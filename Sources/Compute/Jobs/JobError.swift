public import Basics

/// A request about jobs that could not be fulfilled.
public struct JobError: FactoryError {
  public enum Code: String, Sendable {
    case jobNotFound = "job_not_found"
    case specInvalid = "job_spec_invalid"
    case resourcesImpossible = "job_resources_impossible"
    case idTaken = "job_id_taken"
    case notEnded = "job_not_ended"
    case agentMissing = "agent_missing"
    case siteUnknown = "site_unknown"
    case stopped = "jobs_stopped"
  }

  public let code: Code
  public let message: String
  public let hint: String?

  public init(_ code: Code, _ message: String, hint: String? = nil) {
    self.code = code
    self.message = message
    self.hint = hint
  }
}
