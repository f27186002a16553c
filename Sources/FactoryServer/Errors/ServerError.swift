public import Basics

/// What can be wrong about a request itself.
public struct ServerError: FactoryError {
  public enum Code: String, Sendable {
    case badRequest = "bad_request"
    case unauthorized
    case forbiddenHost = "forbidden_host"
    case forbiddenOrigin = "forbidden_origin"
    case notFound = "not_found"
    case unavailable
    case addressInUse = "address_in_use"
    case addressRefused = "address_refused"
    case alreadyServing = "already_serving"
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
