import API
import Basics
import Glibc
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import UnixSignals

/// Joins the parts of the factory and serves until it is told to end.
public enum Boot {
  /// Serves the home until a signal or `stop` ends it.
  ///
  /// - Parameters:
  ///   - options: checked before anything is opened.
  ///   - announce: called once, with lines for people, when requests are answered.
  public static func serve(
    _ options: ServeOptions, announce: @escaping @Sendable (String) -> Void
  ) async throws {
    try options.check()
    ProcessSignals.prepare()
    ProcessMemory.prepare()
    let mostConnections = OpenFiles.connectionsAfterRaising()
    // Two or three threads are plenty; one for each core would cost memory on large machines.
    NIOSingletons.groupLoopCountSuggestion = 1
    NIOSingletons.blockingPoolThreadCountSuggestion = 2
    let lock = try HomeLock(options.home)
    defer { withExtendedLifetime(lock) {} }
    let logger = Logger(label: "aifactory")
    // A home keeps its token, so that clients and browsers outlive a restart.
    let token = try ServerFile.read(options.home)?.token ?? SecretText.random()
    let options = try options.withFreePorts()
    try options.home.prepare()
    let addresses = FactoryAddresses(options: options, token: token, logger: logger)
    let gateway = GatewaySupervisor(options: options, addresses: addresses, logger: logger)
    // Its process starts while the ledger opens.
    async let gatewayStart = gateway.start()
    let services = try FactoryServices(
      options: options, token: token, gateway: gateway,
      serverUrl: { addresses.serverUrl }, logger: logger)
    let authenticator = Authenticator(token: token, isOff: options.isAuthenticationOff)
    _ = try await gatewayStart

    let hosts = HostRules(allowing: options.allowedHosts + [options.listen.host])
    var routes = FactoryRoutes(authenticator: authenticator, hosts: hosts)
    routes.journalReads = JournalReads(jobs: services.jobs)
    routes.liveRuns = LiveRuns(ledger: services.ledger)
    let readiness = Readiness(services)
    routes.addHealthRoutes(version: options.version) { await readiness.hindrance() }
    routes.addLoginRoutes(authenticator) { addresses.serverUrl }
    services.addRoutes(to: routes, token: token, addresses: addresses)
    routes.addOpenAPIRoutes(version: options.version)
    routes.refuseOtherMethods()

    let application = Application(
      router: routes.router,
      server: .connections(
        upgrades: ServiceUpgrades(
          services: services.services, authenticator: authenticator, hosts: hosts),
        direct: DirectWrites(
          routes.directWrites.byPath, authenticator: authenticator, hosts: hosts, logger: logger)),
      configuration: ApplicationConfiguration(
        address: .hostname(options.listen.host, port: options.listen.port),
        // Thousands of workers may begin at once; a connection that the system has no place for waits for minutes.
        backlog: 4_096,
        availableConnectionsDelegate: MaximumAvailableConnections(mostConnections)),
      onServerRunning: { channel in
        addresses.serverListens(at: channel.localAddress?.port)
        announce(
          """
          AI Factory \(options.version) serves \(options.home.path) at \(addresses.serverUrl)
          Open it in a browser (once): \(addresses.serverUrl)/login/\(authenticator.newLink())
          """)
        ProcessMemory.releaseProgram()
      },
      logger: logger)
    let group = ServiceGroup(
      configuration: ServiceGroupConfiguration(
        services: services.all + [application], gracefulShutdownSignals: [.sigterm, .sigint],
        logger: logger))
    do {
      try await group.run()
      try await services.ledger.close()
    } catch let error as IOError where error.errnoCode == EADDRINUSE {
      await gateway.stopOwn()
      throw ServerError(
        .addressInUse, "Another program listens on \(options.listen) already.",
        hint: "Choose another port with --listen HOST:PORT; port 0 picks a free one.")
    }
  }
}
