public import Basics
public import Compute

/// A stable URL behind which model versions come and go.
public struct Endpoint: Identified, Sendable, Equatable {
  /// `ep_`.
  public static let identifierPrefix = "ep_"

  /// Unique for ever.
  public var id: Identifier<Endpoint>
  /// The project it belongs to.
  public var project: String
  /// Unique in its project; a part of the URL.
  public var name: String
  /// Unix time, UTC.
  public var createdAtMs: Int64
}

/// One model version behind an endpoint.
public struct Deployment: Identified, Sendable, Equatable {
  /// `dp_`.
  public static let identifierPrefix = "dp_"

  /// Where a deployment stands: `starting` goes on to `live` or `ended`, `live` to `draining` or
  /// `ended`, `draining` to `ended`.
  public enum State: String, Codable, Sendable, CaseIterable {
    case starting, live, draining, ended
  }

  /// Why a deployment ended.
  public enum Reason: String, Codable, Sendable {
    /// Another version took its place.
    case replaced
    /// Its replica did not become healthy.
    case failed
    /// The endpoint was deleted.
    case deleted
  }

  /// Unique for ever.
  public var id: Identifier<Deployment>
  /// The endpoint it stands behind.
  public var endpoint: Identifier<Endpoint>
  /// Name of the registered model.
  public var model: String
  /// Version of the model.
  public var version: Int
  /// Digest of the folder manifest of the model's files.
  public var package: String
  /// The interpreter that loads a model of MLflow's; nil for packages of the factory's.
  public var python: String?
  /// Where its replicas run.
  public var place = DeploymentPlace()
  /// What can happen next.
  public var state: State
  /// Why it ended.
  public var reason: Reason?
  /// Words about the reason.
  public var message: String?
  /// Unix time, UTC.
  public var createdAtMs: Int64
  /// When it began to answer.
  public var liveAtMs: Int64?
  /// When it ended.
  public var endedAtMs: Int64?
}

/// One service job that answers for a deployment.
public struct Replica: Identified, Sendable, Equatable {
  /// `rp_`.
  public static let identifierPrefix = "rp_"

  /// Where a replica stands.
  public enum State: String, Codable, Sendable, CaseIterable {
    case starting, healthy, ended
  }

  /// Unique for ever.
  public var id: Identifier<Replica>
  /// The deployment it answers for.
  public var deployment: Identifier<Deployment>
  /// The job that runs it.
  public var job: Identifier<Job>
  /// Path of its Unix socket; empty where it runs on another node.
  public var socket: String
  /// Where it answers on another node, once that is known.
  public var node: ReplicaNode?
  /// What can happen next.
  public var state: State
  /// Why it ended: a job's reason, or `stopped`.
  public var reason: String?
  /// Unix time, UTC.
  public var createdAtMs: Int64
  /// When it ended.
  public var endedAtMs: Int64?

  /// How it is reached; nil while nobody knows.
  var address: ReplicaAddress? {
    if let node { return .node(node) }
    return socket.isEmpty ? nil : .socket(path: socket)
  }
}

/// An endpoint with what stands behind it.
public struct EndpointStatus: Sendable, Equatable {
  /// The URL's owner.
  public var endpoint: Endpoint
  /// Deployments that have not ended, newest first, and the last few that have.
  public var deployments: [Deployment]
  /// Replicas of these deployments, newest first.
  public var replicas: [Replica]

  /// The deployment that answers now.
  public var live: Deployment? { deployments.first { $0.state == .live } }

  /// Whether a replica of the live deployment was healthy when it was last looked at.
  var isAnswering: Bool {
    live.map { active(of: $0).contains { $0.state == .healthy } } ?? false
  }

  /// The replicas of one deployment that take new requests: the newest that is healthy, or, while none is, those
  /// whose address is known.
  func routed(of deployment: Deployment) -> [Replica] {
    let active = active(of: deployment)
    if let healthy = active.first(where: { $0.state == .healthy }) { return [healthy] }
    return active.filter { $0.address != nil }
  }

  /// The replicas of one deployment that have not ended, the newest first.
  func active(of deployment: Deployment) -> [Replica] {
    replicas.filter { $0.deployment == deployment.id && $0.state != .ended }
  }
}
