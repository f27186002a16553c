import Basics
import GRDB

/// Traces of applications and what people and judges say about them.
extension ExperimentationMigrations {
  static let addTraces = SchemaMigration(identifier: "experimentation-0006-add-traces") { db in
    try db.execute(
      sql: """
        CREATE TABLE trace (
          number INTEGER PRIMARY KEY,
          id TEXT NOT NULL UNIQUE CHECK (length(id) BETWEEN 1 AND 100),
          experiment TEXT NOT NULL REFERENCES experiment(id),
          clientRequest TEXT NOT NULL DEFAULT '',
          requestPreview TEXT NOT NULL DEFAULT '',
          responsePreview TEXT NOT NULL DEFAULT '',
          requestedAtMs INTEGER NOT NULL,
          durationMs INTEGER,
          state TEXT NOT NULL CHECK (state IN ('STATE_UNSPECIFIED', 'OK', 'ERROR', 'IN_PROGRESS'))
        ) STRICT;
        CREATE INDEX traceByExperiment ON trace (experiment, requestedAtMs);
        CREATE TABLE traceTag (
          trace INTEGER NOT NULL REFERENCES trace(number) ON DELETE CASCADE,
          key TEXT NOT NULL CHECK (length(key) BETWEEN 1 AND 250),
          value TEXT NOT NULL,
          PRIMARY KEY (trace, key)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE traceMetadata (
          trace INTEGER NOT NULL REFERENCES trace(number) ON DELETE CASCADE,
          key TEXT NOT NULL CHECK (length(key) BETWEEN 1 AND 250),
          value TEXT NOT NULL,
          PRIMARY KEY (trace, key)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE assessment (
          id TEXT NOT NULL PRIMARY KEY,
          trace INTEGER NOT NULL REFERENCES trace(number) ON DELETE CASCADE,
          name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 250),
          -- What was said, by whom and why.
          content TEXT NOT NULL CHECK (json_valid(content)),
          createdAtMs INTEGER NOT NULL,
          updatedAtMs INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX assessmentByTrace ON assessment (trace);
        """)
  }
}
