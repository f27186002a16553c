import API
import Basics
import Glibc
import Logging
import Serving
import ServiceLifecycle

/// Keeps the gateway's process alive; it does not end with the server.
///
/// A gateway that runs already, started by an earlier server of this home, is taken over.
actor GatewaySupervisor: Service {
  private let home: FactoryHome
  private let executable: String
  private let version: String
  private let allowedHosts: [String]
  /// Whether any port will do where the one that it had is taken.
  private let mayMove: Bool
  private let addresses: FactoryAddresses
  private let logger: Logger
  /// Where it listens; the port is known once it runs.
  private var listen: ListenAddress
  private var process: GatewayFile?
  /// The process that this server started, to be reaped.
  private var child: pid_t?
  /// Starts in a row that came to nothing.
  private var failures = 0
  /// Looks to let pass before the next start.
  private var pause = 0
  private var isStopped = false

  init(options: ServeOptions, addresses: FactoryAddresses, logger: Logger) {
    home = options.home
    executable = options.executable
    version = options.version
    allowedHosts = options.allowedHosts
    mayMove = options.takesAnyPort || options.gateway.port == 0
    listen = options.gateway
    self.addresses = addresses
    self.logger = logger
  }

  /// Takes a running gateway over, or starts one, and returns its address.
  ///
  /// - Throws: `gateway_unavailable` when it does not listen within some seconds.
  func start() async throws -> String {
    for _ in 0..<500 {
      if let running = try GatewayFile.running(home) {
        if suits(running) { return follow(running) }
        await end(running)
      }
      reap()
      // One that an earlier server had just started says soon where it listens.
      if child == nil, !GatewayFile.isOneThere(home) {
        guard failures < 2 else { break }
        try spawn()
      }
      try await Task.sleep(for: .milliseconds(10))
    }
    throw ServingError(
      .gatewayUnavailable, "The gateway does not listen on \(listen).",
      hint: "\(logPath) says why; --gateway HOST:PORT chooses another address.")
  }

  /// Starts the gateway again whenever it has ended.
  func run() async throws {
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        // Canceled while it sleeps: then the loop ends.
        try? await Task.sleep(for: .milliseconds(250))
        await self.look()
      }
    }
  }

  /// Whether the gateway's process is there and has said where it listens.
  var isUp: Bool { process.map { Self.lives($0) } ?? false }

  /// The address of the gateway that runs.
  ///
  /// - Throws: `gateway_unavailable` while none does: another program may have its port by now.
  func liveUrl() throws -> String {
    guard let process, Self.lives(process) else {
      throw ServingError(
        .gatewayUnavailable, "The gateway does not run.",
        hint: "It is started again within a second.")
    }
    return process.url
  }

  /// What a gateway says of itself.
  struct Health: Decodable, Sendable {
    /// Which routing file it follows.
    var generation: Int64
    /// Requests handed to replicas since its start.
    var requests: Int64
    /// Its process.
    var pid: Int32
  }

  /// What the gateway says of itself; nil when none answers.
  func health() async -> Health? {
    guard let process else { return nil }
    // No answer is an answer here.
    let health: Health? = try? await FactoryClient(
      url: process.url, token: nil, timeoutSeconds: 2
    ).get("/health")
    // Where ours has just died, another factory's may listen by now.
    return health?.pid == process.pid ? health : nil
  }

  /// Ends the gateway and starts none any more.
  func stop() async {
    isStopped = true
    // One that was started a moment ago has not said yet where it listens.
    for _ in 0..<200 where child != nil && process == nil {
      reap()
      process = try? GatewayFile.running(home)  // What cannot be read names none.
      // Canceled: look again at once, the count bounds it.
      try? await Task.sleep(for: .milliseconds(10))
    }
    if let running = process { await end(running) }
    if let child { kill(child, SIGKILL) }
    reap()
    process = nil
  }

  /// Ends the gateway if this server started it.
  func stopOwn() async {
    if child != nil { await stop() }
  }

  private var logPath: String { home.gatewayPath + "/gateway.log" }

  private static func lives(_ file: GatewayFile) -> Bool {
    ProcessIdentity(pid: file.pid)?.startTicks == file.startTicks
  }

  private func suits(_ running: GatewayFile) -> Bool {
    running.version == version && (mayMove || running.url == listen.url)
  }

  private func look() {
    guard !isStopped else { return }
    if let process, Self.lives(process) { return }
    reap()
    do {
      if let running = try GatewayFile.running(home) {
        _ = follow(running)
        return
      }
      process = nil
      guard child == nil, !GatewayFile.isOneThere(home) else { return }
      guard pause == 0 else { return pause -= 1 }
      // At once the first time, then later and later: up to half a minute.
      pause = min(120, 4 * failures)
      logger.warning("the gateway has ended and is started again")
      try spawn()
    } catch {
      logger.error("the gateway cannot be started", metadata: ["error": "\(error)"])
    }
  }

  /// Takes over what has said that it listens.
  private func follow(_ running: GatewayFile) -> String {
    process = running
    (failures, pause) = (0, 0)
    // The next one listens where this one does, so that callers find it.
    if let port = running.url.split(separator: ":").last.flatMap({ Int($0) }) { listen.port = port }
    addresses.gatewayListens(at: running.url)
    return running.url
  }

  private func spawn() throws {
    if mayMove, failures > 0 || !listen.isFree { listen.port = 0 }
    failures += 1
    try FileTree.createFolder(home.gatewayPath)
    let arguments =
      ["gateway", "--home", home.path, "--listen", "\(listen)"]
      + allowedHosts.flatMap { ["--allow-host", $0] }
    child = try DetachedProgram.start(executable, arguments, log: logPath)
  }

  private func reap() {
    if let ended = child, DetachedProgram.hasEnded(ended) { child = nil }
  }

  private func end(_ running: GatewayFile) async {
    kill(running.pid, SIGTERM)
    for _ in 0..<500 {
      reap()
      guard Self.lives(running) else { return }
      // Canceled: look again at once, the count bounds it.
      try? await Task.sleep(for: .milliseconds(10))
    }
    kill(running.pid, SIGKILL)
  }
}
