import Logging
import MLflowProtocol
import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@testable import FactoryServer

/// Connections that answer some requests themselves.
@Suite struct DirectWriteHandlerTests {
  /// What waits for its commit: its body, and how it is answered.
  private final class Waiting {
    var writes: [(body: String, done: @Sendable (@escaping DirectWrite.Answer) -> Void)] = []

    func answer(_ text: String) { writes.removeFirst().done { ByteBuffer(string: text) } }
  }

  /// Notes what was handed on.
  private final class Next: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart
    var uris: [String] = []
    var bodies = ""
    var events: [String] = []
    private var context: ChannelHandlerContext?

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      switch unwrapInboundIn(data) {
      case .head(let head): uris.append(head.uri)
      case .body(let part): bodies += String(buffer: part)
      case .end: break
      }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
      events.append("\(type(of: event))")
    }

    func answer() {
      let head = HTTPResponseHead(
        version: .http1_1, status: .accepted, headers: ["Content-Length": "0"])
      context?.write(wrapOutboundOut(.head(head)), promise: nil)
      context?.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }
  }

  private let channel = EmbeddedChannel()
  private let next = Next()
  private let waiting = Waiting()

  init() throws {
    let waiting = NIOLoopBound(waiting, eventLoop: channel.eventLoop)
    let write = DirectWrite { body, done in
      waiting.value.writes.append((String(decoding: body, as: UTF8.self), done))
    }
    let writes = DirectWrites(
      ["/write": write], authenticator: Authenticator(token: "right"),
      hosts: HostRules(allowing: []), logger: Logger(label: "test"))
    let pipeline = channel.pipeline.syncOperations
    try pipeline.addHandlers([
      HTTPResponseEncoder(), ByteToMessageHandler(HTTPRequestDecoder()),
    ])
    let encoder = try pipeline.context(handlerType: HTTPResponseEncoder.self)
    try pipeline.addHandlers([DirectWriteHandler(writes, encoder: encoder), next])
    try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
  }

  private func request(
    _ uri: String = "/write", _ body: String = "{}", method: String = "POST",
    version: String = "1.1", without: String? = nil, _ more: String...
  ) -> String {
    let headers =
      [
        "Host: 127.0.0.1:80", "Authorization: Bearer right", "Content-Type: application/json",
        "Content-Length: \(body.utf8.count)",
      ].filter { $0 != without } + more
    return "\(method) \(uri) HTTP/\(version)\r\n" + headers.joined(separator: "\r\n") + "\r\n\r\n"
      + body
  }

  private func send(_ text: String) throws {
    try channel.writeInbound(ByteBuffer(string: text))
    channel.embeddedEventLoop.run()
  }

  /// The status lines and bodies that have left.
  private func answers() throws -> [String] {
    channel.embeddedEventLoop.run()
    var text = ""
    while let buffer = try channel.readOutbound(as: ByteBuffer.self) {
      text += String(buffer: buffer)
    }
    return text.split(separator: "HTTP/1.1 ").map { answer in
      let lines = answer.split(separator: "\r\n", omittingEmptySubsequences: false)
      return lines[0] + ": " + (lines.last ?? "")
    }
  }

  @Test func `a plain write goes no further, and is answered after its commit`() throws {
    let text = request("/write", #"{"a":1}"#)
    try send(String(text.dropLast(3)))
    #expect(waiting.writes.isEmpty)
    try send(String(text.suffix(3)))
    #expect(waiting.writes.map(\.body) == [#"{"a":1}"#])
    #expect(try answers().isEmpty)
    waiting.answer("done")
    #expect(try answers() == ["200 OK: done"])
    #expect(next.uris.isEmpty)
  }

  @Test func `answers leave in the order of the requests`() throws {
    try send(
      request("/write", "1") + request("/write", "2") + request("/other", "3")
        + request("/write", "4"))
    #expect(waiting.writes.map(\.body) == ["1"])
    #expect(next.uris.isEmpty)
    waiting.answer("first")
    #expect(try answers() == ["200 OK: first"])
    #expect(waiting.writes.map(\.body) == ["2"])
    waiting.answer("second")
    #expect(try answers() == ["200 OK: second"])
    // Behind a request that was handed on, a write is handed on too.
    #expect(next.uris == ["/other", "/write"])
    #expect(next.bodies == "34")
    next.answer()
    next.answer()
    try send(request("/write", "5"))
    #expect(waiting.writes.map(\.body) == ["5"])
    waiting.answer("third")
    #expect(try answers() == ["202 Accepted: ", "202 Accepted: ", "200 OK: third"])
  }

  @Test func `nobody ends the connection before the answer`() throws {
    try send(request())
    channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
    channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
    #expect(next.events.isEmpty)
    waiting.answer("done")
    #expect(try answers() == ["200 OK: done"])
    #expect(next.events == ["ChannelShouldQuiesceEvent", "ChannelEvent"])
  }

  @Test func `a client that has gone gets no answer, and nothing waits for it`() throws {
    try send(request() + request())
    channel.pipeline.fireChannelInactive()
    waiting.answer("done")
    #expect(try answers().isEmpty)
    #expect(waiting.writes.isEmpty)
    #expect(next.uris.isEmpty)
  }

  @Test func `only a connection that waits for nothing ends when it is idle`() throws {
    func isOpen(after text: String, _ more: () throws -> Void = {}) throws -> Bool {
      if !text.isEmpty { try send(text) }
      try more()
      channel.pipeline.fireUserInboundEventTriggered(IdleStateHandler.IdleStateEvent.all)
      channel.embeddedEventLoop.run()
      return channel.isActive
    }
    #expect(try isOpen(after: request()))
    waiting.answer("done")
    #expect(try answers() == ["200 OK: done"])
    // Whoever is slow to answer, a stream of events, a WebSocket.
    #expect(try isOpen(after: request("/other")))
    #expect(try isOpen(after: request("/other")) { next.answer() })
    #expect(next.events.isEmpty)
    #expect(try !isOpen(after: "") { next.answer() })
  }

  @Test func `a write whose end never comes does not hold its place`() throws {
    try send(String(request().dropLast(1)))
    channel.pipeline.fireUserInboundEventTriggered(IdleStateHandler.IdleStateEvent.all)
    channel.embeddedEventLoop.run()
    #expect(!channel.isActive)
  }

  @Test func `an error is told in MLflow's words`() throws {
    try send(request())
    waiting.writes.removeFirst().done { throw MLflowFailure(.doesNotExist, "no run") }
    #expect(
      try answers() == [
        #"404 Not Found: {"error_code":"RESOURCE_DOES_NOT_EXIST","message":"no run"}"#
      ])
  }

  @Test func `what is not plain is handed on`() throws {
    let long = String(repeating: " ", count: DirectWrites.bodyLimit + 1)
    for text in [
      request("/write?a=b"), request("/writes"), request(method: "PUT"), request(version: "1.0"),
      request("/write", ""), request("/write", long),
      request("/write", "{}", "Origin: http://127.0.0.1"),
      request("/write", "{}", "Expect: 100-continue"), request("/write", "{}", "Connection: close"),
      request("/write", "{}", "Authorization: Bearer right"),
      request("/write", "{}", "Host: localhost"),
      request("/write", "{}", without: "Host: 127.0.0.1:80", "Host: elsewhere"),
      request("/write", "{}", without: "Authorization: Bearer right"),
      request(
        "/write", "{}", without: "Authorization: Bearer right", "Authorization: Bearer wrong"),
      request(
        "/write", "{}", without: "Content-Type: application/json", "Content-Type: text/plain"),
    ] {
      let one = try DirectWriteHandlerTests()
      try one.send(text)
      #expect(one.waiting.writes.isEmpty, "\(text.prefix(300))")
      #expect(one.next.uris.count == 1, "\(text.prefix(300))")
      _ = try one.channel.finish(acceptAlreadyClosed: true)
    }
    let plain = request(
      "/write", "{}", without: "Content-Type: application/json",
      "CONTENT-TYPE: Application/JSON; charset=utf-8", "connection: Keep-Alive")
    try send(plain)
    #expect(waiting.writes.count == 1)
    waiting.answer("done")
  }

  @Test func `the moment is written as HTTP wants it`() {
    #expect(HTTPDate.text(784_111_777) == "Sun, 06 Nov 1994 08:49:37 GMT")
    #expect(HTTPDate.text(0) == "Thu, 01 Jan 1970 00:00:00 GMT")
  }
}
