import Basics
public import GRDB

/// The Python environments in which deployed models are loaded.
public enum DeployedEnvironmentStore {
  /// Names of the folders of those that deployments in use have.
  public static func names(in db: Database) throws -> Set<String> {
    Set(
      try String.fetchAll(
        db, sql: "SELECT python FROM deployment WHERE python IS NOT NULL AND state <> 'ended'"
          // `<name>/bin/python`
      ).map { FileTree.name(of: FileTree.folder(of: FileTree.folder(of: $0))) })
  }
}
