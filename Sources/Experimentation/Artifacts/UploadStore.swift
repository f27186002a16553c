public import Basics
public import GRDB

/// An artifact that arrives in parts.
public struct ArtifactUpload: Sendable, Equatable {
  /// Random; names the upload.
  public var id: String
  /// Where the artifact shall lie, below the root of all artifacts.
  public var path: String
  /// How many parts there will be.
  public var parts: Int
  /// Size of each part but the last; nil until the first of them has come.
  public var partBytes: Int64?
  /// The object that it has become; nil while it is on its way.
  public var sha256: ObjectDigest?

  /// Takes every value as it is.
  public init(id: String, path: String, parts: Int) {
    self.id = id
    self.path = path
    self.parts = parts
  }
}

/// A part of an upload that is on disk.
public struct UploadedPart: Sendable, Equatable {
  /// Its place, from 1 on.
  public var number: Int
  /// Size in bytes.
  public var bytes: Int64
  /// The digest of its bytes.
  public var sha256: ObjectDigest

  /// Takes every value as it is.
  public init(number: Int, bytes: Int64, sha256: ObjectDigest) {
    self.number = number
    self.bytes = bytes
    self.sha256 = sha256
  }
}

/// Uploads in parts, in the ledger; their bytes are beside the object store.
public enum UploadStore {
  /// Notes a new upload.
  public static func create(_ upload: ArtifactUpload, nowMs: Int64, in db: Database) throws {
    try db.execute(
      sql: "INSERT INTO upload (id, path, parts, changedAtMs) VALUES (?, ?, ?, ?)",
      arguments: [upload.id, upload.path, upload.parts, nowMs])
  }

  /// The upload of that identifier.
  public static func upload(_ id: String, in db: Database) throws -> ArtifactUpload {
    guard let row = try Row.fetchOne(db, sql: "SELECT * FROM upload WHERE id = ?", arguments: [id])
    else {
      throw ExperimentationError(
        .artifactNotFound, "There is no upload '\(id.prefix(100))'.",
        hint: "It was completed or aborted, or nothing came for a day. Start a new one.")
    }
    var upload = ArtifactUpload(id: row["id"], path: row["path"], parts: row["parts"])
    upload.partBytes = row["partBytes"]
    upload.sha256 = (row["sha256"] as String?).flatMap { ObjectDigest(hex: $0) }
    return upload
  }

  /// The parts that are on disk, in order.
  public static func parts(of id: String, in db: Database) throws -> [UploadedPart] {
    try Row.fetchAll(
      db, sql: "SELECT number, bytes, sha256 FROM uploadPart WHERE upload = ? ORDER BY number",
      arguments: [id]
    ).compactMap { row in
      ObjectDigest(hex: row["sha256"]).map {
        UploadedPart(number: row["number"], bytes: row["bytes"], sha256: $0)
      }
    }
  }

  /// Makes room for a part that comes now, perhaps again.
  ///
  /// - Throws: when its size is not that of the other parts.
  public static func expect(
    part number: Int, bytes: Int64, of id: String, nowMs: Int64, in db: Database
  ) throws -> ArtifactUpload {
    let upload = try upload(id, in: db)
    guard upload.sha256 == nil, (1...upload.parts).contains(number) else {
      throw ExperimentationError(
        .invalidValue, "The upload has no part \(number) that could come now.")
    }
    if number < upload.parts {
      guard bytes > 0, (upload.partBytes ?? bytes) == bytes else {
        throw ExperimentationError(
          .invalidValue,
          "Part \(number) has \(bytes) bytes, others have \(upload.partBytes ?? 0): all parts but "
            + "the last must have one size.")
      }
    }
    try db.execute(
      sql: "UPDATE upload SET partBytes = coalesce(partBytes, ?), changedAtMs = ? WHERE id = ?",
      arguments: [number < upload.parts ? bytes : nil, nowMs, id])
    try db.execute(
      sql: "DELETE FROM uploadPart WHERE upload = ? AND number = ?", arguments: [id, number])
    return upload
  }

  /// Notes a part that is on disk.
  public static func keep(
    _ part: UploadedPart, of id: String, nowMs: Int64, in db: Database
  ) throws {
    _ = try upload(id, in: db)
    try db.execute(
      sql: "INSERT OR REPLACE INTO uploadPart (upload, number, bytes, sha256) VALUES (?, ?, ?, ?)",
      arguments: [id, part.number, part.bytes, part.sha256.hex])
    try db.execute(
      sql: "UPDATE upload SET changedAtMs = ? WHERE id = ?", arguments: [nowMs, id])
  }

  /// Names what the parts have become as an artifact.
  public static func complete(
    _ file: ArtifactFile, of id: String, nowMs: Int64, in db: Database
  ) throws {
    _ = try upload(id, in: db)
    try ArtifactStore.put(file, nowMs: nowMs, in: db)
    try db.execute(
      sql: "UPDATE upload SET sha256 = ?, changedAtMs = ? WHERE id = ?",
      arguments: [file.sha256.hex, nowMs, id])
    try db.execute(sql: "DELETE FROM uploadPart WHERE upload = ?", arguments: [id])
  }

  /// Forgets an upload and its parts; one that is not there is no error.
  public static func delete(_ id: String, in db: Database) throws {
    try db.execute(sql: "DELETE FROM upload WHERE id = ?", arguments: [id])
  }

  /// Forgets the uploads for which nothing came since a time.
  ///
  /// - Returns: their identifiers.
  public static func deleteStale(beforeMs time: Int64, in db: Database) throws -> [String] {
    try String.fetchAll(
      db, sql: "DELETE FROM upload WHERE changedAtMs < ? RETURNING id", arguments: [time])
  }

  /// Identifiers of all uploads that are on their way.
  public static func open(in db: Database) throws -> Set<String> {
    Set(try String.fetchAll(db, sql: "SELECT id FROM upload WHERE sha256 IS NULL"))
  }
}
