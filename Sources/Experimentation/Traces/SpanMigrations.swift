import Basics
import GRDB

/// Spans of traces, and the runs that traces were linked to.
extension ExperimentationMigrations {
  static let addSpans = SchemaMigration(identifier: "experimentation-0011-add-spans") { db in
    try db.execute(
      sql: """
        CREATE TABLE span (
          number INTEGER PRIMARY KEY,
          trace INTEGER NOT NULL REFERENCES trace(number) ON DELETE CASCADE,
          id TEXT NOT NULL CHECK (length(id) = 16 AND id NOT GLOB '*[^0-9a-f]*'),
          parent TEXT,
          name TEXT NOT NULL,
          type TEXT NOT NULL DEFAULT '',
          status TEXT NOT NULL CHECK (status IN ('UNSET', 'OK', 'ERROR')),
          startNs INTEGER NOT NULL,
          endNs INTEGER,
          -- The language model that was asked, its tokens and their price, where there was one.
          model TEXT,
          usage TEXT CHECK (usage IS NULL OR json_valid(usage)),
          cost TEXT CHECK (cost IS NULL OR json_valid(cost)),
          content TEXT NOT NULL CHECK (json_valid(content)),
          UNIQUE (trace, id)
        ) STRICT;
        CREATE INDEX spanByName ON span (name, trace);
        CREATE TABLE traceRun (
          run TEXT NOT NULL,
          trace INTEGER NOT NULL REFERENCES trace(number) ON DELETE CASCADE,
          PRIMARY KEY (run, trace)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX traceRunByTrace ON traceRun (trace);
        """)
  }
}
