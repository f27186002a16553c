import HTTPTypes
import Hummingbird
import NIOCore
import NIOHTTP1
import Testing

@testable import FactoryServer

struct ServiceHeadersTests {
  private func sent(_ fields: HTTPFields) -> HTTPHeaders {
    let head = HTTPRequest(
      method: .get, scheme: "http", authority: "localhost:8420", path: "/services/web/x",
      headerFields: fields)
    return ServiceHeaders.request(
      Request(head: head, body: RequestBody(buffer: .init())), service: "web", secret: "right")
  }

  @Test func `what is the factory's stays here`() throws {
    var fields: HTTPFields = [
      .authorization: "Bearer token", .cookie: "a=1; aifactory_session=2; b=3",
      .accept: "text/html",
    ]
    fields[try #require(HTTPField.Name("X-AIFactory-Secret"))] = "guess"
    fields[try #require(HTTPField.Name("X-Forwarded-Prefix"))] = "/elsewhere"
    let headers = sent(fields)
    #expect(headers["Authorization"] == [])
    #expect(headers["Cookie"] == ["a=1; b=3"])
    #expect(headers["Accept"] == ["text/html"])
    #expect(headers["X-AIFactory-Secret"] == ["right"])
    #expect(headers["X-Forwarded-Prefix"] == ["/services/web"])
    #expect(headers["X-Forwarded-Host"] == ["localhost:8420"])
    #expect(sent([.cookie: "aifactory_session=2"])["Cookie"] == [])
  }

  @Test func `what is of one connection ends with it, also what the connection names`() throws {
    let own = try #require(HTTPField.Name("X-Hop"))
    let headers = sent([
      .connection: "close, x-hop", own: "1", .transferEncoding: "chunked", .upgrade: "websocket",
    ])
    #expect(headers["X-Hop"] == [])
    #expect(headers["Transfer-Encoding"] == [])
    #expect(headers["Upgrade"] == [])
    let answer = ServiceHeaders.answer(
      ["Connection": "keep-alive, X-Hop", "X-Hop": "1", "Keep-Alive": "timeout=5", "ETag": "e"],
      service: "web")
    #expect(answer.map(\.name.canonicalName) == ["etag"])
  }

  @Test(arguments: [
    ("/login", "/services/web/login"), ("/services/web/login", "/services/web/login"),
    ("/services/website", "/services/web/services/website"), ("login", "login"),
    ("//other.example.org/", "//other.example.org/"),
    ("https://example.org/", "https://example.org/"),
  ])
  func `an own path in an answer is one below the service`(told: String, seen: String) {
    #expect(ServiceHeaders.answer(["Location": told], service: "web")[.location] == seen)
  }

  @Test(
    arguments: [
      ("/services/web/", "/"), ("/services/web/a%2Fb?x=/y", "/a%2Fb?x=/y"),
      ("/services/web//a", "//a"),
      ("/services/web", nil), ("/services/web?x=/y", nil),
    ] as [(String, String?)])
  func `a service is asked for what stands behind its name`(uri: String, target: String?) {
    #expect(ServiceProxy.target(of: uri, service: "web") == target)
  }
}
