/// How a cluster's slurmrestd is asked, as HTTP and `--output json` tell it; the token itself is in no answer.
public struct RESTWire: Codable, Sendable, Equatable {
  /// Its address, such as `https://rest.example.org:6820`.
  public var url: String
  /// The member's own name on the cluster.
  public var user: String
  /// File that holds the token; one of the three is named.
  public var tokenFile: String?
  /// Variable of the server's environment that holds it.
  public var tokenVariable: String?
  /// Command for `sh` on the server's machine that prints it.
  public var tokenCommand: String?

  /// Asks as somebody, with a token that is still to be named.
  public init(url: String, user: String) {
    self.url = url
    self.user = user
  }
}
