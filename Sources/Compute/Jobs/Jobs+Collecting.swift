public import Basics

/// Removing the folders of jobs that ended long ago; their rows stay.
extension Jobs {
  /// Folders of jobs that ended before a moment, and those without a job that nobody changed since.
  public nonisolated func collectableFolders(
    endedBeforeMs cutoffMs: Int64
  ) async throws -> [HomeLeftovers.Found] {
    let folder = configuration.folder
    let names = FileTree.exists(folder) ? try FileTree.names(in: folder) : []
    let ledger = ledger
    let going = try await ledger.read { db in
      try names.filter { try Self.mayGo($0, in: folder, cutoffMs, db) }
    }
    return try await offTask {
      going.map { name in
        let path = folder + "/" + name
        return HomeLeftovers.Found(path: path, bytes: FileTree.ownBytes(of: path))
      }
    }
  }

  /// Takes a folder away where its job still is one that ended before the moment.
  ///
  /// It is renamed inside of a write, which nothing that starts the job anew can run beside.
  /// - Parameter waste: a path on the same disk that is not there yet.
  /// - Returns: false where the folder stays.
  public nonisolated func take(
    _ path: String, endedBeforeMs cutoffMs: Int64, to waste: String
  ) async throws -> Bool {
    let folder = configuration.folder
    return try await ledger.write { db in
      guard try Self.mayGo(FileTree.name(of: path), in: folder, cutoffMs, db) else { return false }
      try FileTree.rename(path, to: waste)
      return true
    }
  }

  private static func mayGo(
    _ name: String, in folder: String, _ cutoffMs: Int64, _ db: LedgerTransaction
  ) throws -> Bool {
    if let hasEnded = try EndedJobStore.ended(name, beforeMs: cutoffMs, in: db) { return hasEnded }
    // A job's folder may be made shortly before the job is.
    return FileTree.changedAtMs(folder + "/" + name) ?? .max < cutoffMs
  }
}
