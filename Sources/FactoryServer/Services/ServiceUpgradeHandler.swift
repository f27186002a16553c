import Compute
import NIOCore
import NIOHTTP1

/// Opens WebSockets to services on one connection of the server.
///
/// It stands between the decoder of requests and whatever answers them. A request that a service may turn into a
/// WebSocket is held back while the service is asked. Where it agrees, both connections are joined, and
/// this one speaks HTTP no more; else the request goes on without the offer, and its answer says why.
final class ServiceUpgradeHandler: ChannelDuplexHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias InboundOut = HTTPServerRequestPart
  typealias OutboundIn = HTTPServerResponsePart
  typealias OutboundOut = HTTPServerResponsePart

  private let upgrades: ServiceUpgrades
  /// The parts of a request while its service is asked, or while an earlier one has no whole answer.
  private var held: [HTTPServerRequestPart]?
  /// What its service is asked once earlier requests are answered.
  private var waiting: ServiceUpgrades.Offer?
  /// Whether more was to be read meanwhile.
  private var isReadWanted = false
  /// Requests that were handed on and have no whole answer.
  private var openRequests = 0
  /// The decoder reads nothing after a request with an offer, so its answer ends the connection.
  private var isLast = false

  init(_ upgrades: ServiceUpgrades) { self.upgrades = upgrades }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let part = unwrapInboundIn(data)
    guard held == nil else {
      held?.append(part)
      return
    }
    guard case .head(let head) = part else { return context.fireChannelRead(data) }
    guard ServiceUpgrades.isOffered(by: head) else { return handOn(part, context) }
    guard let offer = upgrades.offer(for: head) else {
      isLast = true
      return handOn(part, context)
    }
    held = [part]
    // Nothing can be taken out of the order; and who has all of an answer may be quicker than its end is here.
    if openRequests == 0 { ask(offer, context) } else { waiting = offer }
  }

  private func ask(_ offer: ServiceUpgrades.Offer, _ context: ChannelHandlerContext) {
    ServiceHandshake.ask(offer, on: context.eventLoop).assumeIsolated().whenComplete { result in
      switch result {
      case .success(let agreed): self.join(agreed, offer.call, context)
      case .failure: self.goOn(context)
      }
    }
  }

  func read(context: ChannelHandlerContext) {
    // What comes before the service has answered stays with the system.
    if held == nil { context.read() } else { isReadWanted = true }
  }

  func channelInactive(context: ChannelHandlerContext) {
    held = nil
    waiting = nil
    context.fireChannelInactive()
  }

  func write(
    context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?
  ) {
    var part = unwrapOutboundIn(data)
    switch part {
    case .head(var head):
      if isLast, openRequests == 1 {
        head.headers.replaceOrAdd(name: "Connection", value: "close")
        part = .head(head)
      }
    case .body: break
    case .end: openRequests -= 1
    }
    context.write(wrapOutboundOut(part), promise: promise)
    guard openRequests == 0, let offer = waiting else { return }
    waiting = nil
    ask(offer, context)
  }

  /// Hands a part on; the head of a request with an offer as that of the connection's last request.
  private func handOn(_ part: HTTPServerRequestPart, _ context: ChannelHandlerContext) {
    guard case .head(var head) = part else {
      return context.fireChannelRead(wrapInboundOut(part))
    }
    openRequests += 1
    if isLast { head.headers.replaceOrAdd(name: "Connection", value: "close") }
    context.fireChannelRead(wrapInboundOut(.head(head)))
  }

  /// Hands the request on that no service took up.
  private func goOn(_ context: ChannelHandlerContext) {
    guard let parts = held else { return }
    held = nil
    isLast = true
    for part in parts { handOn(part, context) }
    context.fireChannelReadComplete()
    readOn(context)
  }

  /// Joins both connections; the service's answer is the first thing that goes over them.
  private func join(
    _ agreed: ServiceHandshake.Agreement, _ call: ServiceCall, _ context: ChannelHandlerContext
  ) {
    guard held != nil else { return agreed.channel.close(promise: nil) }
    held = nil
    do {
      let (here, there) = TunnelEnd.pair(keeping: call)
      try agreed.channel.pipeline.syncOperations.addHandler(there)
      try context.pipeline.syncOperations.addHandler(here, position: .first)
      here.send(agreed.answer)
      agreed.channel.setOption(.autoRead, value: true).whenFailure { _ in
        agreed.channel.close(promise: nil)
      }
      readOn(context)
    } catch {
      // One of them has ended meanwhile.
      agreed.channel.close(promise: nil)
      context.close(promise: nil)
    }
  }

  private func readOn(_ context: ChannelHandlerContext) {
    guard isReadWanted else { return }
    isReadWanted = false
    context.read()
  }
}
