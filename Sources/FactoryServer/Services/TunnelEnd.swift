import Compute
import NIOCore

/// One of two joined connections of one event loop: what comes in here goes out there, as fast as it is taken.
final class TunnelEnd: ChannelDuplexHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  /// How long one direction outlives the other.
  private static let rest = TimeAmount.seconds(10)

  private var other: TunnelEnd?
  private var context: ChannelHandlerContext?
  /// Whether reading waits until the other side has taken what it got.
  private var isReadHeld = false
  /// The job counts as busy until the connection ends.
  private var call: ServiceCall?

  /// Both ends.
  static func pair(keeping call: ServiceCall) -> (here: TunnelEnd, there: TunnelEnd) {
    let (here, there) = (TunnelEnd(), TunnelEnd())
    (here.other, there.other) = (there, here)
    here.call = call
    return (here, there)
  }

  /// Sends bytes out at this end.
  func send(_ bytes: ByteBuffer) {
    context?.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
  }

  func handlerAdded(context: ChannelHandlerContext) { self.context = context }

  func handlerRemoved(context: ChannelHandlerContext) {
    other?.context?.close(promise: nil)
    (self.context, other, call) = (nil, nil, nil)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard let there = other?.context else { return }
    there.write(wrapOutboundOut(unwrapInboundIn(data)), promise: nil)
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    other?.context?.flush()
    context.fireChannelReadComplete()
  }

  func read(context: ChannelHandlerContext) {
    if other?.context?.channel.isWritable ?? true { context.read() } else { isReadHeld = true }
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    if context.channel.isWritable { other?.readOn() }
    context.fireChannelWritabilityChanged()
  }

  private func readOn() {
    guard isReadHeld else { return }
    isReadHeld = false
    context?.read()
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    guard let event = event as? ChannelEvent, event == .inputClosed else {
      return context.fireUserInboundEventTriggered(event)
    }
    other?.context?.close(mode: .output, promise: nil)
    let channel = context.channel
    context.eventLoop.scheduleTask(in: Self.rest) { channel.close(promise: nil) }
  }

  func channelInactive(context: ChannelHandlerContext) {
    other?.context?.close(promise: nil)
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    // A WebSocket has no words of its own for it: the other side sees the connection end.
    context.close(promise: nil)
  }
}
