import NIOHTTP1
import Testing

@testable import FactoryServer

@Suite struct ServiceUpgradesTests {
  @Test(
    arguments: [
      ("Upgrade", "websocket", true), ("keep-alive, upgrade", "websocket", true),
      ("Upgrade, HTTP2-Settings", "h2c", true), ("keep-alive", "websocket", false),
      ("upgraded", "websocket", false), ("Upgrade", nil, false),
    ] as [(String, String?, Bool)])
  func `an offer stands in two headers`(connection: String, upgrade: String?, isOne: Bool) {
    var head = HTTPRequestHead(version: .http1_1, method: .GET, uri: "/services/web/")
    head.headers.add(name: "connection", value: connection)
    if let upgrade { head.headers.add(name: "UPGRADE", value: upgrade) }
    #expect(ServiceUpgrades.isOffered(by: head) == isOne)
  }
}
