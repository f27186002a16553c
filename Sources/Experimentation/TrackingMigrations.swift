import Basics
import GRDB

/// What MLflow's clients log beside runs: files, models before they are registered, stages.
extension ExperimentationMigrations {
  static let addArtifacts = SchemaMigration(
    identifier: "experimentation-0003-add-artifacts"
  ) { db in
    try db.execute(
      sql: """
        CREATE TABLE artifact (
          -- Where MLflow's clients find it: `1/<run>/artifacts/model/MLmodel`.
          path TEXT NOT NULL PRIMARY KEY CHECK (length(path) BETWEEN 1 AND 2048),
          sha256 TEXT NOT NULL CHECK (length(sha256) = 64 AND sha256 NOT GLOB '*[^0-9a-f]*'),
          bytes INTEGER NOT NULL CHECK (bytes >= 0),
          updatedAtMs INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX artifactByObject ON artifact (sha256);
        CREATE TABLE artifactUpload (
          id TEXT NOT NULL PRIMARY KEY,
          path TEXT NOT NULL,
          createdAtMs INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE artifactPart (
          upload TEXT NOT NULL REFERENCES artifactUpload(id) ON DELETE CASCADE,
          number INTEGER NOT NULL,
          sha256 TEXT NOT NULL,
          bytes INTEGER NOT NULL,
          PRIMARY KEY (upload, number)
        ) STRICT, WITHOUT ROWID;
        ALTER TABLE run ADD COLUMN deletedAtMs INTEGER;
        ALTER TABLE runInput ADD COLUMN schema TEXT NOT NULL DEFAULT '';
        ALTER TABLE runInput ADD COLUMN profile TEXT NOT NULL DEFAULT '';
        """)
  }

  static let addLoggedModels = SchemaMigration(
    identifier: "experimentation-0004-add-logged-models"
  ) { db in
    try db.execute(
      sql: """
        CREATE TABLE loggedModel (
          number INTEGER PRIMARY KEY,
          id TEXT NOT NULL UNIQUE CHECK (length(id) = 34 AND id GLOB 'm-*'),
          experiment TEXT NOT NULL REFERENCES experiment(id),
          name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 500),
          kind TEXT NOT NULL DEFAULT '',
          sourceRun TEXT REFERENCES run(id),
          status TEXT NOT NULL CHECK (status IN ('PENDING', 'READY', 'UPLOAD_FAILED')),
          statusMessage TEXT NOT NULL DEFAULT '',
          artifactLocation TEXT NOT NULL,
          lifecycle TEXT NOT NULL DEFAULT 'active' CHECK (lifecycle IN ('active', 'deleted')),
          createdAtMs INTEGER NOT NULL,
          updatedAtMs INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX loggedModelByExperiment ON loggedModel (experiment, createdAtMs);
        CREATE INDEX loggedModelByRun ON loggedModel (sourceRun) WHERE sourceRun IS NOT NULL;
        CREATE TABLE loggedModelParam (
          model INTEGER NOT NULL REFERENCES loggedModel(number) ON DELETE CASCADE,
          key TEXT NOT NULL CHECK (length(key) BETWEEN 1 AND 250),
          value TEXT NOT NULL,
          PRIMARY KEY (model, key)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE loggedModelTag (
          model INTEGER NOT NULL REFERENCES loggedModel(number) ON DELETE CASCADE,
          key TEXT NOT NULL CHECK (length(key) BETWEEN 1 AND 250),
          value TEXT NOT NULL,
          PRIMARY KEY (model, key)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE loggedModelMetric (
          model INTEGER NOT NULL REFERENCES loggedModel(number) ON DELETE CASCADE,
          key TEXT NOT NULL,
          datasetName TEXT NOT NULL DEFAULT '',
          datasetDigest TEXT NOT NULL DEFAULT '',
          run TEXT NOT NULL REFERENCES run(id) ON DELETE CASCADE,
          step INTEGER NOT NULL,
          timestampMs INTEGER NOT NULL,
          valueBits INTEGER NOT NULL,
          value REAL,
          PRIMARY KEY (model, key, datasetName, datasetDigest, run, step)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE runModel (
          run INTEGER NOT NULL REFERENCES run(number) ON DELETE CASCADE,
          direction TEXT NOT NULL CHECK (direction IN ('input', 'output')),
          model TEXT NOT NULL,
          step INTEGER NOT NULL DEFAULT 0,
          PRIMARY KEY (run, direction, model, step)
        ) STRICT, WITHOUT ROWID;
        """)
  }

  static let indexNotes = SchemaMigration(
    identifier: "experimentation-0010-index-notes-by-value"
  ) { db in
    // Longer values are looked for by nobody, and would make the index as large as the table.
    try db.execute(
      sql: """
        CREATE INDEX paramByValue ON param (key, value) WHERE length(value) <= 100;
        CREATE INDEX runTagByValue ON runTag (key, value) WHERE length(value) <= 100;
        """)
  }

  static let addForeignRuns = SchemaMigration(
    identifier: "experimentation-0013-add-foreign-runs"
  ) { db in
    // Runs of another tracking server: clients name them, and nothing is known of them here.
    try db.execute(
      sql: """
        ALTER TABLE modelVersion ADD COLUMN foreignRun TEXT;
        ALTER TABLE loggedModel ADD COLUMN foreignRun TEXT;
        """)
  }

  static let moveNameTags = SchemaMigration(
    identifier: "experimentation-0014-move-name-tags"
  ) { db in
    // Nearly every run has that tag, and two indices in order of random names would be written
    // for each.
    try db.execute(
      sql: """
        ALTER TABLE run ADD COLUMN nameTag TEXT CHECK (length(nameTag) <= 8000);
        UPDATE run SET nameTag = tag.value FROM runTag AS tag
          WHERE tag.run = run.number AND tag.key = 'mlflow.runName';
        DELETE FROM runTag WHERE key = 'mlflow.runName';
        """)
  }

  static let addStages = SchemaMigration(
    identifier: "experimentation-0005-add-stages"
  ) { db in
    try db.execute(
      sql: """
        ALTER TABLE modelVersion ADD COLUMN stage TEXT NOT NULL DEFAULT 'None'
          CHECK (stage IN ('None', 'Staging', 'Production', 'Archived'));
        ALTER TABLE modelVersion ADD COLUMN user TEXT NOT NULL DEFAULT '';
        ALTER TABLE modelVersion ADD COLUMN runLink TEXT NOT NULL DEFAULT '';
        ALTER TABLE modelVersion ADD COLUMN statusMessage TEXT NOT NULL DEFAULT '';
        ALTER TABLE modelVersion ADD COLUMN loggedModel TEXT;
        """)
  }
}
