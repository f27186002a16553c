import GRDB
import GRDBSQLite

/// One write that waits for its turn and then for its commit.
struct PendingWrite: Sendable {
  /// What became of a write inside its transaction.
  struct Outcome {
    /// Why it was undone; nil where it was not.
    let error: (any Error)?
    /// Answers the caller.
    let answer: @Sendable () -> Void
  }

  /// Whether the write may run again after its transaction was undone.
  let isRepeatable: Bool
  /// Runs the write in a savepoint of its own.
  let run: @Sendable (Database) -> Outcome
  /// Runs the write without one; nil where it failed with changes that only the end of the transaction undoes.
  ///
  /// A savepoint copies each page that is changed, and takes two statements.
  let runBare: @Sendable (Database) -> Outcome?
  /// Answers the caller with an error, instead of `Outcome.answer`.
  let fail: @Sendable (any Error) -> Void

  init<Value: Sendable>(
    isRepeatable: Bool = false, _ body: @escaping @Sendable (Database) throws -> Value,
    _ done: @escaping @Sendable (Result<Value, any Error>) -> Void
  ) {
    self.isRepeatable = isRepeatable
    run = { db in
      do {
        let value = try Self.inSavepoint(db, body)
        return Outcome(error: nil) { done(.success(value)) }
      } catch {
        let told = LedgerError.ifDiskFailed(error) ?? error
        return Outcome(error: told) { done(.failure(told)) }
      }
    }
    runBare = { db in
      let before = db.totalChangesCount
      do {
        let value = try body(db)
        try Self.refuseOpenForeignKeys(db)
        return Outcome(error: nil) { done(.success(value)) }
      } catch {
        guard db.isInsideTransaction, db.totalChangesCount == before else { return nil }
        let told = LedgerError.ifDiskFailed(error) ?? error
        return Outcome(error: told) { done(.failure(told)) }
      }
    }
    fail = { done(.failure($0)) }
  }

  private static func inSavepoint<Value>(
    _ db: Database, _ body: (Database) throws -> Value
  ) throws -> Value {
    try db.cachedStatement(sql: "SAVEPOINT pendingWrite").run()
    do {
      let value = try body(db)
      try refuseOpenForeignKeys(db)
      try db.cachedStatement(sql: "RELEASE pendingWrite").run()
      return value
    } catch {
      // Where SQLite has already undone the transaction there is no savepoint left.
      if db.isInsideTransaction {
        try db.cachedStatement(sql: "ROLLBACK TO pendingWrite").run()
        try db.cachedStatement(sql: "RELEASE pendingWrite").run()
      }
      throw error
    }
  }

  /// Finds violations of deferred foreign keys now: at the commit they would fail everybody's writes.
  private static func refuseOpenForeignKeys(_ db: Database) throws {
    var open: Int32 = 0
    var highest: Int32 = 0
    let code = sqlite3_db_status(
      db.sqliteConnection, SQLITE_DBSTATUS_DEFERRED_FKS, &open, &highest, 0)
    guard code == SQLITE_OK, open == 0 else {
      throw DatabaseError(
        resultCode: .SQLITE_CONSTRAINT_FOREIGNKEY, message: "FOREIGN KEY constraint failed")
    }
  }
}
