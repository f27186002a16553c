internal import JSONCoding

/// An error in MLflow's words: its clients look at the code, not at the status.
public struct MLflowFailure: Error {
  /// MLflow's codes, as far as they are used here.
  public enum Code: String, Sendable {
    case invalidParameterValue = "INVALID_PARAMETER_VALUE"
    case badRequest = "BAD_REQUEST"
    case alreadyExists = "RESOURCE_ALREADY_EXISTS"
    case doesNotExist = "RESOURCE_DOES_NOT_EXIST"
    case endpointNotFound = "ENDPOINT_NOT_FOUND"
    case unauthenticated = "UNAUTHENTICATED"
    case permissionDenied = "PERMISSION_DENIED"
    case conflict = "RESOURCE_CONFLICT"
    case limitExceeded = "REQUEST_LIMIT_EXCEEDED"
    case unavailable = "TEMPORARILY_UNAVAILABLE"
    case notImplemented = "NOT_IMPLEMENTED"
    case internalError = "INTERNAL_ERROR"

    /// The status of HTTP that goes with it.
    public var status: Int {
      switch self {
      case .invalidParameterValue, .badRequest, .alreadyExists: 400
      case .doesNotExist, .endpointNotFound: 404
      case .unauthenticated: 401
      case .permissionDenied: 403
      case .conflict: 409
      case .limitExceeded: 429
      case .unavailable: 503
      case .notImplemented: 501
      case .internalError: 500
      }
    }
  }

  /// MLflow's code.
  public let code: Code
  /// What happened, for people.
  public let message: String
  /// When to try again, where that was said.
  public var retryAfterSeconds: Int?

  /// Makes an error.
  public init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  /// Seconds after which a client may try again; nil where trying again is no use.
  public var retryAfter: Int? {
    retryAfterSeconds ?? (code == .unavailable || code == .limitExceeded ? 1 : nil)
  }

  /// `{"error_code": …, "message": …}`.
  public var body: [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("error_code")
    writer.string(code.rawValue)
    writer.key("message")
    writer.string(message)
    writer.endObject()
    return writer.bytes
  }
}
