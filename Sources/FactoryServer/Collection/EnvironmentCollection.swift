import Basics
import Compute
import Glibc
import Serving

/// The Python environments of this machine that nobody has used for long.
///
/// Whoever starts in one marks it (the time of its file `complete`) while holding its lock, and whoever makes one holds
/// the lock as well. So under the lock an environment with an old mark is of no job that has not ended.
struct EnvironmentCollection: Sendable {
  let ledger: Ledger
  let home: FactoryHome

  /// Clocks of the kernel's file times and ours may differ by a tick.
  private static let clockMarginMs: Int64 = 1_000
  /// Files whose times tell when an environment was used, or made.
  private static let marks = ["/complete", "/ready", ""]

  /// Environments, and requirements files, that may go.
  func unused(sinceMs: Int64) async throws -> [HomeLeftovers.Found] {
    let folder = home.environmentsPath
    let names = FileTree.exists(folder) ? try FileTree.names(in: folder) : []
    let going = try await ledger.read { db in
      let rules = try Rules(unusedSinceMs: sinceMs, in: db)
      return names.filter { rules.mayGo($0, in: folder) }
    }
    return try await offTask {
      going.map { name in
        let path = folder + "/" + name
        return HomeLeftovers.Found(path: path, bytes: FileTree.ownBytes(of: path))
      }
    }
  }

  /// Renames one to `waste` where it still may go.
  func take(_ path: String, unusedSinceMs: Int64, to waste: String) async throws -> Bool {
    // A file has no lock of its own: whoever is to read it has a row by then.
    let isFolder = FileTree.isFolder(path)
    let lock = try OpenFile(
      isFolder ? path + ".lock" : path, for: isFolder ? .appending : .reading)
    // Somebody is making it, or starts in it.
    guard flock(lock.descriptor, LOCK_EX | LOCK_NB) == 0 else { return false }
    defer { _ = flock(lock.descriptor, LOCK_UN) }
    return try await ledger.write { db in
      let rules = try Rules(unusedSinceMs: unusedSinceMs, in: db)
      let (name, folder) = (FileTree.name(of: path), FileTree.folder(of: path))
      guard rules.mayGo(name, in: folder) else { return false }
      try FileTree.rename(path, to: waste)
      return true
    }
  }

  private struct Rules {
    let use: LocalUseStore.Use
    let deployed: Set<String>
    let unusedSinceMs: Int64

    init(unusedSinceMs: Int64, in db: LedgerTransaction) throws {
      use = try LocalUseStore.use(in: db)
      deployed = try DeployedEnvironmentStore.names(in: db)
      self.unusedSinceMs = min(
        unusedSinceMs, (use.sinceMs ?? .max) - EnvironmentCollection.clockMarginMs)
    }

    func mayGo(_ name: String, in folder: String) -> Bool {
      let digest = String(name.prefix(64))
      guard ObjectDigest(hex: digest) != nil else { return false }
      let path = folder + "/" + name
      switch name.dropFirst(64) {
      case "":
        let usedAtMs = EnvironmentCollection.marks.compactMap { FileTree.changedAtMs(path + $0) }
        return !deployed.contains(name) && usedAtMs.max() ?? .max < unusedSinceMs
      case ".txt":
        return !use.requirements.contains(digest)
          && FileTree.changedAtMs(path) ?? .max < unusedSinceMs
      default: return false
      }
    }
  }
}
