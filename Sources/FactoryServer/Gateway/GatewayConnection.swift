import NIOCore
import NIOHTTP1
import Serving

/// One HTTP connection to the gateway.
///
/// Answers may become ready in any order; they leave in the order of the requests. A whole answer is
/// one buffer, so that it leaves in one write.
final class GatewayConnection: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = ByteBuffer

  /// Most bytes of one request's body.
  static let bodyLimit = 64 << 20
  /// Most unanswered requests of one connection.
  private static let pipelineLimit = 1_024

  private struct Slot {
    var keepAlive: Bool
    var answer: GatewayAnswer?
  }

  private let core: GatewayCore
  private var context: ChannelHandlerContext?
  private var head: HTTPRequestHead?
  private var body = ByteBuffer()
  private var isTooLarge = false
  private var slots = CircularBuffer<Slot>()
  private var firstSlot = 0
  private var isClosing = false
  private var isReading = false
  private var needsFlush = false
  /// The last name that was right.
  private var checkedHost: String?
  /// The last header whose token was right, and for which routes.
  private var checked: (header: String, endpoint: String, generation: Int64)?

  init(core: GatewayCore) { self.core = core }

  func handlerAdded(context: ChannelHandlerContext) { self.context = context }

  func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

  func channelActive(context: ChannelHandlerContext) { core.connected(self) }

  func channelInactive(context: ChannelHandlerContext) {
    self.context = nil
    core.disconnected(self)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    isReading = true
    switch unwrapInboundIn(data) {
    case .head(let head):
      self.head = head
      isTooLarge = false
      if head.headers.contains(name: "expect") {
        context.writeAndFlush(
          wrapOutboundOut(ByteBuffer(string: "HTTP/1.1 100 Continue\r\n\r\n")), promise: nil)
      }
    case .body(var part):
      guard body.readableBytes + part.readableBytes <= Self.bodyLimit else {
        isTooLarge = true
        body = ByteBuffer()
        return
      }
      if body.readableBytes == 0 { body = part } else { body.writeBuffer(&part) }
    case .end:
      guard let head else { return }
      let body = body
      self.head = nil
      self.body = ByteBuffer()
      answer(head, body)
    }
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    isReading = false
    if needsFlush {
      needsFlush = false
      context.flush()
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    guard error is HTTPParserError else {
      context.close(promise: nil)
      return
    }
    slots.append(Slot(keepAlive: false, answer: GatewayFailure.badRequest.answer))
    send()
  }

  /// Takes no more requests; closes when the last is answered.
  func drain() {
    isClosing = true
    if slots.isEmpty { context?.close(promise: nil) }
  }

  /// Fills in the answer of a request.
  func complete(_ slot: Int, _ answer: GatewayAnswer) {
    let index = slot - firstSlot
    guard context != nil, index >= 0, index < slots.count else { return }
    slots[slots.index(slots.startIndex, offsetBy: index)].answer = answer
    if index == 0 { send() }
  }

  private func answer(_ head: HTTPRequestHead, _ body: ByteBuffer) {
    guard slots.count < Self.pipelineLimit else {
      context?.close(promise: nil)
      return
    }
    let slot = firstSlot + slots.count
    slots.append(Slot(keepAlive: head.isKeepAlive && !isClosing, answer: nil))
    if let refusal = refusal(of: head) { return complete(slot, refusal.answer) }
    guard !isTooLarge else { return complete(slot, GatewayFailure.bodyTooLarge.answer) }
    switch GatewayPath(head.uri) {
    case .health:
      complete(slot, GatewayAnswer(status: 200, payload: core.health()))
    case .unknown:
      complete(slot, GatewayFailure.notFound(head.uri).answer)
    case .endpoint(let name, let question):
      guard question == .health || head.method == .POST else {
        return complete(slot, GatewayFailure.methodNotAllowed.answer)
      }
      guard let endpoint = core.endpoint(name) else {
        // Without a token, names are not told apart.
        let failure: GatewayFailure =
          core.knows(head.headers) ? .notFound(head.uri) : .unauthorized
        return complete(slot, failure.answer)
      }
      guard allows(head.headers, endpoint) else {
        return complete(slot, GatewayFailure.unauthorized.answer)
      }
      core.ask(
        endpoint,
        GatewayCall(
          question: question, body: body, deadline: core.deadline(), connection: self, slot: slot))
    }
  }

  /// Why a request is not answered that was sent to another name, or by another site's page.
  private func refusal(of head: HTTPRequestHead) -> GatewayFailure? {
    let host = head.headers.first(name: "host")
    if host == nil || host != checkedHost {
      guard core.hosts.allows(host: host) else { return .forbiddenHost(host ?? "") }
      checkedHost = host
    }
    guard let origin = head.headers.first(name: "origin") else { return nil }
    return core.hosts.allows(origin: origin, host: host) ? nil : .forbiddenOrigin
  }

  private func allows(_ headers: HTTPHeaders, _ endpoint: GatewayEndpoint) -> Bool {
    if core.isOpen { return true }
    guard let header = headers.first(name: "authorization") else { return false }
    if let checked, checked.header == header, checked.endpoint == endpoint.name,
      checked.generation == core.generation
    {
      return true
    }
    guard endpoint.allows(header) else { return false }
    checked = (header, endpoint.name, core.generation)
    return true
  }

  /// Sends the answers that are next in order.
  private func send() {
    guard let context else { return }
    var buffer: ByteBuffer?
    var closes = false
    while !closes, let slot = slots.first, let answer = slot.answer {
      slots.removeFirst()
      firstSlot += 1
      var target =
        buffer
        ?? context.channel.allocator.buffer(
          capacity: answer.payload.readableBytes + 128)
      answer.write(to: &target, keepAlive: slot.keepAlive)
      buffer = target
      closes = !slot.keepAlive
    }
    guard let buffer else { return }
    if closes || (isClosing && slots.isEmpty) {
      context.writeAndFlush(wrapOutboundOut(buffer)).assumeIsolated().whenComplete { _ in
        context.close(promise: nil)
      }
    } else if isReading {
      needsFlush = true
      context.write(wrapOutboundOut(buffer), promise: nil)
    } else {
      context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
    }
  }
}

/// What a request's path asks for.
enum GatewayPath: Equatable {
  case health
  case endpoint(String, FrameQuestion)
  case unknown

  /// Reads the path of a URI: `/endpoints/NAME/predict`, `…/invocations`, `/endpoints/NAME`, `/health`.
  init(_ uri: String) {
    let path = uri.utf8.prefix { $0 != UInt8(ascii: "?") }
    if path.elementsEqual("/health".utf8) || path.elementsEqual("/ready".utf8) {
      self = .health
      return
    }
    let prefix = "/endpoints/".utf8
    guard path.starts(with: prefix) else {
      self = .unknown
      return
    }
    let rest = path.dropFirst(prefix.count)
    let name = rest.prefix { $0 != UInt8(ascii: "/") }
    let verb = rest.dropFirst(name.count)
    guard !name.isEmpty else {
      self = .unknown
      return
    }
    if verb.elementsEqual("/predict".utf8) {
      self = .endpoint(String(Substring(name)), .predict)
    } else if verb.elementsEqual("/invocations".utf8) {
      self = .endpoint(String(Substring(name)), .invocations)
    } else if verb.isEmpty || verb.elementsEqual("/health".utf8) {
      self = .endpoint(String(Substring(name)), .health)
    } else {
      self = .unknown
    }
  }
}
