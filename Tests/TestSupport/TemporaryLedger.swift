public import Basics

/// A real ledger on a temporary file, opened by the product's own code; its folder goes with it.
public final class TemporaryLedger: Sendable {
  /// The open ledger.
  public let ledger: Ledger
  /// The folder that holds it.
  public let folder: TemporaryFolder
  /// Path of the database's file.
  public let path: String

  /// Opens a ledger with the basic tables and then those of `migrations`.
  public init(_ migrations: [SchemaMigration] = [], limits: LedgerLimits = LedgerLimits()) throws {
    // Below what the ledger registers, so that it counts and fails what reaches the disk.
    SyncCounter.install()
    folder = try TemporaryFolder()
    path = folder.path("factory.sqlite")
    ledger = try Ledger(
      path: path, migrations: BasicsMigrations.all + migrations, limits: limits)
  }
}
