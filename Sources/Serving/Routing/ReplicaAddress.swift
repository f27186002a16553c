import Basics

/// Where a replica answers on another node.
public struct ReplicaNode: Codable, Hashable, Sendable {
  /// The node's address, as its site has it, and a TCP port on it; nil where a socket of this machine leads there.
  public var endpoint: Endpoint?
  /// Path of a Unix socket of this machine from which a connection to the site leads on.
  public var forwarding: String?
  /// What the first frame of a connection says: whoever reaches the node reaches the port.
  public var secret: String

  /// One that this machine's network reaches.
  public init(host: String, port: Int, secret: String) {
    endpoint = Endpoint(host: host, port: port)
    self.secret = secret
  }

  /// One to which a socket of this machine leads.
  public init(forwarding: String, secret: String) {
    self.forwarding = forwarding
    self.secret = secret
  }

  /// A host and a TCP port.
  public struct Endpoint: Codable, Hashable, Sendable {
    /// A name or an address.
    public var host: String
    /// 1...65535.
    public var port: Int
  }
}

/// How a replica is reached.
public enum ReplicaAddress: Hashable, Sendable {
  /// A Unix socket of this machine.
  case socket(path: String)
  case node(ReplicaNode)
}
