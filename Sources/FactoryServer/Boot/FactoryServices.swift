public import Basics
public import Compute
public import Experimentation
import DataPipelines
import JobProtocol
import Logging
import Optimization
public import Serving
public import ServiceLifecycle
import Workflows

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
  let environments: PythonEnvironments
  let gateway: GatewaySupervisor
  let imports: DatasetImports
  let studies: StudyCoordinators
  let uploads: StaleUploads
  let workflows: WorkflowParts
  let runner: WorkflowRunner
  let jobRuns: JobRuns
  let services: Services

  /// Opens the ledger and creates the parts; nothing runs yet.
  ///
  /// - Parameter serverUrl: where the server answers by now.
  init(
    options: ServeOptions, token: String, gateway: GatewaySupervisor,
    serverUrl: @escaping @Sendable () -> String, logger: Logger
  ) throws {
    home = options.home
    self.gateway = gateway
    ledger = try Ledger(path: home.ledgerPath, migrations: FactoryMigrations.all)
    objects = home.objects
    try objects.removeLeftovers()
    let capacity = SiteCapacity.ofThisMachine()
    var configuration = JobsConfiguration(home: home)
    configuration.capacity = capacity
    let runTokens = RunTokens(owner: token)
    configuration.tracking = { [ledger] job in
      guard let run = JobRuns.run(of: job.spec) else { return nil }
      return try await AttemptTracking(
        run, of: job, in: ledger, serverUrl: serverUrl(),
        serverToken: runTokens.token(of: run.rawValue))
    }
    jobRuns = JobRuns(ledger: ledger, objects: objects)
    jobs = Jobs(
      ledger: ledger, configuration: configuration,
      sinks: ["train": StageReportSink(), "study": StudyReportSink()],
      follower: jobRuns, tracker: MLflowJournal(objects: objects),
      classifier: DatasetClasses(store: DatasetStore(ledger: ledger)), logger: logger)
    services = Services(ledger: ledger, jobs: jobs, logger: logger, probe: ServiceProxy.probe)
    models = ModelStore(ledger: ledger)
    endpoints = Endpoints(
      home: home, ledger: ledger, jobs: jobs, models: models,
      surroundings: Endpoints.Surroundings(
        executable: options.executable, enginesFolder: EngineLocator(home: home).folder,
        tokenDigests: [TokenDigest(of: token).hex],
        isOpen: options.isAuthenticationOff,
        gatewayGeneration: { await gateway.health()?.generation }),
      logger: logger)
    environments = PythonEnvironments(home: home, jobs: jobs, executable: options.executable)
    imports = DatasetImports(
      ledger: ledger, home: home, jobs: jobs, executable: options.executable, logger: logger)
    studies = StudyCoordinators(
      hosts: StudyHosts(home: home, ledger: ledger, jobs: jobs, executable: options.executable))
    uploads = StaleUploads(
      artifacts: MLflowArtifacts(ledger: ledger, objects: objects), logger: logger)
    let engines = EngineLocator(home: home)
    workflows = WorkflowParts(
      home: home, ledger: ledger, jobs: jobs, endpoints: endpoints, studies: studies,
      fingerprint: FactoryFingerprint(engines: engines.versions, cpus: capacity.cpus.count),
      memoryBytes: capacity.memoryBytes, program: options.executable,
      enginesFolder: engines.folder, nowMs: configuration.now)
    runner = WorkflowRunner(parts: workflows, logger: logger)
  }

  /// What lives as long as the server: each ends on graceful shutdown, the last first.
  public var all: [any Service] { [jobs, gateway, endpoints, services, imports, uploads, runner] }

  /// Adds the routes of all parts.
  func addRoutes(to routes: FactoryRoutes, token: String, addresses: FactoryAddresses) {
    let gatewayUrl: @Sendable () -> String = { addresses.gatewayUrl }
    let datasets = DatasetStore(ledger: ledger)
    routes.addJobRoutes(jobs, runs: jobRuns, datasets: datasets, services: services)
    routes.addServiceRoutes(services, jobs: jobs, datasets: datasets) { addresses.serverUrl }
    routes.addServiceProxyRoutes(services)
    routes.addSiteRoutes(jobs)
    let files = ModelFiles(ledger: ledger, objects: objects)
    routes.addEndpointRoutes(
      endpoints, predictions: SegmentReader(home: home), gatewayUrl: gatewayUrl)
    routes.addDeploymentRoutes(
      endpoints, files: files, environments: environments, gatewayUrl: gatewayUrl)
    routes.addDatasetRoutes(datasets, objects: objects, imports: imports)
    routes.addModelRoutes(ledger)
    routes.addModelFileRoutes(files)
    routes.addRunRoutes(ledger)
    routes.addExperimentRoutes(ledger)
    routes.addRunPageRoutes(ledger) { addresses.serverUrl }
    routes.addMLflowRoutes(ledger: ledger, objects: objects, secret: token)
    routes.addStudyRoutes(ledger)
    routes.addOptunaRoutes(ledger)
    routes.addSharedStudyRoutes(studies)
    routes.addBackupRoutes(home)
    routes.addGarbageRoutes(GarbageCollection(ledger: ledger, home: home, jobs: jobs))
    addWorkflowRoutes(to: routes, addresses: addresses)
    routes.addForwardRoutes(gateway: gateway, token: token)
    routes.addPageRoutes(self, gatewayUrl: gatewayUrl)
    routes.addMetricsRoutes(ledger: ledger, jobs: jobs, endpoints: endpoints, gateway: gateway)
    routes.addStopRoutes(
      endpoints: endpoints, studies: studies.hosts, gateway: gateway, addresses: addresses)
  }

  private func addWorkflowRoutes(to routes: FactoryRoutes, addresses: FactoryAddresses) {
    routes.addWorkflowRoutes(
      runner, planner: WorkflowPlanner(parts: workflows),
      presenter: WorkflowRunPresenter(
        store: WorkflowRunStore(ledger: ledger), jobs: jobs,
        urls: { (server: addresses.serverUrl, gateway: addresses.gatewayUrl) },
        nowMs: { systemTimeMs() }),
      explainer: Explainer(
        ledger: ledger, objects: objects, jobs: jobs, services: services,
        predictions: SegmentReader(home: home)))
    routes.addReportRoutes(WorkflowRunStore(ledger: ledger), objects: objects)
  }
}

/// Every step of the ledger's schema, in order of time.
public enum FactoryMigrations {
  /// In order of time.
  public static let all: [SchemaMigration] =
    BasicsMigrations.all + ExperimentationMigrations.all + ComputeMigrations.all
    + DataPipelinesMigrations.all + OptimizationMigrations.all + ServingMigrations.all
    + WorkflowsMigrations.all
}
