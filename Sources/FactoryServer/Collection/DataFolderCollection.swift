import Basics
import Compute

/// Stored folders that were laid out for jobs of this machine, and that none reads any more.
struct DataFolderCollection: Sendable {
  let ledger: Ledger
  let home: FactoryHome

  /// Those that may go; one that is needed again is laid out again.
  func unused(sinceMs: Int64) async throws -> [HomeLeftovers.Found] {
    let folder = home.dataPath
    let names = FileTree.exists(folder) ? try FileTree.names(in: folder) : []
    let going = try await ledger.read { db in
      let use = try LocalUseStore.use(in: db)
      return names.filter { Self.mayGo($0, in: folder, use, sinceMs) }
    }
    return try await offTask {
      going.map { name in
        let path = folder + "/" + name
        return HomeLeftovers.Found(path: path, bytes: FileTree.ownBytes(of: path))
      }
    }
  }

  /// Renames one to `waste` where it still may go: a job has its row before it takes any.
  func take(_ path: String, unusedSinceMs: Int64, to waste: String) async throws -> Bool {
    try await ledger.write { db in
      let use = try LocalUseStore.use(in: db)
      let (name, folder) = (FileTree.name(of: path), FileTree.folder(of: path))
      guard Self.mayGo(name, in: folder, use, unusedSinceMs) else { return false }
      try FileTree.rename(path, to: waste)
      return true
    }
  }

  private static func mayGo(
    _ name: String, in folder: String, _ use: LocalUseStore.Use, _ unusedSinceMs: Int64
  ) -> Bool {
    !use.data.contains(String(name.prefix(64)))
      && FileTree.changedAtMs(folder + "/" + name) ?? .max < unusedSinceMs
  }
}
