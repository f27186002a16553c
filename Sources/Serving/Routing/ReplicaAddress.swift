import Basics

/// Where a replica answers on another node.
public struct ReplicaNode: Codable, Hashable, Sendable {
  /// The node's address, as its site has it.
  public var host: String
  /// TCP port on it.
  public var port: Int
  /// What the first frame of a connection says: whoever reaches the node reaches the port.
  public var secret: String

  /// Joins the parts.
  public init(host: String, port: Int, secret: String) {
    self.host = host
    self.port = port
    self.secret = secret
  }
}

/// How a replica is reached.
public enum ReplicaAddress: Hashable, Sendable {
  /// A Unix socket of this machine.
  case socket(path: String)
  case node(ReplicaNode)
}
