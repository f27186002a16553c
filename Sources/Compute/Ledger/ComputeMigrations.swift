public import Basics
import GRDB

/// The tables of jobs and their attempts.
public enum ComputeMigrations {
  /// All steps in order of time.
  public static let all: [SchemaMigration] = [
    createJob, createSite, addRestarts, addArrays, limitArrays, addServices,
    declareSites, addDependencies,
  ]

  private static let addDependencies = SchemaMigration(
    identifier: "compute-0008-add-dependencies"
  ) { db in
    try db.execute(
      sql: """
        -- 1 while the job waits for others to succeed: those that have not yet are in jobDependency.
        ALTER TABLE job ADD COLUMN held INTEGER NOT NULL DEFAULT 0
          CHECK (held = 0 OR (held = 1 AND state = 'queued' AND handedOver = 0));
        CREATE TABLE jobDependency (
          job TEXT NOT NULL REFERENCES job (id) ON DELETE CASCADE,
          -- A job, or an array for all of its jobs.
          waitsFor TEXT NOT NULL,
          PRIMARY KEY (job, waitsFor)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX jobDependencyByOther ON jobDependency (waitsFor, job);
        DROP INDEX jobWaiting;
        -- Without those that are held, however many there are.
        CREATE INDEX jobWaiting ON job (site, orderKeyMs, id, arrayAtMost)
          WHERE state = 'queued' AND handedOver = 0 AND held = 0;
        -- So that whether all jobs of an array have succeeded is one look.
        CREATE INDEX jobNotSucceeded ON job (arrayId, state)
          WHERE arrayId IS NOT NULL AND reason IS NOT 'succeeded';
        """)
  }

  private static let limitArrays = SchemaMigration(identifier: "compute-0005-limit-arrays") { db in
    try db.execute(
      sql: """
        -- How many jobs of the array run at once at most; NULL for no limit.
        ALTER TABLE job ADD COLUMN arrayAtMost INTEGER CHECK (arrayAtMost >= 1);
        DROP INDEX jobWaiting;
        -- With the limit, so that those that are held by it are passed over without a look at their rows.
        CREATE INDEX jobWaiting ON job (site, orderKeyMs, id, arrayAtMost)
          WHERE state = 'queued' AND handedOver = 0;
        CREATE INDEX jobLimited ON job (arrayId, state, orderKeyMs, id)
          WHERE arrayAtMost IS NOT NULL AND state <> 'ended';
        """)
  }

  private static let declareSites = SchemaMigration(
    identifier: "compute-0007-declare-sites"
  ) { db in
    try db.execute(
      sql: """
        -- What people say of sites; that of this machine may have a row, too.
        CREATE TABLE siteDeclaration (
          site TEXT PRIMARY KEY CHECK (length(site) BETWEEN 1 AND 128),
          location TEXT,
          energySource TEXT,
          -- Milligrams of CO2 equivalents for each kilowatt-hour.
          carbonMgPerKWh INTEGER CHECK (carbonMgPerKWh >= 0),
          carbonOrigin TEXT,
          -- Words of the classes of data that may go there; NULL for all.
          dataClasses TEXT CHECK (dataClasses IS NULL OR json_valid(dataClasses)),
          CHECK (carbonOrigin IS NULL OR carbonMgPerKWh IS NOT NULL)
        ) STRICT;
        """)
  }

  private static let addServices = SchemaMigration(identifier: "compute-0006-add-services") { db in
    try db.execute(
      sql: """
        CREATE TABLE service (
          id TEXT PRIMARY KEY,
          project TEXT NOT NULL REFERENCES project (id),
          name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 128),
          -- 0 once somebody has ended it, or it could not be kept up.
          wanted INTEGER NOT NULL DEFAULT 1 CHECK (wanted IN (0, 1)),
          -- Why it could not be kept up.
          failure TEXT,
          createdAtMs INTEGER NOT NULL,
          endedAtMs INTEGER,
          CHECK (endedAtMs IS NULL OR wanted = 0)
        ) STRICT;
        -- A name can be used again once the service that has it ended.
        CREATE UNIQUE INDEX serviceByName ON service (project, name) WHERE endedAtMs IS NULL;
        CREATE INDEX serviceByTime ON service (createdAtMs, id);
        ALTER TABLE job ADD COLUMN serviceId TEXT;
        CREATE INDEX jobByService ON job (serviceId, createdAtMs) WHERE serviceId IS NOT NULL;
        -- Where the command of an attempt answers, as its agent tells, and since when the ledger knows.
        ALTER TABLE jobAttempt ADD COLUMN host TEXT;
        ALTER TABLE jobAttempt ADD COLUMN port INTEGER CHECK (port BETWEEN 1 AND 65535);
        ALTER TABLE jobAttempt ADD COLUMN listeningSinceMs INTEGER;
        """)
  }

  private static let addArrays = SchemaMigration(identifier: "compute-0004-add-arrays") { db in
    try db.execute(
      sql: """
        -- The array with which a job was submitted.
        ALTER TABLE job ADD COLUMN arrayId TEXT;
        CREATE INDEX jobByArray ON job (arrayId, id) WHERE arrayId IS NOT NULL;
        """)
  }

  private static let addRestarts = SchemaMigration(identifier: "compute-0003-add-restarts") { db in
    try db.execute(
      sql: """
        -- Starts of the factory's own doing since the job was submitted, or retried by somebody.
        ALTER TABLE job ADD COLUMN restarts INTEGER NOT NULL DEFAULT 0 CHECK (restarts >= 0);
        ALTER TABLE job ADD COLUMN restartReason TEXT;
        """)
  }

  private static let createSite = SchemaMigration(identifier: "compute-0002-create-site") { db in
    try db.execute(
      sql: """
        -- The site of this machine has no row.
        CREATE TABLE site (
          name TEXT PRIMARY KEY CHECK (name <> 'local' AND length(name) BETWEEN 1 AND 128),
          driver TEXT NOT NULL CHECK (driver IN ('slurm')),
          options TEXT NOT NULL CHECK (json_valid(options)),
          -- What its engine said of itself last.
          inventory TEXT CHECK (json_valid(inventory)),
          createdAtMs INTEGER NOT NULL
        ) STRICT;
        -- No foreign key: a job stays known when its site is removed.
        ALTER TABLE job ADD COLUMN site TEXT NOT NULL DEFAULT 'local';
        -- Where the job's files lie, if not in the home.
        ALTER TABLE job ADD COLUMN folder TEXT;
        -- 1 while the engine of the site has the last attempt.
        ALTER TABLE job ADD COLUMN handedOver INTEGER NOT NULL DEFAULT 0
          CHECK (handedOver IN (0, 1));
        ALTER TABLE job ADD COLUMN engineId TEXT;
        ALTER TABLE job ADD COLUMN engineState TEXT;
        ALTER TABLE jobAttempt ADD COLUMN engineId TEXT;
        DROP INDEX jobWaiting;
        CREATE INDEX jobWaiting ON job (site, orderKeyMs, id)
          WHERE state = 'queued' AND handedOver = 0;
        """)
  }

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
