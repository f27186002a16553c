public import Basics
import Foundation

/// `gateway/routes.json`: which replicas answer for which endpoint, and whose tokens may ask.
///
/// `serve` replaces it in one step; the gateway looks at it five times a second.
public struct RoutingFile: Codable, Sendable, Equatable {
  /// One endpoint.
  public struct Endpoint: Codable, Sendable, Equatable {
    /// The part of the URL after `/endpoints/`.
    public var name: String
    /// SHA-256 of the tokens that may call it, in hexadecimal.
    public var tokenDigests: [String]
    /// Paths of the Unix sockets of the replicas that take new requests.
    public var sockets: [String]
    /// Those that take new requests on other nodes; nil is none.
    public var nodes: [ReplicaNode]?
    /// Why none of them answers, in words; nil where one does, or nobody knows.
    public var absence: String?

    /// Joins the parts.
    public init(
      name: String, tokenDigests: [String], sockets: [String], nodes: [ReplicaNode]? = nil,
      absence: String? = nil
    ) {
      self.name = name
      self.tokenDigests = tokenDigests
      self.sockets = sockets
      self.nodes = nodes
      self.absence = absence
    }

    /// How the replicas that take new requests are reached.
    public var addresses: [ReplicaAddress] {
      sockets.map { .socket(path: $0) } + (nodes ?? []).map { .node($0) }
    }
  }

  /// Grows with every replacement; the gateway tells which one it follows.
  public var generation: Int64
  /// Whether everyone who reaches the gateway may ask.
  public var isOpen: Bool
  /// SHA-256 of the tokens that may know which endpoints there are; nil in files of before.
  public var tokenDigests: [String]?
  /// All endpoints, sorted by name.
  public var endpoints: [Endpoint]

  /// Joins the parts.
  public init(
    generation: Int64, isOpen: Bool = false, tokenDigests: [String]? = nil, endpoints: [Endpoint]
  ) {
    self.generation = generation
    self.isOpen = isOpen
    self.tokenDigests = tokenDigests
    self.endpoints = endpoints
  }

  /// Where the file of `home` lies.
  public static func path(in home: FactoryHome) -> String { home.gatewayPath + "/routes.json" }

  /// Reads a routing file; nil when there is none.
  public static func read(_ path: String) throws -> RoutingFile? {
    guard FileTree.exists(path) else { return nil }
    let bytes = try FileTree.read(path)
    do {
      return try JSONDecoder().decode(RoutingFile.self, from: Data(bytes))
    } catch {
      throw ServingError(
        .routesInvalid, "\(path) is no routing file: \(error)",
        hint: "Remove it and restart the server, which writes it again.")
    }
  }

  /// Replaces the file.
  public func write(_ path: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try FileTree.write(Array(try encoder.encode(self)), to: path, mode: 0o600)
  }
}
