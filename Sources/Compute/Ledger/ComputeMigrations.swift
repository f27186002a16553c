public import Basics
import GRDB

/// The tables of jobs and their attempts.
public enum ComputeMigrations {
  /// All steps in order of time.
  public static let all: [SchemaMigration] = [createJob]

  private static let createJob = SchemaMigration(identifier: "compute-0001-create-job") { db in
    try db.execute(
      sql: """
        CREATE TABLE job (
          id TEXT PRIMARY KEY,
          project TEXT NOT NULL DEFAULT 'default' REFERENCES project (id),
          name TEXT NOT NULL,
          kind TEXT NOT NULL CHECK (kind IN ('batch', 'service')),
          purpose TEXT NOT NULL,
          spec TEXT NOT NULL CHECK (json_valid(spec)),
          cpus INTEGER NOT NULL CHECK (cpus >= 1),
          memoryBytes INTEGER CHECK (memoryBytes > 0),
          gpus INTEGER NOT NULL CHECK (gpus >= 0),
          state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'stopping', 'ended')),
          reason TEXT,
          message TEXT,
          attempt INTEGER NOT NULL CHECK (attempt >= 0),
          exitCode INTEGER,
          signal INTEGER,
          progress TEXT,
          usage TEXT,
          revision INTEGER NOT NULL,
          waitingSinceMs INTEGER NOT NULL,
          -- Smallest starts first: one minute of waiting is worth one point of priority.
          orderKeyMs INTEGER NOT NULL,
          createdAtMs INTEGER NOT NULL,
          startedAtMs INTEGER,
          endedAtMs INTEGER,
          CHECK ((state = 'ended') = (endedAtMs IS NOT NULL)),
          CHECK ((state IN ('stopping', 'ended')) = (reason IS NOT NULL))
        ) STRICT;
        CREATE INDEX jobWaiting ON job (orderKeyMs, id) WHERE state = 'queued';
        CREATE INDEX jobByTime ON job (createdAtMs, id);
        CREATE TABLE jobAttempt (
          job TEXT NOT NULL REFERENCES job (id) ON DELETE CASCADE,
          -- The fencing number: news of an older attempt are ignored.
          number INTEGER NOT NULL CHECK (number >= 1),
          node TEXT NOT NULL,
          marker TEXT NOT NULL,
          bootId TEXT NOT NULL,
          cpuList TEXT NOT NULL,
          gpuList TEXT NOT NULL,
          cgroup TEXT,
          agentPid INTEGER,
          agentStartTicks INTEGER,
          journalOffset INTEGER NOT NULL DEFAULT 0 CHECK (journalOffset >= 0),
          reason TEXT,
          startedAtMs INTEGER NOT NULL,
          endedAtMs INTEGER,
          PRIMARY KEY (job, number),
          CHECK ((reason IS NULL) = (endedAtMs IS NULL))
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX jobAttemptOpen ON jobAttempt (job, number) WHERE endedAtMs IS NULL;
        """)
  }
}
