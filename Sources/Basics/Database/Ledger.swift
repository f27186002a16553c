public import GRDB

/// The factory's one database: what was acknowledged is on disk.
///
/// SQLite in WAL mode with `synchronous=FULL`. Writes go through one queue and share commits
/// (group commit); each runs in a savepoint of its own and fails alone. Reads are short snapshots.
public final class Ledger: Sendable {
  let pool: DatabasePool
  private let committer: GroupCommitter

  /// Opens (or creates) the database at `path` and brings its schema up to date.
  ///
  /// - Parameters:
  ///   - path: file of the database, on a local disk.
  ///   - migrations: all steps in order of time.
  public init(path: String, migrations: [SchemaMigration]) throws {
    var configuration = Configuration()
    configuration.foreignKeysEnabled = true
    configuration.busyMode = .timeout(10)
    pool = try DatabasePool(path: path, configuration: configuration)
    // GRDB sets synchronous=NORMAL while opening a pool, so FULL must be set afterwards.
    try pool.writeWithoutTransaction { db in
      try db.execute(sql: "PRAGMA synchronous = FULL")
    }
    var migrator = DatabaseMigrator()
    for migration in migrations {
      migrator.registerMigration(migration.identifier, migrate: migration.migrate)
    }
    try migrator.migrate(pool)
    committer = GroupCommitter(pool: pool)
  }

  /// Runs `body` in a savepoint and returns when its effects are on disk.
  ///
  /// - Throws: what `body` throws (its effects are undone, others' are kept), or the failure of
  ///   the commit that it shared.
  public func write<Value: Sendable>(
    _ body: @escaping @Sendable (Database) throws -> Value
  ) async throws -> Value {
    try await committer.write(body)
  }

  /// Reads from a snapshot; `body` must be short.
  public func read<Value: Sendable>(
    _ body: @escaping @Sendable (Database) throws -> Value
  ) async throws -> Value {
    try await pool.read(body)
  }
}
