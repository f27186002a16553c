import Basics
import GRDB

/// Datasets on which MLflow's clients evaluate applications, and the records in them.
extension ExperimentationMigrations {
  static let addEvaluationDatasets = SchemaMigration(
    identifier: "experimentation-0007-add-evaluation-datasets"
  ) { db in
    try db.execute(
      sql: """
        CREATE TABLE evaluationDataset (
          number INTEGER PRIMARY KEY,
          id TEXT NOT NULL UNIQUE CHECK (length(id) = 34 AND id GLOB 'd-*'),
          project TEXT NOT NULL DEFAULT 'default' REFERENCES project(id),
          name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 255),
          -- The types of the fields of its records, as JSON; empty while it had none.
          schema TEXT NOT NULL DEFAULT '',
          recordCount INTEGER NOT NULL DEFAULT 0 CHECK (recordCount >= 0),
          createdBy TEXT NOT NULL DEFAULT '',
          updatedBy TEXT NOT NULL DEFAULT '',
          createdAtMs INTEGER NOT NULL,
          updatedAtMs INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX evaluationDatasetByTime ON evaluationDataset (project, createdAtMs);
        CREATE TABLE evaluationDatasetTag (
          dataset INTEGER NOT NULL REFERENCES evaluationDataset(number) ON DELETE CASCADE,
          key TEXT NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
          value TEXT NOT NULL CHECK (length(value) <= 5000),
          PRIMARY KEY (dataset, key)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE evaluationDatasetExperiment (
          dataset INTEGER NOT NULL REFERENCES evaluationDataset(number) ON DELETE CASCADE,
          experiment TEXT NOT NULL REFERENCES experiment(id) ON DELETE CASCADE,
          PRIMARY KEY (dataset, experiment)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX evaluationDatasetByExperiment ON evaluationDatasetExperiment (experiment);
        CREATE TABLE evaluationRecord (
          number INTEGER PRIMARY KEY AUTOINCREMENT,
          id TEXT NOT NULL UNIQUE CHECK (length(id) = 35 AND id GLOB 'dr-*'),
          dataset INTEGER NOT NULL REFERENCES evaluationDataset(number) ON DELETE CASCADE,
          -- SHA-256 of the inputs in canonical form: one record for each.
          inputHash TEXT NOT NULL CHECK (length(inputHash) = 64),
          -- JSON as Python writes it, NaN included; NULL is absent.
          inputs TEXT NOT NULL,
          outputs TEXT,
          expectations TEXT,
          tags TEXT NOT NULL,
          source TEXT,
          sourceType TEXT,
          sourceId TEXT,
          createdBy TEXT NOT NULL DEFAULT '',
          updatedBy TEXT NOT NULL DEFAULT '',
          createdAtMs INTEGER NOT NULL,
          updatedAtMs INTEGER NOT NULL,
          UNIQUE (dataset, inputHash)
        ) STRICT;
        CREATE INDEX evaluationRecordByDataset ON evaluationRecord (dataset, number);
        """)
  }

  static let addInputTags = SchemaMigration(
    identifier: "experimentation-0008-add-input-tags"
  ) { db in
    try db.execute(
      sql: """
        -- Tags of an input beside its context, as a JSON object of texts.
        ALTER TABLE runInput ADD COLUMN tags TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(tags));
        """)
  }
}
