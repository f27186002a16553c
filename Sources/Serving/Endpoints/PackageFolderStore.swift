public import Basics
import GRDB

/// Folders that were laid out of model packages for replicas.
public struct PackageFolderStore: Sendable {
  private let ledger: Ledger
  private let folder: String

  /// Those of a home.
  public init(ledger: Ledger, home: FactoryHome) {
    self.ledger = ledger
    folder = home.gatewayPath + "/models"
  }

  /// Folders of packages that no model version and no deployment in use names, in order.
  public func unused() async throws -> [HomeLeftovers.Found] {
    let names = FileTree.exists(folder) ? try FileTree.names(in: folder) : []
    let unused = try await ledger.read { db in
      try names.filter { try !Self.isNamed($0, in: db) }
    }
    return unused.map {
      HomeLeftovers.Found(path: "\(folder)/\($0)", bytes: FileTree.ownBytes(of: "\(folder)/\($0)"))
    }
  }

  /// Renames a folder to `waste` where it is still unused; a deployment that begins then makes it anew.
  public func take(_ path: String, to waste: String) async throws -> Bool {
    try await ledger.write { db in
      guard try !Self.isNamed(FileTree.name(of: path), in: db) else { return false }
      try FileTree.rename(path, to: waste)
      return true
    }
  }

  private static func isNamed(_ package: String, in db: Database) throws -> Bool {
    try Bool.fetchOne(
      db,
      sql: """
        SELECT EXISTS (SELECT 1 FROM modelVersion WHERE package = :package)
          OR EXISTS (SELECT 1 FROM deployment WHERE package = :package AND state <> 'ended')
        """, arguments: ["package": package]) ?? true
  }
}
