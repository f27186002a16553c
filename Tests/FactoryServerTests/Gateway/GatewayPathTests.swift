import NIOCore
import Serving
import Testing

@testable import FactoryServer

struct GatewayPathTests {
  @Test(arguments: [
    ("/health", GatewayPath.health), ("/endpoints/wine/predict", .endpoint("wine", .predict)),
    ("/endpoints/wine/invocations?x=1", .endpoint("wine", .invocations)),
    ("/endpoints/wine", .endpoint("wine", .health)), ("/endpoints//predict", .unknown),
    ("/endpoints/wine/predict/more", .unknown), ("/", .unknown), ("/endpoints", .unknown),
  ])
  func `a path names what it asks for`(uri: String, path: GatewayPath) {
    #expect(GatewayPath(uri) == path)
  }

  @Test func `an error is valid JSON whatever it quotes`() throws {
    let failure = GatewayFailure.notFound("/endpoints/\"\\\u{1}").answer
    let text = String(buffer: failure.payload)
    #expect(text.contains(#"/endpoints/\"\\ "#))
    #expect(failure.status == 404)
  }
}
