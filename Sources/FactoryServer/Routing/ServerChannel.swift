import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1

/// Connections of the server: they speak HTTP, answer small writes themselves, and may become
/// WebSockets to services.
struct ServerChannel: ServerChildChannel {
  typealias Value = HTTP1Channel.Value

  /// How long nothing may go over a connection that waits for no answer, before its place is another's.
  private static let idleTime = TimeAmount.minutes(5)

  let http: HTTP1Channel
  let upgrades: ServiceUpgrades
  let direct: DirectWrites

  func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
    let (upgrades, direct) = (upgrades, direct)
    return http.setup(channel: channel, logger: logger).flatMapThrowing { value in
      let pipeline = channel.pipeline.syncOperations
      let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
      let encoder = try pipeline.context(handlerType: HTTPResponseEncoder.self)
      try pipeline.addHandlers(
        [DirectWriteHandler(direct, encoder: encoder), ServiceUpgradeHandler(upgrades)],
        position: .after(decoder))
      try pipeline.addHandler(IdleStateHandler(allTimeout: Self.idleTime), position: .first)
      return value
    }
  }

  func handle(value: Value, logger: Logger) async {
    await http.handle(value: value, logger: logger)
  }
}

extension HTTPServerBuilder {
  /// A server with such connections.
  static func connections(upgrades: ServiceUpgrades, direct: DirectWrites) -> HTTPServerBuilder {
    HTTPServerBuilder { responder in
      ServerChannel(http: HTTP1Channel(responder: responder), upgrades: upgrades, direct: direct)
    }
  }
}
