public import Basics
import Compute
import Experimentation
import Optimization
public import Logging
public import ServiceLifecycle

/// The parts of a running factory, joined once by `Boot`.
public struct FactoryServices: Sendable {
  /// The factory's folder.
  public let home: FactoryHome
  /// The one database.
  public let ledger: Ledger
  /// Content-addressed files.
  public let objects: ObjectStore

  /// Opens the ledger and creates the parts; nothing runs yet.
  public init(options: ServeOptions, logger: Logger) throws {
    home = options.home
    try home.prepare()
    ledger = try Ledger(path: home.ledgerPath, migrations: FactoryMigrations.all)
    objects = home.objects
  }

  /// What lives as long as the server: each ends on graceful shutdown, the last first.
  public var all: [any Service] { [] }

  /// Adds the routes of all parts.
  func addRoutes(to routes: FactoryRoutes) {
  }
}

/// Every step of the ledger's schema, in order of time.
public enum FactoryMigrations {
  /// In order of time.
  public static let all: [SchemaMigration] =
    BasicsMigrations.all + ExperimentationMigrations.all + ComputeMigrations.all
    + OptimizationMigrations.all
}
