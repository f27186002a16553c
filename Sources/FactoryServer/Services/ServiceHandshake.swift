import Compute
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix

/// Asks a service whether it turns a request into a WebSocket.
enum ServiceHandshake {
  /// Most bytes of an answer's head.
  private static let mostBytes = 64 << 10
  /// How long a service may take for it.
  private static let longest = TimeAmount.seconds(30)

  /// A service that agreed.
  struct Agreement: Sendable {
    /// The connection to it, from which nothing is read by itself yet.
    var channel: any Channel
    /// Its answer to the request, with what came right behind it.
    var answer: ByteBuffer
  }

  /// A service that did not.
  struct Refusal: Error {}

  /// Sends the request over a connection of its own, on the same event loop; fails where the answer is anything but 101.
  static func ask(
    _ offer: ServiceUpgrades.Offer, on loop: any EventLoop
  ) -> EventLoopFuture<Agreement> {
    let promise = loop.makePromise(of: ByteBuffer.self)
    let bootstrap = ClientBootstrap(group: loop)
      .connectTimeout(.seconds(5))
      .channelOption(.autoRead, value: false)
      .channelOption(.allowRemoteHalfClosure, value: true)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(Reader(offer.head, promise))
        }
      }
    let connected =
      switch offer.call.way {
      case .tcp(let host, let port): bootstrap.connect(host: host, port: port)
      case .socket(let path): bootstrap.connect(unixDomainSocketPath: path)
      }
    connected.cascadeFailure(to: promise)
    return connected.and(promise.futureResult).map { Agreement(channel: $0, answer: $1) }
  }

  /// Sends the request and reads the answer up to the end of its head.
  private final class Reader: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let head: String
    private var promise: EventLoopPromise<ByteBuffer>?
    private var answer = ByteBuffer()
    private var deadline: Scheduled<Void>?

    init(_ head: String, _ promise: EventLoopPromise<ByteBuffer>) {
      self.head = head
      self.promise = promise
    }

    func channelActive(context: ChannelHandlerContext) {
      let channel = context.channel
      deadline = context.eventLoop.scheduleTask(in: ServiceHandshake.longest) {
        channel.close(promise: nil)
      }
      context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: head)), promise: nil)
      context.read()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      guard promise != nil else { return context.fireChannelRead(data) }
      var part = unwrapInboundIn(data)
      answer.writeBuffer(&part)
      let bytes = Data(answer.readableBytesView)
      if bytes.range(of: Data("\r\n\r\n".utf8)) != nil {
        end(bytes.starts(with: Data("HTTP/1.1 101 ".utf8)), context)
      } else if bytes.count > ServiceHandshake.mostBytes {
        end(false, context)
      }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
      if promise == nil { context.fireChannelReadComplete() } else { context.read() }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
      if let event = event as? ChannelEvent, event == .inputClosed { end(false, context) }
      context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
      end(false, context)
      context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
      context.close(promise: nil)
    }

    private func end(_ isAgreed: Bool, _ context: ChannelHandlerContext) {
      guard let promise = promise.take() else { return }
      deadline?.cancel()
      if isAgreed {
        promise.succeed(answer)
      } else {
        promise.fail(Refusal())
        context.close(promise: nil)
      }
    }
  }
}
