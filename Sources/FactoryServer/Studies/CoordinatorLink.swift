import NIOCore
import NIOPosix
import Serving

/// The server's connection to the coordinator of one study.
///
/// Questions that are asked together travel together; answers are matched by their number.
struct CoordinatorLink: Sendable {
  /// What a coordinator answered.
  struct Answer: Sendable {
    /// HTTP status.
    var status: UInt16
    /// JSON.
    var payload: ByteBuffer
  }

  /// The coordinator went away before it answered.
  struct Gone: Error {}

  private let channel: any Channel
  private let handler: NIOLoopBound<CoordinatorLinkHandler>

  /// How long an answer may take: a suggestion of a study with thousands of trials takes seconds.
  private static let patience = TimeAmount.seconds(60)

  /// Connects to the coordinator that listens at `path`.
  ///
  /// - Throws: when nobody does.
  static func connect(to path: String) async throws -> CoordinatorLink {
    try await ClientBootstrap(group: NIOSingletons.posixEventLoopGroup)
      .connect(unixDomainSocketPath: path) { channel in
        channel.eventLoop.makeCompletedFuture {
          let handler = CoordinatorLinkHandler()
          try channel.pipeline.syncOperations.addHandler(handler)
          return CoordinatorLink(
            channel: channel, handler: NIOLoopBound(handler, eventLoop: channel.eventLoop))
        }
      }
  }

  /// Whether questions can still be sent.
  var isOpen: Bool { channel.isActive }

  /// Asks, and waits for the answer.
  ///
  /// - Throws: `Gone` when the coordinator ends before, or is silent for too long.
  func ask(_ question: [UInt8]) async throws -> Answer {
    let promise = channel.eventLoop.makePromise(of: Answer.self)
    let handler = handler
    channel.eventLoop.execute {
      handler.value.send(question, promise, patience: Self.patience)
    }
    return try await promise.futureResult.get()
  }

  /// Ends the connection.
  func close() { channel.close(promise: nil) }
}

/// Numbers questions and gives each its answer.
private final class CoordinatorLinkHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private var context: ChannelHandlerContext?
  private var pending: [UInt64: Waiting] = [:]
  private var nextID: UInt64 = 0
  private var unread: ByteBuffer?

  /// Who waits for an answer, and until when.
  private struct Waiting {
    var promise: EventLoopPromise<CoordinatorLink.Answer>
    var limit: Scheduled<Void>
  }

  func handlerAdded(context: ChannelHandlerContext) { self.context = context }

  func send(
    _ question: [UInt8], _ promise: EventLoopPromise<CoordinatorLink.Answer>, patience: TimeAmount
  ) {
    guard let context, context.channel.isActive else {
      return promise.fail(CoordinatorLink.Gone())
    }
    nextID += 1
    let id = nextID
    let limit = context.eventLoop.assumeIsolated().scheduleTask(in: patience) {
      if let promise = self.take(id) { promise.fail(CoordinatorLink.Gone()) }
    }
    pending[id] = Waiting(promise: promise, limit: limit)
    var bytes: [UInt8] = []
    Frame(id: id, code: FrameQuestion.study.rawValue, payload: question).write(to: &bytes)
    context.channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil)
  }

  /// Whoever waits for an answer of that number, and no longer.
  private func take(_ id: UInt64) -> EventLoopPromise<CoordinatorLink.Answer>? {
    guard let waiting = pending.removeValue(forKey: id) else { return nil }
    waiting.limit.cancel()
    return waiting.promise
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    var bytes = unwrapInboundIn(data)
    if var unread {
      unread.writeBuffer(&bytes)
      bytes = unread
    }
    do {
      while let header = try bytes.withUnsafeReadableBytes({ try FrameHeader($0) }),
        bytes.readableBytes >= FrameHeader.byteCount + header.payloadBytes
      {
        bytes.moveReaderIndex(forwardBy: FrameHeader.byteCount)
        let payload = bytes.readSlice(length: header.payloadBytes) ?? ByteBuffer()
        take(header.id)?.succeed(
          CoordinatorLink.Answer(status: header.code, payload: payload))
      }
      unread = bytes.readableBytes == 0 ? nil : bytes
    } catch {
      context.close(promise: nil)
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    for id in Array(pending.keys) { take(id)?.fail(CoordinatorLink.Gone()) }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }

  func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }
}
