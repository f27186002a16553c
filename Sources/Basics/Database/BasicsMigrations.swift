import GRDB

/// The tables that every other one hangs on.
public enum BasicsMigrations {
  /// All steps in order of time.
  public static let all: [SchemaMigration] = [
    SchemaMigration(identifier: "basics-0001-create-project") { db in
      try db.execute(
        sql: """
          CREATE TABLE project (
            id TEXT NOT NULL PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 128),
            name TEXT NOT NULL UNIQUE
          ) STRICT;
          INSERT INTO project (id, name) VALUES ('default', 'default');
          """)
    }
  ]
}
