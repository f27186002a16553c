public import GRDB

/// One step of the ledger's schema, written in SQL or GRDB's table builder with strings alone.
///
/// A migration that has shipped is never changed; see `Documentation.docc/Migrations.md` of GRDB.
public struct SchemaMigration: Sendable {
  /// `<target>-<number>-<what it does>`; unique and stable.
  public let identifier: String
  let migrate: @Sendable (Database) throws -> Void

  /// Takes every value as it is.
  public init(identifier: String, migrate: @escaping @Sendable (Database) throws -> Void) {
    self.identifier = identifier
    self.migrate = migrate
  }
}
