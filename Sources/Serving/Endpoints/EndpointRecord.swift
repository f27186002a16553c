import Basics
import Compute
import GRDB

/// One row of the `endpoint` table.
struct EndpointRecord: Codable, Sendable, FetchableRecord, PersistableRecord {
  static let databaseTableName = "endpoint"
  var id: Identifier<Endpoint>
  var project: String
  var name: String
  var createdAtMs: Int64

  init(_ endpoint: Endpoint) {
    id = endpoint.id
    project = endpoint.project
    name = endpoint.name
    createdAtMs = endpoint.createdAtMs
  }

  var endpoint: Endpoint {
    Endpoint(id: id, project: project, name: name, createdAtMs: createdAtMs)
  }
}

/// One row of the `deployment` table.
struct DeploymentRecord: Codable, Sendable, FetchableRecord, PersistableRecord {
  static let databaseTableName = "deployment"
  var id: Identifier<Deployment>
  var endpoint: Identifier<Endpoint>
  var model: String
  var version: Int
  var package: String
  var python: String?
  /// `DeploymentPlace` as JSON; nil is this machine, one core and no limits.
  var place: DeploymentPlace?
  var state: Deployment.State
  var reason: Deployment.Reason?
  var message: String?
  var createdAtMs: Int64
  var liveAtMs: Int64?
  var endedAtMs: Int64?

  init(_ deployment: Deployment) {
    id = deployment.id
    endpoint = deployment.endpoint
    model = deployment.model
    version = deployment.version
    package = deployment.package
    python = deployment.python
    place = deployment.place == DeploymentPlace() ? nil : deployment.place
    state = deployment.state
    reason = deployment.reason
    message = deployment.message
    createdAtMs = deployment.createdAtMs
    liveAtMs = deployment.liveAtMs
    endedAtMs = deployment.endedAtMs
  }

  var deployment: Deployment {
    Deployment(
      id: id, endpoint: endpoint, model: model, version: version, package: package, python: python,
      place: place ?? DeploymentPlace(), state: state, reason: reason, message: message,
      createdAtMs: createdAtMs,
      liveAtMs: liveAtMs, endedAtMs: endedAtMs)
  }
}

/// One row of the `replica` table.
struct ReplicaRecord: Codable, Sendable, FetchableRecord, PersistableRecord {
  static let databaseTableName = "replica"
  var id: Identifier<Replica>
  var deployment: Identifier<Deployment>
  var job: Identifier<Job>
  var socket: String
  /// `ReplicaNode` as JSON.
  var node: ReplicaNode?
  var state: Replica.State
  var reason: String?
  var createdAtMs: Int64
  var endedAtMs: Int64?

  init(_ replica: Replica) {
    id = replica.id
    deployment = replica.deployment
    job = replica.job
    socket = replica.socket
    node = replica.node
    state = replica.state
    reason = replica.reason
    createdAtMs = replica.createdAtMs
    endedAtMs = replica.endedAtMs
  }

  var replica: Replica {
    Replica(
      id: id, deployment: deployment, job: job, socket: socket, node: node, state: state,
      reason: reason, createdAtMs: createdAtMs, endedAtMs: endedAtMs)
  }
}
