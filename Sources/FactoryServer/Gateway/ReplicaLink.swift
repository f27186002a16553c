import Glibc
import NIOCore
import NIOPosix
import Serving

/// The gateway's connection to one replica; it is made again for as long as the routes name it.
///
/// Requests that arrive in one turn of the event loop leave in one write; answers are matched by
/// their number.
final class ReplicaLink {
  let address: ReplicaAddress
  private let eventLoop: any EventLoop
  private weak var endpoint: GatewayEndpoint?
  private var channel: (any Channel)?
  private var pending: [UInt64: GatewayCall] = [:]
  private var nextID: UInt64 = 0
  private var output = ByteBuffer()
  private var isFlushScheduled = false
  private var isRetired = false
  private var failures: Int64 = 0

  init(address: ReplicaAddress, eventLoop: any EventLoop, endpoint: GatewayEndpoint) {
    self.address = address
    self.eventLoop = eventLoop
    self.endpoint = endpoint
  }

  var isConnected: Bool { channel != nil && !isRetired }
  var pendingCount: Int { pending.count }

  /// Connects, and tries again until it works or the link is retired.
  func connect() {
    guard !isRetired else { return }
    opened()
      .assumeIsolated()
      .whenComplete { result in
        switch result {
        case .success(let channel):
          self.channel = channel
          self.failures = 0
          self.introduce(on: channel)
          if self.isRetired { self.closeWhenIdle() } else { self.endpoint?.serveWaiting() }
        case .failure:
          self.reconnect()
        }
      }
  }

  /// Milliseconds after which a node that does not take what was sent, or does not say that it is still there, is gone.
  private static let silenceMs = 10_000

  private func opened() -> EventLoopFuture<any Channel> {
    let bound = NIOLoopBound(self, eventLoop: eventLoop)
    let bootstrap = ClientBootstrap(group: eventLoop)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(ReplicaLinkHandler(link: bound.value))
        }
      }
    switch address {
    case .socket(let path): return bootstrap.connect(unixDomainSocketPath: path)
    case .node(let node):
      guard let endpoint = node.endpoint else {
        return bootstrap.connect(unixDomainSocketPath: node.forwarding ?? "")
      }
      return
        bootstrap
        .connectTimeout(.seconds(2))
        .channelOption(.tcpOption(.tcp_nodelay), value: 1)
        // A node without power sends nothing that would end the connection.
        .channelOption(.socketOption(.so_keepalive), value: 1)
        .channelOption(.tcpOption(.init(rawValue: TCP_KEEPIDLE)), value: 5)
        .channelOption(.tcpOption(.init(rawValue: TCP_KEEPINTVL)), value: 2)
        .channelOption(.tcpOption(.init(rawValue: TCP_KEEPCNT)), value: 3)
        .channelOption(.tcpOption(.init(rawValue: TCP_USER_TIMEOUT)), value: Self.silenceMs)
        .connect(host: endpoint.host, port: endpoint.port)
    }
  }

  /// Says the secret of a replica on another node, before anything is asked.
  private func introduce(on channel: any Channel) {
    guard case .node(let node) = address else { return }
    var bytes: [UInt8] = []
    Frame(saying: node.secret).write(to: &bytes)
    channel.write(channel.allocator.buffer(bytes: bytes), promise: nil)
    channel.flush()
  }

  /// Takes no more requests; closes when the last is answered.
  func retire() {
    isRetired = true
    closeWhenIdle()
  }

  /// Sends a request with the others of this turn.
  func send(_ call: GatewayCall) {
    nextID += 1
    pending[nextID] = call
    var body = call.body
    output.writeInteger(UInt32(body.readableBytes + FrameHeader.byteCount - 4), endianness: .little)
    output.writeInteger(nextID, endianness: .little)
    output.writeInteger(call.question.rawValue, endianness: .little)
    output.writeBuffer(&body)
    guard !isFlushScheduled else { return }
    isFlushScheduled = true
    // Runs after everything that this turn of the loop has read.
    eventLoop.assumeIsolated().execute { self.flush() }
  }

  /// Gives up on requests that are past their deadline.
  func expire(_ now: NIODeadline) {
    for (id, call) in pending where call.deadline < now {
      pending[id] = nil
      call.fail(.timeout)
    }
  }

  /// Takes bytes from the replica and returns what is left of them.
  fileprivate func receive(_ bytes: inout ByteBuffer) throws {
    while let header = try bytes.withUnsafeReadableBytes({ try FrameHeader($0) }),
      bytes.readableBytes >= FrameHeader.byteCount + header.payloadBytes
    {
      bytes.moveReaderIndex(forwardBy: FrameHeader.byteCount)
      let payload = bytes.readSlice(length: header.payloadBytes) ?? ByteBuffer()
      pending.removeValue(forKey: header.id)?.answer(header.code, payload)
    }
    if isRetired { closeWhenIdle() }
  }

  /// The replica has gone: its requests go to another, or wait for the next.
  fileprivate func disconnected() {
    channel = nil
    output.clear()
    let calls = pending.sorted { $0.key < $1.key }.map(\.value)
    pending = [:]
    reconnect()
    for call in calls {
      if let endpoint, call.attempts < 3 { endpoint.ask(call) } else { call.fail(.noReplica(nil)) }
    }
  }

  private func flush() {
    isFlushScheduled = false
    guard let channel, output.readableBytes > 0 else { return }
    let bytes = output
    output = channel.allocator.buffer(capacity: min(bytes.readableBytes, 1 << 16))
    channel.writeAndFlush(bytes, promise: nil)
  }

  private func reconnect() {
    guard !isRetired else { return }
    failures += 1
    let delay = TimeAmount.milliseconds(min(500, 20 * failures))
    eventLoop.assumeIsolated().scheduleTask(in: delay) { self.connect() }
  }

  private func closeWhenIdle() {
    guard isRetired, pending.isEmpty, let channel else { return }
    self.channel = nil
    channel.close(promise: nil)
  }
}

/// Hands the bytes of a replica's connection to its link.
private final class ReplicaLinkHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private let link: ReplicaLink
  private var unread: ByteBuffer?

  init(link: ReplicaLink) { self.link = link }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    var bytes = unwrapInboundIn(data)
    if var unread {
      unread.writeBuffer(&bytes)
      bytes = unread
    }
    do {
      try link.receive(&bytes)
      unread = bytes.readableBytes == 0 ? nil : bytes
    } catch {
      context.close(promise: nil)
    }
  }

  func channelInactive(context: ChannelHandlerContext) { link.disconnected() }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }
}
