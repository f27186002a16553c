import Basics
import GRDB

/// Artifacts that arrive in parts.
extension ExperimentationMigrations {
  static let addUploads = SchemaMigration(identifier: "experimentation-0012-add-uploads") { db in
    try db.execute(
      sql: """
        CREATE TABLE upload (
          id TEXT NOT NULL PRIMARY KEY CHECK (length(id) BETWEEN 16 AND 64),
          path TEXT NOT NULL,
          parts INTEGER NOT NULL CHECK (parts BETWEEN 1 AND 10000),
          -- Size of each part but the last; NULL until the first of them has come.
          partBytes INTEGER CHECK (partBytes > 0),
          -- Set when it has become an artifact: the client may ask for that again.
          sha256 TEXT CHECK (length(sha256) = 64),
          changedAtMs INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE uploadPart (
          upload TEXT NOT NULL REFERENCES upload(id) ON DELETE CASCADE,
          number INTEGER NOT NULL CHECK (number >= 1),
          bytes INTEGER NOT NULL CHECK (bytes >= 0),
          sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
          PRIMARY KEY (upload, number)
        ) STRICT, WITHOUT ROWID;
        """)
  }
}
