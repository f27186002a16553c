/// How a login node is reached, as HTTP and `--output json` tell it.
public struct SSHWire: Codable, Sendable, Equatable {
  /// `user@host`, or a name of the server's user's ssh configuration.
  public var destination: String
  /// Port; ssh's choice where absent.
  public var port: Int?
  /// Hosts on the way, as `ssh -J` takes them.
  public var jump: String?
  /// File of the private key; ssh's choice where absent.
  public var identity: String?
  /// File of known host keys; the user's own where absent.
  public var knownHosts: String?

  /// Reaches a host with everything else as usual.
  public init(destination: String) { self.destination = destination }
}
