public import Basics
public import GRDB
import Foundation

/// Datasets and their versions, in the ledger.
///
/// The static functions join a transaction of their caller; the others are one transaction each.
public struct DatasetStore: Sendable {
  let ledger: Ledger

  /// Keeps datasets in that ledger.
  public init(ledger: Ledger) { self.ledger = ledger }

  /// Notes a version that was built; the same content again changes nothing but the last use.
  ///
  /// - Parameters:
  ///   - folder: digest of the manifest object of the version's folder.
  ///   - job: the job that built it.
  ///   - dataClass: the least that the dataset's class is from now on.
  @discardableResult
  public static func register(
    manifest: DatasetManifest, request: DatasetRequest, folder: ObjectDigest, job: String?,
    project: String = "default", dataClass: DataClass = .usual, nowMs: Int64, in db: Database
  ) throws -> DatasetVersion {
    let id = try DatasetVersion.id(manifest: manifest, request: request)
    try db.execute(
      sql: """
        INSERT INTO datasetVersion (id, folder, manifest, request, rowCount, job, createdAtMs)
        VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING
        """,
      arguments: [
        id.rawValue, folder.hex, try text(manifest), try text(request), manifest.rowCount, job,
        nowMs,
      ])
    try db.execute(
      sql: """
        INSERT INTO dataset (project, name, createdAtMs, updatedAtMs) VALUES (?, ?, ?, ?)
        ON CONFLICT (project, name) DO UPDATE SET updatedAtMs = excluded.updatedAtMs
        """,
      arguments: [project, manifest.name, nowMs, nowMs])
    try db.execute(
      sql: """
        INSERT INTO datasetRelease (dataset, number, version, createdAtMs)
        SELECT d.number, 1 + coalesce((SELECT max(r.number) FROM datasetRelease r
          WHERE r.dataset = d.number), 0), ?, ?
        FROM dataset d WHERE d.project = ? AND d.name = ?
        ON CONFLICT (dataset, version) DO NOTHING
        """,
      arguments: [id.rawValue, nowMs, project, manifest.name])
    for source in manifest.sources {
      try db.execute(
        sql: "INSERT OR IGNORE INTO datasetSource (sha256, version) VALUES (?, ?)",
        arguments: [source.sha256, id.rawValue])
    }
    try raise(manifest.name, to: dataClass, project: project, in: db)
    return try find(id.rawValue, of: manifest.name, project: project, in: db)
  }

  /// The version of that identifier; the dataset is the first that had it.
  public static func version(
    _ id: Identifier<DatasetVersion>, in db: Database
  ) throws -> DatasetVersion {
    guard
      let row = try Row.fetchOne(
        db, sql: select + " WHERE v.id = ? ORDER BY r.createdAtMs, d.number LIMIT 1",
        arguments: [id.rawValue])
    else { throw missing("dataset version \(id)") }
    return try version(row)
  }

  /// Digests of the folders of all versions, for garbage collection.
  public static func folders(in db: Database) throws -> [ObjectDigest] {
    try String.fetchAll(db, sql: "SELECT folder FROM datasetVersion")
      .compactMap { ObjectDigest(hex: $0) }
  }

  /// The version of that identifier.
  public func version(_ id: Identifier<DatasetVersion>) async throws -> DatasetVersion {
    try await ledger.read { db in try Self.version(id, in: db) }
  }

  /// The datasets of a project, the one used last first.
  public func datasets(in project: String = "default") async throws -> [Dataset] {
    try await ledger.read { db in
      let rows = try Row.fetchAll(
        db,
        sql: """
          SELECT d.name, d.createdAtMs, d.updatedAtMs, d.dataClass, count(*) AS versions, max(r.number) AS latest
          FROM dataset d JOIN datasetRelease r ON r.dataset = d.number
          WHERE d.project = ? GROUP BY d.number ORDER BY d.updatedAtMs DESC, d.name
          """, arguments: [project])
      return try rows.map { row in
        let name: String = row["name"]
        let latest: Int = row["latest"]
        return Dataset(
          name: name, versionCount: row["versions"],
          latest: try Self.find(String(latest), of: name, project: project, in: db),
          createdAtMs: row["createdAtMs"], updatedAtMs: row["updatedAtMs"],
          dataClass: DataClass(rawValue: row["dataClass"]) ?? .restricted)
      }
    }
  }

  /// The versions of a dataset, newest first.
  public func versions(
    of name: String, in project: String = "default"
  ) async throws -> [DatasetVersion] {
    try await ledger.read { db in
      let rows = try Row.fetchAll(
        db, sql: Self.select + " WHERE d.project = ? AND d.name = ? ORDER BY r.number DESC",
        arguments: [project, name])
      guard !rows.isEmpty else { throw Self.missing("dataset \(name)") }
      return try rows.map(Self.version)
    }
  }

  /// What a reference names: `dv_…`, `NAME` (its newest version), `NAME@3` or `NAME@dv_…`.
  public func resolve(
    _ reference: String, in project: String = "default"
  ) async throws -> DatasetVersion {
    if let id = Identifier<DatasetVersion>(reference) { return try await version(id) }
    if let mark = reference.lastIndex(of: "@") {
      let name = String(reference[..<mark])
      let which = String(reference[reference.index(after: mark)...])
      return try await ledger.read { db in
        try Self.find(which, of: name, project: project, in: db)
      }
    }
    guard let newest = try await versions(of: reference, in: project).first else {
      throw Self.missing("dataset \(reference)")
    }
    return newest
  }

  private static let select = """
    SELECT v.id, v.folder, v.manifest, v.request, v.job, r.createdAtMs, r.number, d.name,
      (SELECT group_concat(DISTINCT o.dataClass) FROM datasetSource own
        JOIN datasetSource same ON same.sha256 = own.sha256
        JOIN datasetRelease o_r ON o_r.version = same.version
        JOIN dataset o ON o.number = o_r.dataset
        WHERE own.version = v.id) AS classes
    FROM datasetVersion v JOIN datasetRelease r ON r.version = v.id
    JOIN dataset d ON d.number = r.dataset
    """

  static func find(
    _ which: String, of name: String, project: String, in db: Database
  ) throws -> DatasetVersion {
    guard
      let row = try Row.fetchOne(
        db,
        sql: select
          + " WHERE d.project = ? AND d.name = ? AND (v.id = ? OR CAST(r.number AS TEXT) = ?)",
        arguments: [project, name, which, which])
    else { throw missing("version \(which) of dataset \(name)") }
    return try version(row)
  }

  private static func version(_ row: Row) throws -> DatasetVersion {
    let id: String = row["id"]
    let folder: String = row["folder"]
    guard let identifier = Identifier<DatasetVersion>(id), let digest = ObjectDigest(hex: folder)
    else { throw DataError(.datasetDamaged, "The ledger's row of \(id) is damaged.") }
    return DatasetVersion(
      id: identifier, dataset: row["name"], number: row["number"], folder: digest,
      manifest: try value(row["manifest"]), request: try value(row["request"]), job: row["job"],
      createdAtMs: row["createdAtMs"], dataClass: mostRestricted(row["classes"]))
  }

  static func missing(_ what: String) -> DataError {
    DataError(
      .datasetNotFound, "There is no \(what).",
      hint: "`aifactory datasets list` shows what there is.")
  }

  private static func text(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }

  private static func value<Value: Decodable>(_ text: String) throws -> Value {
    try JSONDecoder().decode(Value.self, from: Data(text.utf8))
  }
}
