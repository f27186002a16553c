import API
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Testing

@testable import FactoryServer

struct AccessTests {
  private let authenticator = Authenticator(token: "right", nowSeconds: { 1_000 })

  private func status(
    of headers: HTTPFields, host: String? = "127.0.0.1:8420", uri: String = "/api/v1/secret"
  ) async throws -> HTTPResponse.Status {
    try await withClient { client in
      try await client.execute(uri: uri, method: .get, headers: headers) { $0.status }
    }
  }

  private func withClient<Value: Sendable>(
    _ body: @escaping @Sendable (any TestClientProtocol) async throws -> Value
  ) async throws -> Value {
    let routes = FactoryRoutes(authenticator: authenticator, hosts: HostRules(allowing: []))
    routes.addHealthRoutes(version: "1.2.3") { true }
    routes.addLoginRoutes(authenticator) { "http://127.0.0.1:8420" }
    routes.route(.get, "/api/v1/secret", permission: .read) { _, context in context.project }
    routes.route(.post, "/api/v1/secret", permission: .write) { _, context in context.project }
    return try await Application(router: routes.router).test(.router) { try await body($0) }
  }

  @Test(arguments: [
    ("Bearer right", HTTPResponse.Status.ok), ("bearer right", .ok),
    ("Basic \(Data("anyone:right".utf8).base64EncodedString())", .ok),
    ("Bearer wrong", .unauthorized), ("Bearer ", .unauthorized), ("right", .unauthorized),
    ("Basic \(Data("right:wrong".utf8).base64EncodedString())", .unauthorized),
    ("Basic ?", .unauthorized),
  ])
  func `a token opens a route and a wrong one does not`(
    header: String, expected: HTTPResponse.Status
  ) async throws {
    #expect(
      try await status(of: [.authorization: header, Self.host: "localhost:1"]) == expected)
  }

  @Test func `without a token only health, readiness and version answer`() async throws {
    for path in ["/health", "/ready", "/version"] {
      #expect(try await status(of: [Self.host: "127.0.0.1"], uri: path) == .ok)
    }
    #expect(try await status(of: [Self.host: "127.0.0.1"]) == .unauthorized)
  }

  @Test(arguments: [
    ("127.0.0.1:8420", HTTPResponse.Status.ok), ("localhost", .ok), ("[::1]:8420", .ok),
    ("LOCALHOST:1", .ok), ("evil.example", .forbidden), ("127.0.0.1.evil.example", .forbidden),
  ])
  func `only this server's names are answered`(
    host: String, expected: HTTPResponse.Status
  ) async throws {
    #expect(try await status(of: [.authorization: "Bearer right", Self.host: host]) == expected)
  }

  @Test(arguments: [
    ("http://localhost:8420", HTTPResponse.Status.ok), ("http://localhost:1", .forbidden),
    ("https://evil.example", .forbidden), ("null", .forbidden),
  ])
  func `pages of other sites are refused`(
    origin: String, expected: HTTPResponse.Status
  ) async throws {
    let headers: HTTPFields = [
      .authorization: "Bearer right", Self.host: "localhost:8420", .origin: origin,
    ]
    #expect(try await status(of: headers) == expected)
  }

  @Test func `a link signs a browser in once, and its cookie counts like the token`() async throws {
    let link = "/login/" + authenticator.newLink()
    let cookie = try await withClient { client in
      let first = try await client.execute(
        uri: link, method: .get, headers: [Self.host: "localhost"]
      ) { $0 }
      #expect(first.status == .ok)
      let second = try await client.execute(
        uri: link, method: .get, headers: [Self.host: "localhost"]
      ) { $0.status }
      #expect(second == .unauthorized)
      return try #require(first.head.headerFields[.setCookie])
    }
    #expect(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"))
    let value = String(cookie.prefix { $0 != ";" })
    #expect(try await status(of: [.cookie: value, Self.host: "localhost"]) == .ok)
    #expect(try await status(of: [.cookie: value + "0", Self.host: "localhost"]) == .unauthorized)
    let later = Authenticator(token: "right", nowSeconds: { 1_000 + Authenticator.sessionSeconds })
    var request = HTTPRequest(method: .get, scheme: nil, authority: nil, path: "/")
    request.headerFields[.cookie] = value
    #expect(throws: ServerError.self) {
      try later.caller(of: Request(head: request, body: .init(buffer: ByteBuffer())))
    }
  }

  /// The in-memory client takes the host from this field.
  private static let host = HTTPField.Name("host") ?? .accept
}
