public import Basics

/// What the server answered instead of a result, or why no answer came.
public struct APIError: FactoryError {
  /// A word of the server's; open, because a newer server may know more words.
  public struct Code: RawRepresentable<String>, Hashable, Sendable {
    /// The word itself.
    public let rawValue: String
    /// Joins the parts.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// Nothing answers at the server's address.
    public static let serverUnreachable = Code(rawValue: "server_unreachable")
    /// The answer is not what this version of the program understands.
    public static let answerNotUnderstood = Code(rawValue: "answer_not_understood")
    /// The server lives, and is taking up what ran before it started.
    public static let starting = Code(rawValue: "starting")
    /// No replica of an endpoint answers now.
    public static let replicaUnavailable = Code(rawValue: "replica_unavailable")
    /// The token is missing or wrong.
    public static let unauthorized = Code(rawValue: "unauthorized")
    /// A name or an identifier that a path needs is empty; nothing was asked.
    public static let identifierEmpty = Code(rawValue: "identifier_empty")
  }

  /// A stable word for programs.
  public let code: Code
  /// What happened, with the values that mattered.
  public let message: String
  /// What the reader can do next.
  public let hint: String?
  /// HTTP status of the answer; nil when none came.
  public let status: Int?
  /// Where in the input the error lies, for errors about rows and files.
  public let details: [String: String]

  /// Joins the parts.
  public init(
    code: Code, message: String, hint: String? = nil, status: Int? = nil,
    details: [String: String] = [:]
  ) {
    self.code = code
    self.message = message
    self.hint = hint
    self.status = status
    self.details = details
  }
}

/// The body of every error: `{"error":{"code":…,"message":…,"hint":…}}`.
public struct ErrorWire: Codable, Sendable, Equatable {
  /// What stands under `error`.
  public struct Body: Codable, Sendable, Equatable {
    /// A stable word for programs.
    public var code: String
    /// What happened, with the values that mattered.
    public var message: String
    /// What the reader can do next.
    public var hint: String?
    /// Values a program may want, such as `column` and `row`.
    public var details: [String: String]?

    /// Joins the parts.
    public init(code: String, message: String, hint: String?, details: [String: String]? = nil) {
      self.code = code
      self.message = message
      self.hint = hint
      self.details = details
    }
  }

  /// What went wrong.
  public var error: Body

  /// Joins the parts.
  public init(_ error: Body) { self.error = error }

  /// The wire form of an error on which a person can act.
  public init(_ error: some FactoryError) {
    self.init(Body(code: error.code.rawValue, message: error.message, hint: error.hint))
  }
}
