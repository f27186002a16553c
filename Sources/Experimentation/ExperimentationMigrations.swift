public import Basics
import GRDB

/// The tables of runs and of registered models.
///
/// Jobs and dataset versions are named by their identifiers without a foreign key: their tables
/// are younger, and MLflow clients log runs that have neither.
public enum ExperimentationMigrations {
  /// All steps in order of time.
  public static let all: [SchemaMigration] = [
    createTracking, createRegistry, addArtifacts, addLoggedModels, addStages,
    addTraces, indexNotes, addEvaluationDatasets, addInputTags, addSpans, addUploads,
    addCondemned, addExperimentAlias, addForeignRuns,
    moveNameTags,
  ]

  private static let createTracking = SchemaMigration(
    identifier: "experimentation-0001-create-tracking"
  ) { db in
    try db.execute(
      sql: """
        CREATE TABLE experiment (
          id TEXT NOT NULL PRIMARY KEY CHECK (id NOT GLOB '*[^0-9]*' AND length(id) BETWEEN 1 AND 20),
          project TEXT NOT NULL DEFAULT 'default' REFERENCES project(id),
          name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 500),
          artifactLocation TEXT NOT NULL,
          lifecycle TEXT NOT NULL DEFAULT 'active' CHECK (lifecycle IN ('active', 'deleted')),
          createdAtMs INTEGER NOT NULL,
          updatedAtMs INTEGER NOT NULL,
          UNIQUE (project, name)
        ) STRICT;
        INSERT INTO experiment (id, name, artifactLocation, createdAtMs, updatedAtMs)
          VALUES ('0', 'Default', 'mlflow-artifacts:/0', 0, 0);
        CREATE TABLE experimentTag (
          experiment TEXT NOT NULL REFERENCES experiment(id) ON DELETE CASCADE,
          key TEXT NOT NULL CHECK (length(key) BETWEEN 1 AND 250),
          value TEXT NOT NULL,
          PRIMARY KEY (experiment, key)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE run (
          number INTEGER PRIMARY KEY,
          id TEXT NOT NULL UNIQUE CHECK (length(id) = 32 AND id NOT GLOB '*[^0-9a-f]*'),
          experiment TEXT NOT NULL REFERENCES experiment(id),
          name TEXT NOT NULL,
          status TEXT NOT NULL
            CHECK (status IN ('RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED')),
          lifecycle TEXT NOT NULL DEFAULT 'active' CHECK (lifecycle IN ('active', 'deleted')),
          user TEXT NOT NULL DEFAULT '',
          job TEXT,
          artifactLocation TEXT NOT NULL,
          startedAtMs INTEGER NOT NULL,
          endedAtMs INTEGER
        ) STRICT;
        CREATE INDEX runByExperiment ON run (experiment, startedAtMs);
        CREATE INDEX runByStart ON run (startedAtMs);
        CREATE INDEX runByJob ON run (job) WHERE job IS NOT NULL;

        CREATE TABLE metricKey (
          number INTEGER PRIMARY KEY,
          name TEXT NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 250)
        ) STRICT;
        CREATE TABLE metricPoint (
          run INTEGER NOT NULL REFERENCES run(number) ON DELETE CASCADE,
          key INTEGER NOT NULL REFERENCES metricKey(number),
          step INTEGER NOT NULL,
          timestampMs INTEGER NOT NULL,
          valueBits INTEGER NOT NULL,
          PRIMARY KEY (run, key, step, timestampMs, valueBits)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE latestMetric (
          run INTEGER NOT NULL REFERENCES run(number) ON DELETE CASCADE,
          key INTEGER NOT NULL REFERENCES metricKey(number),
          step INTEGER NOT NULL,
          timestampMs INTEGER NOT NULL,
          valueBits INTEGER NOT NULL,
          -- The same value to sort and filter by; NULL is NaN.
          value REAL,
          PRIMARY KEY (run, key)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX latestMetricByKey ON latestMetric (key, value);

        CREATE TABLE param (
          run INTEGER NOT NULL REFERENCES run(number) ON DELETE CASCADE,
          key TEXT NOT NULL CHECK (length(key) BETWEEN 1 AND 250),
          value TEXT NOT NULL CHECK (length(value) <= 6000),
          PRIMARY KEY (run, key)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE runTag (
          run INTEGER NOT NULL REFERENCES run(number) ON DELETE CASCADE,
          key TEXT NOT NULL CHECK (length(key) BETWEEN 1 AND 250),
          value TEXT NOT NULL CHECK (length(value) <= 8000),
          PRIMARY KEY (run, key)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE runInput (
          run INTEGER NOT NULL REFERENCES run(number) ON DELETE CASCADE,
          name TEXT NOT NULL,
          digest TEXT NOT NULL,
          context TEXT NOT NULL DEFAULT '',
          sourceType TEXT NOT NULL DEFAULT '',
          source TEXT NOT NULL DEFAULT '',
          datasetVersion TEXT,
          PRIMARY KEY (run, name, digest, context)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX runInputByDatasetVersion ON runInput (datasetVersion)
          WHERE datasetVersion IS NOT NULL;
        """)
  }

  private static let createRegistry = SchemaMigration(
    identifier: "experimentation-0002-create-registry"
  ) { db in
    try db.execute(
      sql: """
        CREATE TABLE registeredModel (
          number INTEGER PRIMARY KEY,
          project TEXT NOT NULL DEFAULT 'default' REFERENCES project(id),
          name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 256),
          description TEXT NOT NULL DEFAULT '',
          -- Versions are never used twice, deleted ones included.
          lastVersion INTEGER NOT NULL DEFAULT 0 CHECK (lastVersion >= 0),
          createdAtMs INTEGER NOT NULL,
          updatedAtMs INTEGER NOT NULL,
          UNIQUE (project, name)
        ) STRICT;
        CREATE TABLE registeredModelTag (
          model INTEGER NOT NULL REFERENCES registeredModel(number) ON DELETE CASCADE,
          key TEXT NOT NULL CHECK (length(key) BETWEEN 1 AND 250),
          value TEXT NOT NULL,
          PRIMARY KEY (model, key)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE modelVersion (
          model INTEGER NOT NULL REFERENCES registeredModel(number) ON DELETE CASCADE,
          version INTEGER NOT NULL CHECK (version >= 1),
          -- Whoever registers twice with one key gets one version.
          registrationKey TEXT,
          status TEXT NOT NULL
            CHECK (status IN ('READY', 'PENDING_REGISTRATION', 'FAILED_REGISTRATION')),
          description TEXT NOT NULL DEFAULT '',
          source TEXT NOT NULL DEFAULT '',
          run TEXT REFERENCES run(id),
          job TEXT,
          datasetVersion TEXT,
          package TEXT CHECK (length(package) = 64 AND package NOT GLOB '*[^0-9a-f]*'),
          signature TEXT CHECK (signature IS NULL OR json_valid(signature)),
          provenance TEXT CHECK (provenance IS NULL OR json_valid(provenance)),
          createdAtMs INTEGER NOT NULL,
          updatedAtMs INTEGER NOT NULL,
          PRIMARY KEY (model, version),
          UNIQUE (model, registrationKey)
        ) STRICT;
        CREATE INDEX modelVersionByRun ON modelVersion (run) WHERE run IS NOT NULL;
        CREATE INDEX modelVersionByPackage ON modelVersion (package) WHERE package IS NOT NULL;
        CREATE TABLE modelVersionTag (
          model INTEGER NOT NULL,
          version INTEGER NOT NULL,
          key TEXT NOT NULL CHECK (length(key) BETWEEN 1 AND 250),
          value TEXT NOT NULL,
          PRIMARY KEY (model, version, key),
          FOREIGN KEY (model, version) REFERENCES modelVersion(model, version) ON DELETE CASCADE
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE modelAlias (
          model INTEGER NOT NULL,
          alias TEXT NOT NULL CHECK (length(alias) BETWEEN 1 AND 256),
          version INTEGER NOT NULL,
          PRIMARY KEY (model, alias),
          FOREIGN KEY (model, version) REFERENCES modelVersion(model, version) ON DELETE CASCADE
        ) STRICT, WITHOUT ROWID;
        """)
  }
}
