public import Basics
public import GRDB

/// A file that somebody logged; its bytes are in the object store.
public struct ArtifactFile: Sendable, Equatable {
  /// Where MLflow's clients find it, below the root of all artifacts.
  public var path: String
  /// The object with its bytes.
  public var sha256: ObjectDigest
  /// Size in bytes.
  public var bytes: Int64

  /// Takes every value as it is.
  public init(path: String, sha256: ObjectDigest, bytes: Int64) {
    self.path = path
    self.sha256 = sha256
    self.bytes = bytes
  }
}

/// One name in a folder of artifacts.
public struct ArtifactEntry: Sendable, Equatable {
  /// The name, without the folder.
  public var name: String
  /// Size in bytes; nil for a folder.
  public var bytes: Int64?

  /// Takes every value as it is.
  public init(name: String, bytes: Int64?) {
    self.name = name
    self.bytes = bytes
  }
}

/// Which object is the content of which artifact, in the ledger.
///
/// The rows are the manifests: those below `<experiment>/<run>/artifacts/` are that run's.
public struct ArtifactStore: Sendable {
  let ledger: Ledger

  /// Keeps artifacts in that ledger.
  public init(ledger: Ledger) { self.ledger = ledger }

  /// Names an object that is in the store already; what the name meant before is forgotten.
  public static func put(_ file: ArtifactFile, nowMs: Int64, in db: Database) throws {
    let path = file.path
    var parent = path[...]
    while let slash = parent.lastIndex(of: "/") {
      parent = parent[..<slash]
      let isFile = try Bool.fetchOne(
        db, sql: "SELECT EXISTS (SELECT 1 FROM artifact WHERE path = ?)",
        arguments: [String(parent)])
      if isFile == true { throw clash(String(parent), "is a file, not a folder") }
    }
    let isFolder = try Bool.fetchOne(
      db, sql: "SELECT EXISTS (SELECT 1 FROM artifact WHERE path > ? AND path < ?)",
      arguments: [path + "/", path + "0"])
    if isFolder == true { throw clash(path, "is a folder, not a file") }
    try db.execute(
      sql: """
        INSERT OR REPLACE INTO artifact (path, sha256, bytes, updatedAtMs) VALUES (?, ?, ?, ?)
        """, arguments: [path, file.sha256.hex, file.bytes, nowMs])
  }

  /// The file of that path; nil where there is none.
  public func file(_ path: String) async throws -> ArtifactFile? {
    try await ledger.read { db in
      try Row.fetchOne(
        db, sql: "SELECT path, sha256, bytes FROM artifact WHERE path = ?", arguments: [path]
      ).flatMap(Self.file)
    }
  }

  /// Every file below a folder, in order of path.
  ///
  /// - Parameter limit: how many at most; all if negative.
  public static func files(
    below folder: String, limit: Int = -1, in db: Database
  ) throws -> [ArtifactFile] {
    try Row.fetchAll(
      db,
      sql: """
        SELECT path, sha256, bytes FROM artifact WHERE path > ? AND path < ? ORDER BY path LIMIT ?
        """, arguments: [folder + "/", folder + "0", limit]
    ).compactMap(file)
  }

  /// The names in a folder, in order; empty where it is a file or does not exist.
  public func list(_ folder: String) async throws -> [ArtifactEntry] {
    // "0" comes right after "/": below the folder are the paths between both.
    let (start, end) = folder.isEmpty ? ("", "\u{10FFFF}") : (folder + "/", folder + "0")
    return try await ledger.read { db in
      let statement = try db.cachedStatement(
        sql: "SELECT path, bytes FROM artifact WHERE path >= ? AND path < ? ORDER BY path")
      var entries: [ArtifactEntry] = []
      var position = start
      search: while true {
        let rows = try Row.fetchCursor(statement, arguments: [position, end])
        while let row = try rows.next() {
          let path: String = row[0]
          let rest = path.dropFirst(start.count)
          guard let slash = rest.firstIndex(of: "/") else {
            entries.append(ArtifactEntry(name: String(rest), bytes: row[1]))
            continue
          }
          // A folder: what is below it need not be read.
          let name = String(rest[..<slash])
          entries.append(ArtifactEntry(name: name, bytes: nil))
          position = start + name + "0"
          continue search
        }
        return entries
      }
    }
  }

  /// Forgets a file, or a folder with all below it; the objects stay until they are collected.
  public static func delete(_ path: String, in db: Database) throws {
    try db.execute(
      sql: "DELETE FROM artifact WHERE path = ? OR (path > ? AND path < ?)",
      arguments: [path, path + "/", path + "0"])
  }

  private static func file(_ row: Row) -> ArtifactFile? {
    ObjectDigest(hex: row["sha256"]).map {
      ArtifactFile(path: row["path"], sha256: $0, bytes: row["bytes"])
    }
  }

  private static func clash(_ path: String, _ what: String) -> ExperimentationError {
    ExperimentationError(.invalidValue, "The artifact \(visible(path)) \(what).")
  }
}
