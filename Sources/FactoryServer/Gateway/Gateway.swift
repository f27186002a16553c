public import Basics
import Glibc
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import Serving
import ServiceLifecycle
import UnixSignals

/// The data plane: a process of its own that answers predictions.
public enum Gateway {
  /// Answers until a signal ends it or its home is removed; what is being answered is answered first.
  ///
  /// - Parameters:
  ///   - home: whose endpoints it answers for; each has one gateway.
  ///   - listen: its address; port 0 picks a free one.
  ///   - allowedHosts: names by which people reach it, beside this machine's own.
  ///   - version: of the program, for the server that finds it.
  /// - Throws: `address_in_use`, or `gateway_unavailable` where the home has a gateway already.
  public static func run(
    home: FactoryHome, listen: ListenAddress, allowedHosts: [String] = [], version: String
  ) async throws {
    ProcessSignals.prepare()
    ProcessMemory.prepare()
    guard let claim = try GatewayFile.claim(home) else {
      throw ServingError(.gatewayUnavailable, "\(home.path) has a gateway already.")
    }
    defer { withExtendedLifetime(claim) {} }
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let logger = Logger(label: "gateway")
    let running = try await RunningGateway.start(
      on: group.next(), routesPath: RoutingFile.path(in: home), listen: listen,
      hosts: HostRules(allowing: allowedHosts + [listen.host]), logger: logger)
    let process = ProcessIdentity.current
    try GatewayFile(
      url: running.address.url, pid: process.pid, startTicks: process.startTicks,
      version: version
    ).write(home)
    ProcessMemory.releaseProgram()
    let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
    await withTaskGroup(of: Void.self) { waits in
      waits.addTask { for await _ in signals { break } }
      waits.addTask { await waitUntilGone(home.path) }
      await waits.next()
      waits.cancelAll()
    }
    try await running.stop()
    try await group.shutdownGracefully()
  }

  /// Returns when there is nothing at the path, or when the task is canceled: nobody else ends the
  /// gateway of a home that was removed while no server ran.
  private static func waitUntilGone(_ path: String) async {
    while FileTree.exists(path), !Task.isCancelled {
      // Canceled: a signal was there first.
      try? await Task.sleep(for: .seconds(2))
    }
  }
}

/// A gateway that listens.
struct RunningGateway: Sendable {
  let address: ListenAddress
  private let channel: any Channel
  private let core: NIOLoopBound<GatewayCore>

  /// Listens at `listen` and follows the routing file.
  static func start(
    on eventLoop: any EventLoop, routesPath: String, listen: ListenAddress,
    hosts: HostRules = HostRules(), logger: Logger
  ) async throws -> RunningGateway {
    let core = try await eventLoop.submit {
      let core = GatewayCore(
        eventLoop: eventLoop, routesPath: routesPath, hosts: hosts, logger: logger)
      core.start()
      return NIOLoopBound(core, eventLoop: eventLoop)
    }.get()
    do {
      let mostConnections = OpenFiles.connectionsAfterRaising()
      let channel = try await ServerBootstrap(group: eventLoop)
        .serverChannelInitializer { channel in
          channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandler(
              AvailableConnectionsChannelHandler(maxConnections: mostConnections))
          }
        }
        .serverChannelOption(.backlog, value: 4_096)
        .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
        .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
        // One read for each time that the system says there is something: most requests fit.
        .childChannelOption(.maxMessagesPerRead, value: 1)
        .childChannelInitializer { channel in
          channel.eventLoop.makeCompletedFuture {
            let pipeline = channel.pipeline.syncOperations
            try pipeline.addHandler(
              ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes)))
            try pipeline.addHandler(GatewayConnection(core: core.value))
          }
        }
        .bind(host: listen.host, port: listen.port).get()
      let port = channel.localAddress?.port ?? listen.port
      return RunningGateway(
        address: ListenAddress(host: listen.host, port: port), channel: channel, core: core)
    } catch let error as IOError where error.errnoCode == EADDRINUSE {
      throw ServerError(
        .addressInUse, "Another program listens on \(listen) already.",
        hint: "Choose another port with --gateway HOST:PORT; port 0 picks a free one.")
    }
  }

  /// Listens no more and ends once everything is answered, at most after some seconds.
  func stop() async throws {
    try await channel.close()
    let core = core
    for _ in 0..<60 {
      let isIdle = try await channel.eventLoop.submit {
        core.value.drain()
        return core.value.isIdle
      }.get()
      if isIdle { return }
      try await Task.sleep(for: .milliseconds(50))
    }
  }
}
