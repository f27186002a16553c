public import Basics
internal import GRDB

/// The tables of workflow runs.
public enum WorkflowsMigrations {
  /// In order of time.
  public static let all: [SchemaMigration] = [
    createWorkflowRun, addInputs, addDataInputs,
  ]

  private static let addInputs = SchemaMigration(
    identifier: "workflows-0002-add-inputs"
  ) { db in
    try db.execute(
      sql: """
        -- What the run's command brings along, by digest.
        ALTER TABLE workflowRun ADD COLUMN inputs TEXT
          CHECK (inputs IS NULL OR json_valid(inputs));
        """)
  }

  private static let addDataInputs = SchemaMigration(
    identifier: "workflows-0003-add-data-inputs"
  ) { db in
    try db.execute(
      sql: """
        -- What the command of the run's data stage brings along, by digest.
        ALTER TABLE workflowRun ADD COLUMN dataInputs TEXT
          CHECK (dataInputs IS NULL OR json_valid(dataInputs));
        """)
  }

  private static let createWorkflowRun = SchemaMigration(
    identifier: "workflows-0001-create-workflow-run"
  ) { db in
    try db.execute(
      sql: """
        CREATE TABLE workflowRun (
          id TEXT NOT NULL PRIMARY KEY,
          project TEXT NOT NULL DEFAULT 'default' REFERENCES project(id),
          name TEXT NOT NULL,
          definition TEXT NOT NULL,
          filePath TEXT NOT NULL,
          baseFolder TEXT NOT NULL,
          status TEXT NOT NULL
            CHECK (status IN ('queued', 'running', 'succeeded', 'failed', 'canceled')),
          isCancelRequested INTEGER NOT NULL DEFAULT 0 CHECK (isCancelRequested IN (0, 1)),
          failure TEXT,
          createdAtMs INTEGER NOT NULL,
          startedAtMs INTEGER,
          endedAtMs INTEGER,
          CHECK ((endedAtMs IS NULL) = (status IN ('queued', 'running')))
        ) STRICT;
        CREATE INDEX workflowRunByTime ON workflowRun (createdAtMs);

        CREATE TABLE stageRun (
          workflowRun TEXT NOT NULL REFERENCES workflowRun(id) ON DELETE CASCADE,
          position INTEGER NOT NULL CHECK (position >= 0),
          name TEXT NOT NULL
            CHECK (name IN ('data', 'train', 'evaluate', 'register', 'deploy')),
          status TEXT NOT NULL
            CHECK (status IN
              ('pending', 'running', 'succeeded', 'failed', 'canceled', 'skipped')),
          isReused INTEGER NOT NULL DEFAULT 0 CHECK (isReused IN (0, 1)),
          stageKey TEXT,
          ingredients TEXT,
          output TEXT,
          failure TEXT,
          startedAtMs INTEGER,
          endedAtMs INTEGER,
          PRIMARY KEY (workflowRun, name)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX stageRunByKey ON stageRun (stageKey);

        -- A job's id is recorded before the job is submitted, hence no reference to job.
        CREATE TABLE stageJob (
          job TEXT NOT NULL PRIMARY KEY,
          workflowRun TEXT NOT NULL,
          stage TEXT NOT NULL,
          role TEXT NOT NULL,
          position INTEGER NOT NULL,
          details TEXT,
          FOREIGN KEY (workflowRun, stage) REFERENCES stageRun(workflowRun, name)
            ON DELETE CASCADE,
          UNIQUE (workflowRun, stage, role)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE stageOutput (
          stageKey TEXT NOT NULL PRIMARY KEY,
          stage TEXT NOT NULL,
          output TEXT NOT NULL,
          workflowRun TEXT REFERENCES workflowRun(id) ON DELETE SET NULL,
          createdAtMs INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        """)
  }
}
