public import Basics
import GRDB

/// The tables of endpoints, deployments and replicas.
public enum ServingMigrations {
  /// All steps in order of time.
  public static let all: [SchemaMigration] = [createEndpoint, addPython, addPlace]

  private static let addPlace = SchemaMigration(
    identifier: "serving-0003-places-of-deployments"
  ) { db in
    try db.execute(
      sql: """
        ALTER TABLE deployment ADD COLUMN place TEXT;
        ALTER TABLE replica ADD COLUMN node TEXT;
        """)
  }

  private static let addPython = SchemaMigration(
    identifier: "serving-0002-deployment-python"
  ) { db in
    try db.execute(sql: "ALTER TABLE deployment ADD COLUMN python TEXT")
  }

  private static let createEndpoint = SchemaMigration(
    identifier: "serving-0001-create-endpoint"
  ) { db in
    try db.execute(
      sql: """
        CREATE TABLE endpoint (
          id TEXT NOT NULL PRIMARY KEY,
          project TEXT NOT NULL DEFAULT 'default' REFERENCES project(id),
          name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 128),
          createdAtMs INTEGER NOT NULL,
          UNIQUE (project, name)
        ) STRICT;
        CREATE TABLE deployment (
          id TEXT NOT NULL PRIMARY KEY,
          endpoint TEXT NOT NULL REFERENCES endpoint(id) ON DELETE CASCADE,
          model TEXT NOT NULL,
          version INTEGER NOT NULL CHECK (version >= 1),
          package TEXT NOT NULL CHECK (length(package) = 64),
          state TEXT NOT NULL CHECK (state IN ('starting', 'live', 'draining', 'ended')),
          reason TEXT CHECK (reason IN ('replaced', 'failed', 'deleted')),
          message TEXT,
          createdAtMs INTEGER NOT NULL,
          liveAtMs INTEGER,
          endedAtMs INTEGER,
          CHECK ((state = 'ended') = (endedAtMs IS NOT NULL)),
          CHECK (state <> 'ended' OR reason IS NOT NULL)
        ) STRICT;
        CREATE INDEX deploymentByEndpoint ON deployment (endpoint, createdAtMs);
        CREATE UNIQUE INDEX deploymentLive ON deployment (endpoint) WHERE state = 'live';
        CREATE UNIQUE INDEX deploymentStarting ON deployment (endpoint) WHERE state = 'starting';
        CREATE TABLE replica (
          id TEXT NOT NULL PRIMARY KEY,
          deployment TEXT NOT NULL REFERENCES deployment(id) ON DELETE CASCADE,
          -- Written before the job is submitted, so that a killed server can submit it again.
          job TEXT NOT NULL UNIQUE,
          socket TEXT NOT NULL,
          state TEXT NOT NULL CHECK (state IN ('starting', 'healthy', 'ended')),
          reason TEXT,
          createdAtMs INTEGER NOT NULL,
          endedAtMs INTEGER,
          CHECK ((state = 'ended') = (endedAtMs IS NOT NULL))
        ) STRICT;
        CREATE INDEX replicaByDeployment ON replica (deployment, createdAtMs);
        """)
  }
}
