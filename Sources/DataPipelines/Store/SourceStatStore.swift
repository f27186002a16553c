public import Basics
import Foundation
import GRDB

/// Remembers which local files were hashed, so that unchanged ones are not read again.
public enum SourceCatalog {
  /// What an intake of `request` would give, if it can be known without reading a byte.
  ///
  /// - Returns: nil if a source is not on this machine, is new, or may have changed.
  public static func known(
    request: IntakeRequest, ledger: Ledger
  ) async throws -> [DatasetManifest.Source]? {
    let objects = ObjectStore(root: request.objectsFolder)
    var sources: [DatasetManifest.Source] = []
    for item in request.sources {
      guard RemoteScheme(of: item.source) == nil else { return nil }
      for file in try LocalSource(item, baseFolder: request.baseFolder).files() {
        let status = try FileTree.status(of: file.path)
        guard let stat = try await stat(of: file.path, ledger: ledger), stat.matches(status),
          let digest = ObjectDigest(hex: stat.sha256), objects.contains(digest)
        else { return nil }
        sources.append(
          DatasetManifest.Source(
            name: file.name, sha256: stat.sha256, bytes: stat.bytes, part: item.part))
      }
    }
    return sources
  }

  /// Remembers what an intake job found; `workFolder` is where its request lies.
  public static func remember(workFolder: String, ledger: Ledger) async throws {
    let path = workFolder + "/" + IntakeWorker.statsName
    guard FileTree.exists(path) else { return }
    try await remember(try WorkerFile.read(path, as: [SourceStat].self), ledger: ledger)
  }

  /// Remembers what an intake found.
  public static func remember(_ stats: [SourceStat], ledger: Ledger) async throws {
    try await ledger.write { db in
      for stat in stats {
        try db.execute(
          sql: """
            INSERT OR REPLACE INTO sourceStat
              (path, bytes, modifiedAtNs, inode, device, sha256, takenAtNs)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """,
          arguments: [
            stat.path, stat.bytes, stat.modifiedAtNs, stat.inode, stat.device, stat.sha256,
            stat.takenAtNs,
          ])
      }
    }
  }

  private static func stat(of path: String, ledger: Ledger) async throws -> SourceStat? {
    try await ledger.read { db in
      try Row.fetchOne(db, sql: "SELECT * FROM sourceStat WHERE path = ?", arguments: [path])
        .map { row in
          SourceStat(
            path: path, bytes: row["bytes"], modifiedAtNs: row["modifiedAtNs"], inode: row["inode"],
            device: row["device"], sha256: row["sha256"], takenAtNs: row["takenAtNs"])
        }
    }
  }
}
