public import GRDB

/// The factory's one database: what was acknowledged is on disk.
///
/// SQLite in WAL mode with `synchronous=FULL`. Writes go through one bounded queue and share
/// commits (group commit); each fails alone. Reads are short snapshots.
public final class Ledger: Sendable {
  /// The file of the database.
  public let path: String
  let pool: DatabasePool
  private let committer: GroupCommitter
  static let busyTimeoutMs: Int32 = 10_000

  /// Opens (or creates) the database at `path` and brings its schema up to date.
  ///
  /// - Parameters:
  ///   - path: file of the database, on a local disk.
  ///   - migrations: all steps in order of time.
  ///   - limits: the bounds of group commit.
  /// - Throws: `ledger_unusable` for what is no database or cannot be opened, `ledger_too_new`
  ///   for one that a later version has migrated.
  public init(
    path: String, migrations: [SchemaMigration], limits: LedgerLimits = LedgerLimits()
  ) throws {
    self.path = path
    do {
      pool = try Self.open(path)
      try Self.migrate(pool, migrations)
      // From here on a transaction is short, and the layer below is to have it whole (`GatheringVFS`).
      try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA cache_spill = OFF") }
      committer = try GroupCommitter(pool: pool, path: path, limits: limits)
    } catch let error as DatabaseError {
      throw LedgerError(
        .ledgerUnusable, "the ledger \(path) cannot be opened: \(LedgerError.sentence(error))",
        hint: "check the disk and the permissions, or restore the home from a backup")
    }
  }

  /// Runs `body` in a savepoint and returns when its effects are on disk.
  ///
  /// Once it is queued, the write is done and answered even where the task is canceled.
  ///
  /// - Parameter body: short, without network, files or processes; it never runs beside another.
  /// - Throws: what `body` throws (its effects are undone, others' are kept), or a `LedgerError`:
  ///   `overloaded` when too many writes wait, or the failure of the commit that it shared.
  public func write<Value: Sendable>(
    _ body: @escaping @Sendable (Database) throws -> Value
  ) async throws -> Value {
    try await committer.write(body)
  }

  /// Queues `body` as `write` does, for callers that are no tasks.
  ///
  /// - Parameter body: does nothing but read and change the database: it may run twice, and what it did the
  ///   first time is undone then.
  /// - Parameter done: called once, by the thread that commits or by the caller's, when the effects of `body`
  ///   are on disk or have failed; it must not wait for anything.
  public func submit<Value: Sendable>(
    _ body: @escaping @Sendable (Database) throws -> Value,
    done: @escaping @Sendable (Result<Value, any Error>) -> Void
  ) {
    committer.submit(PendingWrite(isRepeatable: true, body, done))
  }

  /// Reads from a snapshot; `body` must be short.
  public func read<Value: Sendable>(
    _ body: @escaping @Sendable (Database) throws -> Value
  ) async throws -> Value {
    try await pool.read(body)
  }

  /// Tries a commit that changes nothing of value.
  ///
  /// - Throws: what keeps the ledger from being written now, such as `disk_full`.
  public func probe() async throws {
    // The number of the file's header that belongs to the application, and that nobody reads.
    let number = Int32.random(in: 1...Int32.max)
    try await write { db in try db.execute(sql: "PRAGMA user_version = \(number)") }
  }

  /// Answers the writes that wait, refuses others, and closes the database.
  public func close() async throws {
    await committer.close()
    try committer.closeCheckpoints()
    try await pool.writeWithoutTransaction { db in
      // What cannot be copied back now stays in the log, and the next start reads it.
      _ = try? db.checkpoint(.truncate)
    }
    try pool.close()
  }

  /// What was done since the ledger was opened.
  public var statistics: LedgerStatistics { committer.statistics }

  /// Bytes of the write-ahead log now.
  public var walBytes: Int64 { Checkpointer.walBytes(path: path) }

  /// Reads a pragma of the connection that writes, such as `synchronous`.
  func writerPragma(_ name: String) async throws -> Int {
    try await pool.writeWithoutTransaction { db in
      try Int.fetchOne(db, sql: "PRAGMA \(name)") ?? -1
    }
  }

  private static func open(_ path: String) throws -> DatabasePool {
    try GatheringVFS.register()
    var configuration = Configuration()
    configuration.foreignKeysEnabled = true
    configuration.busyMode = .timeout(Double(busyTimeoutMs) / 1_000)
    configuration.label = "ledger"
    let pool = try DatabasePool(path: path, configuration: configuration)
    try pool.writeWithoutTransaction { db in
      // GRDB sets synchronous=NORMAL while opening a pool, so FULL must be set afterwards.
      try db.execute(sql: "PRAGMA synchronous = FULL")
      // Checkpoints run between batches, never inside somebody's commit.
      try db.execute(sql: "PRAGMA wal_autocheckpoint = 0")
      try db.execute(sql: "PRAGMA journal_size_limit = \(64 << 20)")
      // Pages that a batch changes stay in memory until its commit: those that do not fit are
      // written twice.
      try db.execute(sql: "PRAGMA cache_size = -8192")
      guard try Int.fetchOne(db, sql: "PRAGMA synchronous") == 2,
        try String.fetchOne(db, sql: "PRAGMA journal_mode") == "wal"
      else {
        throw LedgerError(
          .ledgerUnusable, "SQLite does not keep \(path) in WAL mode with synchronous=FULL",
          hint: "put the home on a local disk")
      }
    }
    return pool
  }

  private static func migrate(_ pool: DatabasePool, _ migrations: [SchemaMigration]) throws {
    var migrator = DatabaseMigrator()
    for migration in migrations {
      migrator.registerMigration(migration.identifier, migrate: migration.migrate)
    }
    if try pool.read(migrator.hasBeenSuperseded) {
      throw LedgerError(
        .ledgerTooNew, "the ledger was written by a later version of aifactory",
        hint: "install that version, or choose another folder with --home")
    }
    try migrator.migrate(pool)
  }
}
