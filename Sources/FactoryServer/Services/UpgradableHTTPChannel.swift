import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1

/// Connections of the server that speak HTTP, and may become WebSockets to services.
struct UpgradableHTTPChannel: ServerChildChannel {
  typealias Value = HTTP1Channel.Value

  let http: HTTP1Channel
  let upgrades: ServiceUpgrades

  func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
    let upgrades = upgrades
    return http.setup(channel: channel, logger: logger).flatMapThrowing { value in
      let pipeline = channel.pipeline.syncOperations
      let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
      try pipeline.addHandler(ServiceUpgradeHandler(upgrades), position: .after(decoder))
      return value
    }
  }

  func handle(value: Value, logger: Logger) async {
    await http.handle(value: value, logger: logger)
  }
}

extension HTTPServerBuilder {
  /// A server whose connections may become WebSockets to services.
  static func upgradable(_ upgrades: ServiceUpgrades) -> HTTPServerBuilder {
    HTTPServerBuilder { responder in
      UpgradableHTTPChannel(http: HTTP1Channel(responder: responder), upgrades: upgrades)
    }
  }
}
