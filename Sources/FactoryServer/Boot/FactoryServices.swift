public import Basics
public import Compute
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
  /// What runs on this machine.
  public let jobs: Jobs

  /// Opens the ledger and creates the parts; nothing runs yet.
  public init(options: ServeOptions, logger: Logger) throws {
    home = options.home
    try home.prepare()
    ledger = try Ledger(path: home.ledgerPath, migrations: FactoryMigrations.all)
    objects = home.objects
    jobs = Jobs(ledger: ledger, configuration: JobsConfiguration(home: home), logger: logger)
  }

  /// What lives as long as the server: each ends on graceful shutdown, the last first.
  public var all: [any Service] { [jobs] }

  /// Adds the routes of all parts.
  func addRoutes(to routes: FactoryRoutes) {
    routes.addJobRoutes(jobs)
  }
}

/// Every step of the ledger's schema, in order of time.
public enum FactoryMigrations {
  /// In order of time.
  public static let all: [SchemaMigration] =
    BasicsMigrations.all + ExperimentationMigrations.all + ComputeMigrations.all
    + OptimizationMigrations.all
}
