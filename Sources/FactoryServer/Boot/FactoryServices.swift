public import Basics
public import Compute
public import Experimentation
import Logging
import Optimization
public import Serving
public import ServiceLifecycle

/// The parts of a running factory, joined once by `Boot`.
public struct FactoryServices: Sendable {
  /// The factory's folder.
  public let home: FactoryHome
  /// The one database.
  public let ledger: Ledger
  /// Content-addressed files.
  public let objects: ObjectStore
  /// Jobs of all sites.
  public let jobs: Jobs
  /// Registered models.
  public let models: ModelStore
  /// What is deployed.
  public let endpoints: Endpoints
  let gateway: GatewaySupervisor

  /// Opens the ledger and creates the parts; nothing runs yet.
  init(
    options: ServeOptions, token: String, gateway: GatewaySupervisor, logger: Logger
  ) throws {
    home = options.home
    self.gateway = gateway
    ledger = try Ledger(path: home.ledgerPath, migrations: FactoryMigrations.all)
    objects = home.objects
    jobs = Jobs(ledger: ledger, configuration: JobsConfiguration(home: home), logger: logger)
    models = ModelStore(ledger: ledger)
    endpoints = Endpoints(
      home: home, ledger: ledger, jobs: jobs, models: models,
      surroundings: Endpoints.Surroundings(
        executable: options.executable, tokenDigests: [TokenDigest(of: token).hex],
        isOpen: options.isAuthenticationOff, gatewayGeneration: { await gateway.generation() }),
      logger: logger)
  }

  /// What lives as long as the server: each ends on graceful shutdown, the last first.
  public var all: [any Service] { [jobs, gateway, endpoints] }

  /// Adds the routes of all parts.
  func addRoutes(to routes: FactoryRoutes, token: String, gatewayUrl: String) {
    routes.addJobRoutes(jobs)
    routes.addEndpointRoutes(
      endpoints, predictions: SegmentReader(home: home), gatewayUrl: { gatewayUrl })
    routes.addForwardRoutes(gatewayUrl: { gatewayUrl }, token: token)
    routes.addStopRoutes(endpoints: endpoints, gateway: gateway)
  }
}

/// Every step of the ledger's schema, in order of time.
public enum FactoryMigrations {
  /// In order of time.
  public static let all: [SchemaMigration] =
    BasicsMigrations.all + ExperimentationMigrations.all + ComputeMigrations.all
    + OptimizationMigrations.all + ServingMigrations.all
}
