import Basics
import GRDB

extension ExperimentationMigrations {
  /// Identifiers that were given to experiments away from the ledger, which had one of that name.
  static let addExperimentAlias = SchemaMigration(
    identifier: "experimentation-0012-add-experiment-alias"
  ) { db in
    try db.execute(
      sql: """
        CREATE TABLE experimentAlias (
          alias TEXT NOT NULL PRIMARY KEY
            CHECK (alias NOT GLOB '*[^0-9]*' AND length(alias) BETWEEN 1 AND 20),
          experiment TEXT NOT NULL REFERENCES experiment (id) ON DELETE CASCADE
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX experimentAliasByExperiment ON experimentAlias (experiment);
        """)
  }
}
