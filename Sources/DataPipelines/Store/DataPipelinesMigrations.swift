public import Basics
import GRDB

/// The tables of datasets.
public enum DataPipelinesMigrations {
  /// All steps in order of time.
  public static let all: [SchemaMigration] = [createDatasets, createImports, addClasses]

  private static let createDatasets = SchemaMigration(
    identifier: "data-0001-create-datasets"
  ) { db in
    try db.execute(
      sql: """
        CREATE TABLE dataset (
          number INTEGER PRIMARY KEY,
          project TEXT NOT NULL DEFAULT 'default' REFERENCES project(id),
          name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
          createdAtMs INTEGER NOT NULL,
          updatedAtMs INTEGER NOT NULL,
          UNIQUE (project, name)
        ) STRICT;

        -- A version is its content: the same sources read the same way are one version.
        CREATE TABLE datasetVersion (
          id TEXT NOT NULL PRIMARY KEY CHECK (id GLOB 'dv_*' AND length(id) = 29),
          folder TEXT NOT NULL CHECK (length(folder) = 64),
          manifest TEXT NOT NULL CHECK (json_valid(manifest)),
          request TEXT NOT NULL CHECK (json_valid(request)),
          rowCount INTEGER NOT NULL CHECK (rowCount >= 0),
          job TEXT,
          createdAtMs INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        -- Which versions a dataset has had, numbered from 1.
        CREATE TABLE datasetRelease (
          dataset INTEGER NOT NULL REFERENCES dataset(number) ON DELETE CASCADE,
          number INTEGER NOT NULL CHECK (number >= 1),
          version TEXT NOT NULL REFERENCES datasetVersion(id),
          createdAtMs INTEGER NOT NULL,
          PRIMARY KEY (dataset, number),
          UNIQUE (dataset, version)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX datasetReleaseVersion ON datasetRelease (version);

        -- What local files looked like when they were hashed: unchanged ones are not read again.
        CREATE TABLE sourceStat (
          path TEXT NOT NULL PRIMARY KEY,
          bytes INTEGER NOT NULL CHECK (bytes >= 0),
          modifiedAtNs INTEGER NOT NULL,
          inode INTEGER NOT NULL,
          device INTEGER NOT NULL,
          sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
          takenAtNs INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        """)
  }

  private static let createImports = SchemaMigration(
    identifier: "data-0002-create-imports"
  ) { db in
    try db.execute(
      sql: """
        -- Versions that are being made outside of workflows; a killed server leaves them to the next.
        CREATE TABLE datasetImport (
          id TEXT NOT NULL PRIMARY KEY CHECK (id GLOB 'di_*' AND length(id) = 29),
          project TEXT NOT NULL DEFAULT 'default' REFERENCES project(id),
          state TEXT NOT NULL CHECK (state IN ('running', 'succeeded', 'failed')),
          content TEXT NOT NULL CHECK (json_valid(content)),
          createdAtMs INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX datasetImportRunning ON datasetImport (createdAtMs) WHERE state = 'running';
        """)
  }

  private static let addClasses = SchemaMigration(identifier: "data-0003-add-classes") { db in
    try db.execute(
      sql: """
        -- How far its versions must be kept from others; they may be kept further for what their files are in, too.
        ALTER TABLE dataset ADD COLUMN dataClass TEXT NOT NULL DEFAULT 'public'
          CHECK (dataClass IN ('public', 'internal', 'confidential', 'restricted'));
        -- The files that each version was made from.
        CREATE TABLE datasetSource (
          sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
          version TEXT NOT NULL REFERENCES datasetVersion(id) ON DELETE CASCADE,
          PRIMARY KEY (sha256, version)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX datasetSourceVersion ON datasetSource (version);
        INSERT OR IGNORE INTO datasetSource (sha256, version)
          SELECT json_extract(s.value, '$.sha256'), v.id
          FROM datasetVersion v, json_each(v.manifest, '$.sources') s;
        """)
  }
}
