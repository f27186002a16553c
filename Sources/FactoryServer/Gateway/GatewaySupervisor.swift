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
  private let takesAnyPort: Bool
  private let logger: Logger
  /// Where it listens; the port is known once it runs.
  private var listen: ListenAddress
  private var process: GatewayFile?
  /// The process that this server started, to be reaped.
  private var child: pid_t?
  private var failures: Int64 = 0
  private var isStopped = false

  init(options: ServeOptions, logger: Logger) {
    home = options.home
    executable = options.executable
    version = options.version
    listen = options.gateway
    takesAnyPort = options.takesAnyPort
    self.logger = logger
  }

  /// Takes a running gateway over, or starts one, and returns its address.
  ///
  /// - Throws: `gateway_unavailable` when it does not listen within some seconds.
  func start() async throws -> String {
    if let running = try GatewayFile.running(home) {
      if suits(running) {
        process = running
        return running.url
      }
      await end(running)
    }
    if takesAnyPort, !listen.isFree { listen.port = 0 }
    try spawn()
    for _ in 0..<500 {
      if let url = try adopted() { return url }
      if let child, DetachedProgram.hasEnded(child) { break }
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

  /// The address of the gateway that runs, and of the next one.
  var url: String { process?.url ?? listen.url }

  /// What a gateway says of itself.
  struct Health: Decodable, Sendable {
    /// Which routing file it follows.
    var generation: Int64
    /// Requests handed to replicas since its start.
    var requests: Int64
  }

  /// What the gateway says of itself; nil when none answers.
  func health() async -> Health? {
    guard let process else { return nil }
    // No answer is an answer here.
    return try? await FactoryClient(url: process.url, token: nil, timeoutSeconds: 2)
      .get("/health")
  }

  /// Ends the gateway and starts none any more.
  func stop() async {
    isStopped = true
    if let running = process { await end(running) }
    process = nil
  }

  /// Ends the gateway if this server started it.
  func stopOwn() async {
    if child != nil { await stop() }
  }

  private var logPath: String { home.gatewayPath + "/gateway.log" }

  private func suits(_ running: GatewayFile) -> Bool {
    running.version == version
      && (listen.port == 0 || takesAnyPort || running.url == listen.url)
  }

  private func look() {
    guard !isStopped else { return }
    if let process,
      ProcessIdentity(pid: process.pid)?.startTicks == process.startTicks
    {
      return
    }
    if let child, DetachedProgram.hasEnded(child) { self.child = nil }
    do {
      if try adopted() != nil {
        failures = 0
        return
      }
      process = nil
      guard child == nil else { return }
      failures += 1
      logger.warning(
        "the gateway has ended and is started again", metadata: ["times": "\(failures)"])
      try spawn()
    } catch {
      logger.error("the gateway cannot be started", metadata: ["error": "\(error)"])
    }
  }

  /// Takes over what has said that it listens.
  private func adopted() throws -> String? {
    guard let running = try GatewayFile.running(home) else { return nil }
    process = running
    // The next one listens where this one does, so that callers find it.
    if let port = running.url.split(separator: ":").last.flatMap({ Int($0) }) { listen.port = port }
    return running.url
  }

  private func spawn() throws {
    try FileTree.createFolder(home.gatewayPath)
    let arguments = [
      "gateway", "--home", home.path, "--listen", "\(listen)",
    ]
    child = try DetachedProgram.start(executable, arguments, log: logPath)
  }

  private func end(_ running: GatewayFile) async {
    kill(running.pid, SIGTERM)
    for _ in 0..<500 {
      if let child { _ = DetachedProgram.hasEnded(child) }
      guard ProcessIdentity(pid: running.pid)?.startTicks == running.startTicks else { return }
      // Canceled: look again at once, the count bounds it.
      try? await Task.sleep(for: .milliseconds(10))
    }
    kill(running.pid, SIGKILL)
  }
}
