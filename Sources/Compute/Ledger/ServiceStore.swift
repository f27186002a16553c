import Basics
import GRDB
import JobProtocol

/// The rows of services: each method is one step of a transaction.
struct ServiceStore: Sendable {
  /// Instances of a service that are looked at: more than may fail one after another.
  private static let window = JobService.mostRestarts + 10

  let jobs: JobStore

  /// Adds a service; throws where another has its name.
  func add(_ record: ServiceRecord, in db: Database) throws {
    guard try ServiceRecord.fetchOne(db, key: record.id) == nil else { return }
    let taken = try Bool.fetchOne(
      db,
      sql:
        "SELECT EXISTS (SELECT 1 FROM service WHERE project = ? AND name = ? AND endedAtMs IS NULL)",
      arguments: [record.project, record.name])
    guard taken != true else {
      throw JobError(
        .serviceTaken, "there is a service named '\(record.name)' already",
        hint: "Choose another name, or end it: aifactory jobs cancel \(record.name)")
    }
    try record.insert(db)
  }

  /// Services that have not ended.
  func open(in db: Database) throws -> [ServiceStatus] {
    try ServiceRecord.fetchAll(
      db, sql: "SELECT * FROM service WHERE endedAtMs IS NULL ORDER BY createdAtMs, id"
    ).map { try status(of: $0, in: db) }
  }

  /// The newest services first.
  func list(limit: Int, in db: Database) throws -> [ServiceStatus] {
    try ServiceRecord.fetchAll(
      db, sql: "SELECT * FROM service ORDER BY createdAtMs DESC, id DESC LIMIT ?",
      arguments: [limit]
    ).map { try status(of: $0, in: db) }
  }

  /// The service of an identifier, or the newest of a name; nil where there is none.
  func status(_ word: String, in project: String, db: Database) throws -> ServiceStatus? {
    try ServiceRecord.fetchOne(
      db,
      sql: """
        SELECT * FROM service WHERE id = ? OR (project = ? AND name = ?)
        ORDER BY id = ? DESC, createdAtMs DESC LIMIT 1
        """, arguments: [word, project, word, word]
    ).map { try status(of: $0, in: db) }
  }

  /// Notes that nobody wants a service any more, or that it could not be kept up.
  func giveUp(_ id: Identifier<NamedService>, failure: String?, in db: Database) throws {
    try db.execute(
      sql: "UPDATE service SET wanted = 0, failure = ? WHERE id = ? AND wanted = 1",
      arguments: [failure, id.rawValue])
  }

  func isWanted(_ id: Identifier<NamedService>, in db: Database) throws -> Bool {
    try Bool.fetchOne(
      db, sql: "SELECT wanted FROM service WHERE id = ?", arguments: [id.rawValue]) ?? false
  }

  /// Notes that nothing of a service is left.
  func end(_ id: Identifier<NamedService>, atMs: Int64, in db: Database) throws {
    try db.execute(
      sql: "UPDATE service SET endedAtMs = ? WHERE id = ? AND wanted = 0 AND endedAtMs IS NULL",
      arguments: [atMs, id.rawValue])
  }

  private func status(of record: ServiceRecord, in db: Database) throws -> ServiceStatus {
    let rows = try JobRecord.fetchAll(
      db, sql: "SELECT * FROM job WHERE serviceId = ? ORDER BY createdAtMs DESC, id LIMIT ?",
      arguments: [record.id, Self.window])
    let instances = try rows.map { try instance(of: $0.job(folder: jobs.folder), in: db) }
    return ServiceStatus(
      service: try record.service, instances: instances.sorted { $0.number < $1.number })
  }

  private func instance(of job: Job, in db: Database) throws -> ServiceInstance {
    let attempt = try JobAttemptRecord.fetch(
      AttemptKey(job: job.id, number: job.attempt), in: db)
    return ServiceInstance(
      job: job, number: job.spec.service?.number ?? 1, host: attempt?.host, port: attempt?.port,
      listeningSinceMs: attempt?.listeningSinceMs, secret: attempt?.marker)
  }
}
