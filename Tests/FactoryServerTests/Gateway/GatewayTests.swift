import API
import AsyncHTTPClient
import Basics
import Glibc
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization
import TestSupport
import Testing

@testable import FactoryServer
@testable import Serving

@Suite(.timeLimit(.minutes(1)))
struct GatewayTests {
  private struct Answer: Codable {
    var replica: String
    var bytes: Int
  }

  /// A gateway with its folder, for one test.
  private struct Stand: Sendable {
    let folder: TemporaryFolder
    let gateway: RunningGateway
    let client: FactoryClient

    var routesPath: String { folder.path("routes.json") }

    /// Follows the sockets from now on; returns when the gateway does.
    func route(
      _ generation: Int64, _ sockets: [String], nodes: [ReplicaNode]? = nil,
      absence: String? = nil
    ) async throws {
      let endpoint = RoutingFile.Endpoint(
        name: "wine", tokenDigests: [TokenDigest(of: "right").hex], sockets: sockets, nodes: nodes,
        absence: absence)
      try RoutingFile(
        generation: generation, tokenDigests: [TokenDigest(of: "right").hex], endpoints: [endpoint]
      ).write(routesPath)
      while true {
        let health: GatewaySupervisor.Health = try await client.get("/health")
        if health.generation >= generation { return }
      }
    }

    /// Follows replicas on other nodes from now on.
    func route(
      _ generation: Int64, nodes: [FakeReplica], absence: String? = nil, secret: String? = nil
    ) async throws {
      let nodes = nodes.compactMap { replica -> ReplicaNode? in
        guard case .node(var node) = replica.address else { return nil }
        node.secret = secret ?? node.secret
        return node
      }
      try await route(generation, [], nodes: nodes, absence: absence)
    }

    func replica(_ name: String) throws -> FakeReplica {
      try FakeReplica(
        name, socket: folder.path("\(name).socket"), folder: folder.path("predictions/wine"))
    }

    func predict(_ body: String = "{}") async throws -> Answer {
      let bytes = try await client.send(
        "POST", "/endpoints/wine/predict", body: Array(body.utf8)
      ).body
      return try WireCoding.decode(Answer.self, from: bytes)
    }
  }

  private func withStand(_ body: (Stand) async throws -> Void) async throws {
    let folder = try TemporaryFolder()
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let gateway = try await RunningGateway.start(
      on: group.next(), routesPath: folder.path("routes.json"),
      listen: ListenAddress(host: "127.0.0.1", port: 0), logger: Logger(label: "test"))
    let client = FactoryClient(url: gateway.address.url, token: "right", timeoutSeconds: 20)
    try await body(Stand(folder: folder, gateway: gateway, client: client))
    try await gateway.stop()
    try await group.shutdownGracefully()
  }

  @Test func `an endpoint is known as soon as its route is written`() async throws {
    try await withStand { stand in
      let replica = try stand.replica("a")
      _ = try await stand.client.send("GET", "/health")
      let endpoint = RoutingFile.Endpoint(
        name: "wine", tokenDigests: [TokenDigest(of: "right").hex], sockets: [replica.socket])
      try RoutingFile(generation: 1, endpoints: [endpoint]).write(stand.routesPath)
      #expect(try await stand.predict().replica == "a")
      try await replica.stop()
    }
  }

  @Test func `a request reaches the replica and its answer comes back`() async throws {
    try await withStand { stand in
      let replica = try stand.replica("a")
      try await stand.route(1, [replica.socket])
      #expect(try await stand.predict("{\"x\":1}").bytes == 7)
      let wrong = FactoryClient(url: stand.client.url, token: "wrong")
      await #expect(throws: APIError.self) {
        try await wrong.send("POST", "/endpoints/wine/predict", body: [])
      }
      try await replica.stop()
    }
  }

  @Test func `who has the token is told which endpoint is missing, others nothing`() async throws {
    try await withStand { stand in
      try await stand.route(1, [])
      for (token, status) in [("right", 404), ("wrong", 401)] {
        let client = FactoryClient(url: stand.client.url, token: token)
        let error = await #expect(throws: APIError.self) {
          try await client.send("POST", "/endpoints/beer/predict", body: [])
        }
        #expect(error?.status == status)
      }
    }
  }

  @Test(
    arguments: [
      ("127.0.0.1:1", nil, 200), ("localhost", nil, 200), ("evil.example", nil, 403),
      ("127.0.0.1.evil.example:80", nil, 403), ("localhost:80", "http://localhost:80", 200),
      ("localhost:80", "https://evil.example", 403),
    ] as [(String, String?, Int)])
  func `other names and other sites' pages are refused`(
    host: String, origin: String?, expected: Int
  ) async throws {
    try await withStand { stand in
      var request = HTTPClientRequest(url: stand.client.url + "/health")
      request.headers.add(name: "Host", value: host)
      if let origin { request.headers.add(name: "Origin", value: origin) }
      let answer = try await LocalHTTP.client.execute(request, timeout: .seconds(10))
      #expect(answer.status.code == UInt(expected))
    }
  }

  @Test func `without a replica the answer is 503`() async throws {
    try await withStand { stand in
      try await stand.route(1, [])
      let error = await #expect(throws: APIError.self) { try await stand.predict() }
      #expect(error?.status == 503)
      #expect(error?.code.rawValue == "replica_unavailable")
    }
  }

  /// What the callers of an exchange share.
  private final class Exchange: Sendable {
    let isOver = Mutex(false)
    let seen = Mutex<Set<String>>([])
  }

  @Test func `no request fails while replicas are exchanged under load`() async throws {
    try await withStand { stand in
      var current = try stand.replica("r0")
      try await stand.route(1, [current.socket])
      let exchange = Exchange()
      try await withThrowingTaskGroup(of: Int.self) { group in
        for _ in 0..<8 {
          group.addTask {
            var count = 0
            while !exchange.isOver.withLock({ $0 }) {
              let answer = try await stand.predict("{\"value\":\(count)}")
              exchange.seen.withLock { _ = $0.insert(answer.replica) }
              count += 1
            }
            return count
          }
        }
        for round in 1...3 {
          let next = try stand.replica("r\(round)")
          try await stand.route(Int64(round) + 1, [next.socket])
          try await current.stop()
          current = next
          _ = try await stand.predict()
        }
        exchange.isOver.withLock { $0 = true }
        var total = 0
        for try await count in group { total += count }
        #expect(total > 0)
      }
      #expect(exchange.seen.withLock { $0 }.contains("r3"))
      try await current.stop()
    }
  }

  @Test func `requests wait for a replica that is being started again`() async throws {
    try await withStand { stand in
      let socket = stand.folder.path("late.socket")
      try await stand.route(1, [socket])
      async let answer = stand.predict()
      let replica = try FakeReplica(
        "late", socket: socket, folder: stand.folder.path("predictions/wine"))
      #expect(try await answer.replica == "late")
      try await replica.stop()
    }
  }

  // MARK: Other nodes

  @Test func `a replica on another node answers who says its secret`() async throws {
    try await withStand { stand in
      let folder = stand.folder.path("predictions/wine")
      let replica = try FakeReplica("far", secret: "sesame", folder: folder)
      try await stand.route(1, nodes: [replica])
      #expect(try await stand.predict("{\"x\":1}").bytes == 7)
      #expect(await ReplicaProbe.answers(at: replica.address))
      try await replica.stop()
    }
  }

  @Test(arguments: ["sesam", "sesame.", "Sesame", ""])
  func `a replica on another node answers nobody else`(secret: String) async throws {
    try await withStand { stand in
      let replica = try FakeReplica(
        "far", secret: "sesame", folder: stand.folder.path("predictions/wine"))
      guard case .node(var node) = replica.address else { return }
      node.secret = secret
      #expect(await !ReplicaProbe.answers(at: .node(node)))
      try await stand.route(1, nodes: [replica], absence: "It waits.", secret: secret)
      let error = await #expect(throws: APIError.self) { try await stand.predict() }
      #expect(error?.status == 503)
      try await replica.stop()
    }
  }

  @Test func `a connection that says too much before the secret is ended`() async throws {
    let folder = try TemporaryFolder()
    let replica = try FakeReplica("far", secret: "sesame", folder: folder.path("predictions"))
    let descriptor = try ReplicaSocket.connect(to: replica.address, patience: 10)
    defer { close(descriptor) }
    var header: [UInt8] = []
    FrameHeader(payloadBytes: 100_000_000, id: 1, code: FrameQuestion.secret.rawValue)
      .write(to: &header)
    #expect(send(descriptor, header, header.count, Int32(MSG_NOSIGNAL)) == header.count)
    var byte: UInt8 = 0
    #expect(recv(descriptor, &byte, 1, 0) == 0)
    // Who says nothing has to go where there are many of them; who has said it stays.
    let known = try ReplicaSocket.connect(to: replica.address, patience: 10)
    defer { close(known) }
    var words: [UInt8] = []
    Frame(saying: "sesame").write(to: &words)
    Frame(id: 7, code: FrameQuestion.health.rawValue, payload: []).write(to: &words)
    #expect(send(known, words, words.count, Int32(MSG_NOSIGNAL)) == words.count)
    #expect(recv(known, &byte, 1, Int32(MSG_PEEK)) == 1)
    let silent = try (0..<40).map { _ in
      try ReplicaSocket.connect(to: replica.address, patience: 10)
    }
    defer { for descriptor in silent { close(descriptor) } }
    #expect(recv(silent[0], &byte, 1, 0) == 0)
    #expect(await ReplicaProbe.answers(at: replica.address))
    #expect(recv(known, &byte, 1, Int32(MSG_PEEK)) == 1)
    try await replica.stop()
  }

  @Test func `requests go to the next replica before the one before it ends`() async throws {
    try await withStand { stand in
      let folder = stand.folder.path("predictions/wine")
      let first = try FakeReplica("first", secret: "one", folder: folder)
      let second = try FakeReplica("second", secret: "two", folder: folder)
      try await stand.route(1, nodes: [first])
      #expect(try await stand.predict().replica == "first")
      try await stand.route(2, nodes: [second])
      try await first.stop()
      #expect(try await stand.predict().replica == "second")
      try await second.stop()
    }
  }

  @Test func `an answer without a replica says why there is none`() async throws {
    try await withStand { stand in
      try await stand.route(1, nodes: [], absence: "It waits in the queue: Resources.")
      let error = await #expect(throws: APIError.self) { try await stand.predict() }
      #expect(error?.status == 503)
      #expect(
        error?.message
          == "No replica of this endpoint answers now. It waits in the queue: Resources.")
    }
  }
}
