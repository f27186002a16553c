public import Basics

/// What can be wrong about a request itself.
public struct ServerError: FactoryError {
  /// What can go wrong.
  public enum Code: String, Sendable {
    case badRequest = "bad_request"
    case unauthorized
    case forbiddenHost = "forbidden_host"
    case forbiddenOrigin = "forbidden_origin"
    case notFound = "not_found"
    case unavailable
    case starting
    case ledgerUnwritable = "ledger_unwritable"
    case addressInUse = "address_in_use"
    case addressRefused = "address_refused"
    case alreadyServing = "already_serving"
    case alreadyCollecting = "already_collecting"
  }

  /// A stable word for programs.
  public let code: Code
  /// What happened, with the values that mattered.
  public let message: String
  /// What the reader can do next.
  public let hint: String?

  /// Joins the parts.
  public init(_ code: Code, _ message: String, hint: String? = nil) {
    self.code = code
    self.message = message
    self.hint = hint
  }
}
