public import Basics
import GRDB

/// The tables of searches: `study` and `trial`.
public enum OptimizationMigrations {
  /// In order of time.
  public static let all: [SchemaMigration] = [
    SchemaMigration(identifier: "optimization-1-studies") { db in
      try db.execute(
        sql: """
          CREATE TABLE study (
            id TEXT PRIMARY KEY NOT NULL CHECK (id LIKE 'study_%'),
            project TEXT NOT NULL DEFAULT 'default' REFERENCES project(id),
            name TEXT NOT NULL,
            job TEXT,
            metric TEXT NOT NULL,
            goal TEXT NOT NULL CHECK (goal IN ('minimize', 'maximize')),
            sampler TEXT NOT NULL,
            pruner TEXT NOT NULL,
            seed TEXT NOT NULL,
            createdAtMs INTEGER NOT NULL
          ) STRICT;
          CREATE INDEX studyByProject ON study(project, createdAtMs);
          CREATE INDEX studyByJob ON study(job);

          CREATE TABLE trial (
            study TEXT NOT NULL REFERENCES study(id) ON DELETE CASCADE,
            number INTEGER NOT NULL CHECK (number >= 0),
            outcome TEXT NOT NULL CHECK (outcome IN ('completed', 'pruned', 'failed')),
            parameters TEXT NOT NULL CHECK (json_valid(parameters)),
            -- The bits of the double: SQLite would turn NaN into NULL.
            valueBits INTEGER,
            steps INTEGER NOT NULL CHECK (steps >= 0),
            startedAtMs INTEGER NOT NULL,
            endedAtMs INTEGER NOT NULL,
            message TEXT,
            PRIMARY KEY (study, number)
          ) STRICT, WITHOUT ROWID;
          """)
    },
    SchemaMigration(identifier: "optimization-2-spaces-of-studies") { db in
      try db.execute(
        sql: """
          -- As JSON; NULL for studies that were made before it was kept.
          ALTER TABLE study ADD COLUMN space TEXT CHECK (space IS NULL OR json_valid(space));
          ALTER TABLE study ADD COLUMN budget INTEGER CHECK (budget > 0);
          """)
    },
    SchemaMigration(identifier: "optimization-3-shared-studies") { db in
      try db.execute(
        sql: """
          -- What a study is about that workers ask; NULL for those that a job leads alone.
          ALTER TABLE study ADD COLUMN terms TEXT CHECK (terms IS NULL OR json_valid(terms));
          CREATE UNIQUE INDEX sharedStudyByName ON study(project, name) WHERE terms IS NOT NULL;
          """)
    },
    SchemaMigration(identifier: "optimization-4-details") { db in
      try db.execute(
        sql: """
          -- As JSON: goals beyond the first, notes, values at steps; NULL where there are none.
          ALTER TABLE study ADD COLUMN details TEXT CHECK (details IS NULL OR json_valid(details));
          ALTER TABLE trial ADD COLUMN details TEXT CHECK (details IS NULL OR json_valid(details));
          """)
    },
  ]
}
