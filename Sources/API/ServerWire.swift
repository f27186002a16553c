/// The answer of `/version`.
public struct VersionWire: Codable, Sendable {
  /// Version of the program.
  public var version: String

  /// Joins the parts.
  public init(version: String) { self.version = version }
}

/// The answer of `/health` and `/ready`.
public struct HealthWire: Codable, Sendable {
  /// `ok`, or a word for what is missing.
  public var status: String

  /// Joins the parts.
  public init(status: String) { self.status = status }
}

/// A link that opens the web pages once in a browser without asking for the token.
public struct LoginLinkWire: Codable, Sendable {
  /// The link; it works once.
  public var url: String

  /// Joins the parts.
  public init(url: String) { self.url = url }
}

/// What `stop` asks of the server.
public struct StopRequestWire: Codable, Sendable {
  /// Leaves the gateway and the replicas running.
  public var keepEndpoints: Bool

  /// Joins the parts.
  public init(keepEndpoints: Bool) { self.keepEndpoints = keepEndpoints }
}
