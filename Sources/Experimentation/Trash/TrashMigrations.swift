import Basics
import GRDB

/// What is being removed for good.
extension ExperimentationMigrations {
  static let addCondemned = SchemaMigration(
    identifier: "experimentation-0011-add-condemned"
  ) { db in
    try db.execute(
      sql: """
        -- From here there is no way back: removal goes on where it was interrupted.
        CREATE TABLE condemned (
          kind TEXT NOT NULL CHECK (kind IN ('run', 'folder')),
          -- The run's identifier, or a folder of artifacts.
          name TEXT NOT NULL CHECK (length(name) >= 1),
          condemnedAtMs INTEGER NOT NULL,
          PRIMARY KEY (kind, name)
        ) STRICT, WITHOUT ROWID;
        """)
  }
}
