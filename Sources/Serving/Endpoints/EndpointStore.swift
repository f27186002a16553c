public import Basics
import Compute
import GRDB

/// Endpoints, deployments and replicas in the ledger.
public struct EndpointStore: Sendable {
  let ledger: Ledger

  /// Keeps endpoints in that ledger.
  public init(ledger: Ledger) { self.ledger = ledger }

  /// The endpoints of a project by name, each with its deployments.
  public func list(in project: String? = nil) async throws -> [EndpointStatus] {
    try await ledger.read { db in
      try EndpointRecord.fetchAll(
        db, sql: "SELECT * FROM endpoint WHERE ? IS NULL OR project = ? ORDER BY name",
        arguments: [project, project]
      ).map { try Self.status($0.endpoint, in: db) }
    }
  }

  /// One endpoint.
  ///
  /// - Throws: `endpoint_not_found`.
  public func endpoint(_ name: String, in project: String = "default") async throws
    -> EndpointStatus
  {
    try await ledger.read { db in
      try Self.status(try Self.find(name, project: project, in: db), in: db)
    }
  }

  /// Puts a new deployment beside the live one, for an endpoint that is made if it is new.
  ///
  /// - Returns: the live or starting deployment of that very version instead, where there is one.
  func begin(
    _ subject: DeploymentSubject, endpoint name: String, project: String, nowMs: Int64
  ) async throws -> Deployment {
    try await ledger.write { db in
      let endpoint = try Self.ensure(name, project: project, nowMs: nowMs, in: db)
      let open = try Self.deployments(of: endpoint, in: db).filter {
        $0.state == .live || $0.state == .starting
      }
      // A starting deployment is the latest wish; without one, the live deployment is.
      let wish = open.first { $0.state == .starting } ?? open.first
      if let wish, wish.subject == subject { return wish }
      if let wish, wish.state == .starting {
        try Self.end(
          wish.id, .replaced, message: "Another version was deployed first.", nowMs: nowMs, in: db)
      }
      let deployment = Deployment(
        id: .random(), endpoint: endpoint.id, model: subject.model, version: subject.version,
        package: subject.package, python: subject.python, place: subject.place, state: .starting,
        createdAtMs: nowMs)
      try DeploymentRecord(deployment).insert(db)
      return deployment
    }
  }

  /// The deployment as it is now.
  func deployment(_ id: Identifier<Deployment>) async throws -> Deployment {
    try await ledger.read { db in
      guard let record = try DeploymentRecord.fetchOne(db, key: id.rawValue) else {
        throw ServingError(.deploymentNotFound, "There is no deployment \(id).")
      }
      return record.deployment
    }
  }

  /// Makes a starting deployment the live one; the live one drains.
  func promote(_ id: Identifier<Deployment>, nowMs: Int64) async throws {
    try await ledger.write { db in
      try db.execute(
        sql: """
          UPDATE deployment SET state = 'draining' WHERE state = 'live'
            AND endpoint = (SELECT endpoint FROM deployment WHERE id = ? AND state = 'starting')
          """, arguments: [id.rawValue])
      try db.execute(
        sql:
          "UPDATE deployment SET state = 'live', liveAtMs = ? WHERE id = ? AND state = 'starting'",
        arguments: [nowMs, id.rawValue])
    }
  }

  /// Records the end of a deployment.
  func end(
    _ id: Identifier<Deployment>, _ reason: Deployment.Reason, message: String? = nil,
    nowMs: Int64
  ) async throws {
    try await ledger.write { db in
      try Self.end(id, reason, message: message, nowMs: nowMs, in: db)
    }
  }

  /// Records a replica before its job is submitted.
  func add(_ replica: Replica) async throws {
    try await ledger.write { db in try ReplicaRecord(replica).insert(db) }
  }

  /// Records that a replica answers, and where, or where now, if that is another node.
  func markHealthy(_ id: Identifier<Replica>, at node: ReplicaNode?) async throws {
    try await ledger.write { db in
      guard var record = try ReplicaRecord.fetchOne(db, key: id.rawValue),
        record.state != .ended
      else { return }
      (record.state, record.node) = (.healthy, node)
      try record.update(db)
    }
  }

  /// Records the end of a replica.
  func end(_ id: Identifier<Replica>, reason: String, nowMs: Int64) async throws {
    try await ledger.write { db in
      try db.execute(
        sql: """
          UPDATE replica SET state = 'ended', reason = ?, endedAtMs = ?
          WHERE id = ? AND state <> 'ended'
          """, arguments: [reason, nowMs, id.rawValue])
    }
  }

  /// Ends what stands behind an endpoint; its row goes when its replicas have ended.
  func retire(_ name: String, project: String, nowMs: Int64) async throws -> EndpointStatus {
    try await ledger.write { db in
      let endpoint = try Self.find(name, project: project, in: db)
      for deployment in try Self.deployments(of: endpoint, in: db) where deployment.state != .ended
      {
        try Self.end(deployment.id, .deleted, message: nil, nowMs: nowMs, in: db)
      }
      return try Self.status(endpoint, in: db)
    }
  }

  /// Removes an endpoint and its history.
  func remove(_ id: Identifier<Endpoint>) async throws {
    try await ledger.write { db in
      try db.execute(sql: "DELETE FROM endpoint WHERE id = ?", arguments: [id.rawValue])
    }
  }

  private static func end(
    _ id: Identifier<Deployment>, _ reason: Deployment.Reason, message: String?, nowMs: Int64,
    in db: Database
  ) throws {
    try db.execute(
      sql: """
        UPDATE deployment SET state = 'ended', reason = ?, message = ?, endedAtMs = ?
        WHERE id = ? AND state <> 'ended'
        """, arguments: [reason.rawValue, message, nowMs, id.rawValue])
  }

  private static func find(_ name: String, project: String, in db: Database) throws -> Endpoint {
    let record = try EndpointRecord.fetchOne(
      db, sql: "SELECT * FROM endpoint WHERE project = ? AND name = ?", arguments: [project, name])
    guard let record else {
      let known = try String.fetchAll(
        db, sql: "SELECT name FROM endpoint WHERE project = ?", arguments: [project])
      throw ServingError(
        .endpointNotFound, "There is no endpoint \(visible(name)).",
        hint: nearestWord(to: name, among: known).map { "Did you mean '\($0)'?" }
          ?? "'aifactory endpoints list' shows those that are.")
    }
    return record.endpoint
  }

  private static func ensure(
    _ name: String, project: String, nowMs: Int64, in db: Database
  ) throws -> Endpoint {
    let record = try EndpointRecord.fetchOne(
      db, sql: "SELECT * FROM endpoint WHERE project = ? AND name = ?", arguments: [project, name])
    if let record { return record.endpoint }
    let endpoint = Endpoint(id: .random(), project: project, name: name, createdAtMs: nowMs)
    try EndpointRecord(endpoint).insert(db)
    return endpoint
  }

  private static func deployments(of endpoint: Endpoint, in db: Database) throws -> [Deployment] {
    try DeploymentRecord.fetchAll(
      db,
      sql: """
        SELECT * FROM deployment WHERE endpoint = ?
        ORDER BY state = 'ended', createdAtMs DESC, rowid DESC LIMIT 50
        """, arguments: [endpoint.id.rawValue]
    ).map(\.deployment)
  }

  private static func status(_ endpoint: Endpoint, in db: Database) throws -> EndpointStatus {
    let replicas = try ReplicaRecord.fetchAll(
      db,
      sql: """
        SELECT replica.* FROM replica JOIN deployment ON deployment.id = replica.deployment
        WHERE deployment.endpoint = ?
        ORDER BY replica.state = 'ended', replica.createdAtMs DESC, replica.rowid DESC LIMIT 100
        """, arguments: [endpoint.id.rawValue]
    ).map(\.replica)
    return EndpointStatus(
      endpoint: endpoint, deployments: try deployments(of: endpoint, in: db), replicas: replicas)
  }
}
