import Glibc
import Logging
import NIOCore
import NIOHTTP1
import Serving

/// The gateway's state, which is the endpoints of the routing file; it stays on one event loop.
final class GatewayCore {
  private(set) var endpoints: [String: GatewayEndpoint] = [:]
  private(set) var generation: Int64 = 0
  private(set) var isOpen = false
  /// Tokens that may know which endpoints there are.
  private var callers: [TokenDigest] = []
  /// The names that this gateway answers to.
  let hosts: HostRules
  /// Requests that were handed to a replica since the start.
  private(set) var requestCount: UInt64 = 0

  private let eventLoop: any EventLoop
  private let routesPath: String
  private let logger: Logger
  private let timeLimit: TimeAmount
  private var routesIdentity: RoutesIdentity?
  private var connections: [ObjectIdentifier: GatewayConnection] = [:]

  init(
    eventLoop: any EventLoop, routesPath: String, hosts: HostRules = HostRules(), logger: Logger,
    timeLimit: TimeAmount = .seconds(60)
  ) {
    self.eventLoop = eventLoop
    self.routesPath = routesPath
    self.hosts = hosts
    self.logger = logger
    self.timeLimit = timeLimit
  }

  /// Follows the routing file from now on.
  func start() {
    reload()
    let now = NIODeadline.now()
    for endpoint in endpoints.values { endpoint.expire(now) }
    eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(200)) { self.start() }
  }

  /// Hands a request to a replica.
  func ask(_ endpoint: GatewayEndpoint, _ call: GatewayCall) {
    requestCount += 1
    endpoint.ask(call)
  }

  /// When a request that starts now is given up.
  func deadline() -> NIODeadline { .now() + timeLimit }

  /// The endpoint of that name, as the routing file has it now where it is not known yet.
  func endpoint(_ name: String) -> GatewayEndpoint? {
    if let endpoint = endpoints[name] { return endpoint }
    reload()
    return endpoints[name]
  }

  /// The body of `/health`; whoever asks learns of the routing file that there is now.
  func health() -> ByteBuffer {
    reload()
    return ByteBuffer(
      string: "{\"status\":\"ok\",\"generation\":\(generation),\"requests\":\(requestCount),"
        + "\"pid\":\(getpid())}")
  }

  /// Whether the token may know which endpoints there are, or may call one of them.
  func knows(_ headers: HTTPHeaders) -> Bool {
    if isOpen { return true }
    guard let header = headers.first(name: "authorization") else { return false }
    return TokenDigest.holds(header, oneOf: callers)
      || endpoints.values.contains { $0.allows(header) }
  }

  func connected(_ connection: GatewayConnection) {
    connections[ObjectIdentifier(connection)] = connection
  }

  func disconnected(_ connection: GatewayConnection) {
    connections[ObjectIdentifier(connection)] = nil
  }

  var isIdle: Bool { connections.isEmpty }

  /// Lets every connection answer what it has and close.
  func drain() {
    for connection in connections.values { connection.drain() }
  }

  /// Takes over a new routing file if there is one; a bad one is reported and the old one holds.
  func reload() {
    let identity = RoutesIdentity(path: routesPath)
    guard identity != routesIdentity else { return }
    routesIdentity = identity
    do {
      if let routes = try RoutingFile.read(routesPath) { apply(routes) }
    } catch {
      logger.error("the routing file cannot be read", metadata: ["error": "\(error)"])
    }
  }

  /// Follows `routes`: new replicas are connected, missing ones drain.
  func apply(_ routes: RoutingFile) {
    let wanted = Dictionary(
      routes.endpoints.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    for (name, endpoint) in endpoints where wanted[name] == nil {
      endpoints[name] = nil
      endpoint.close()
    }
    for (name, route) in wanted {
      let endpoint = endpoints[name] ?? GatewayEndpoint(name: name, digests: [])
      endpoints[name] = endpoint
      endpoint.digests = route.tokenDigests.compactMap { TokenDigest(hex: $0) }
      endpoint.absence = route.absence
      let known = Set(endpoint.links.map(\.address))
      let wanted = route.addresses
      for address in wanted where !known.contains(address) {
        let link = ReplicaLink(address: address, eventLoop: eventLoop, endpoint: endpoint)
        endpoint.add(link)
        link.connect()
      }
      for address in known where !wanted.contains(address) { endpoint.remove(address) }
    }
    isOpen = routes.isOpen
    callers = (routes.tokenDigests ?? []).compactMap { TokenDigest(hex: $0) }
    generation = routes.generation
    logger.info("routes", metadata: ["generation": "\(generation)"])
  }
}
