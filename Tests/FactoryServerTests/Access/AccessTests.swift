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
    of headers: HTTPFields, uri: String = "/secret"
  ) async throws -> HTTPResponse.Status {
    try await withClient { client in
      try await client.execute(uri: uri, method: .get, headers: headers) { $0.status }
    }
  }

  private func withClient<Value: Sendable>(
    _ body: @escaping @Sendable (any TestClientProtocol) async throws -> Value
  ) async throws -> Value {
    let routes = FactoryRoutes(authenticator: authenticator, hosts: HostRules(allowing: []))
    routes.addHealthRoutes(version: "1.2.3") { nil }
    routes.addLoginRoutes(authenticator) { "http://127.0.0.1:8420" }
    routes.route(.get, "/api/2.0/mlflow/x", permission: .write, .page) { _, context in
      context.caller?.run ?? "owner"
    }
    routes.route(.get, "/secret", permission: .read, .page) { _, context in context.project }
    routes.route(.post, "/secret", permission: .write, .page) { _, context in context.project }
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
      try await status(of: [.authorization: header])
        == expected)
  }

  @Test func `the token of a run opens MLflow's API and nothing else`() async throws {
    let run = String(repeating: "a", count: 32)
    let token = RunTokens(owner: "right").token(of: run)
    let mlflow = "/api/2.0/mlflow/x"
    #expect(try await status(of: [.authorization: "Bearer \(token)"], uri: mlflow) == .ok)
    #expect(try await status(of: [.authorization: "Bearer \(token)"]) == .unauthorized)
    let forged = [
      RunTokens(owner: "other").token(of: run), token.replacing("aaaa", with: "bbbb"),
      String(token.dropLast()), token + "0", "run_", "run_\(run)_", "run__",
    ]
    for wrong in forged {
      #expect(
        try await status(of: [.authorization: "Bearer \(wrong)"], uri: mlflow) == .unauthorized,
        "\(wrong)")
    }
  }

  @Test func `without a token only health, readiness and version answer`() async throws {
    for path in ["/health", "/ready", "/version"] {
      #expect(try await status(of: [:], uri: path) == .ok)
    }
    #expect(try await status(of: [:]) == .unauthorized)
  }

  @Test func `a server that cannot work says why, with the status for it`() async throws {
    let routes = FactoryRoutes(authenticator: authenticator, hosts: HostRules(allowing: []))
    routes.addHealthRoutes(version: "1.2.3") { ServerError(.ledgerUnwritable, "No room.") }
    try await Application(router: routes.router).test(.router) { client in
      try await client.execute(uri: "/ready", method: .get) { response in
        #expect(response.status == .serviceUnavailable)
        #expect(response.headers[.retryAfter] != nil)
        let wire = try WireCoding.decode(
          ErrorWire.self, from: Array(response.body.readableBytesView))
        #expect(wire.error.code == "ledger_unwritable")
      }
      try await client.execute(uri: "/health", method: .get) { #expect($0.status == .ok) }
      try await client.execute(uri: "/ready", method: .head) {
        #expect($0.status == .serviceUnavailable)
      }
      try await client.execute(uri: "/health", method: .head) { response in
        #expect(response.status == .ok && response.body.readableBytes == 0)
        #expect(response.headers[.contentLength] == "15")
      }
    }
  }

  @Test(arguments: [
    ("127.0.0.1:8420", true), ("localhost", true), ("[::1]:8420", true), ("LOCALHOST:1", true),
    ("factory.example:443", true), ("evil.example", false), ("127.0.0.1.evil.example", false),
    (nil, false),
  ])
  func `only this server's names are answered`(host: String?, isAllowed: Bool) {
    #expect(HostRules(allowing: ["factory.example"]).allows(host: host) == isAllowed)
  }

  @Test(arguments: [
    ("http://localhost", HTTPResponse.Status.ok), ("http://localhost:1", .forbidden),
    ("https://evil.example", .forbidden), ("null", .forbidden),
  ])
  func `pages of other sites are refused`(
    origin: String, expected: HTTPResponse.Status
  ) async throws {
    // The in-memory client calls the host "localhost".
    #expect(try await status(of: [.authorization: "Bearer right", .origin: origin]) == expected)
  }

  @Test func `a link signs a browser in once, and its cookie counts like the token`() async throws {
    let link = "/login/" + authenticator.newLink()
    let cookie = try await withClient { client in
      let first = try await client.execute(
        uri: link, method: .get
      ) { $0 }
      #expect(first.status == .ok)
      let second = try await client.execute(
        uri: link, method: .get
      ) { $0.status }
      #expect(second == .unauthorized)
      return try #require(first.head.headerFields[.setCookie])
    }
    #expect(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"))
    let value = String(cookie.prefix { $0 != ";" })
    #expect(try await status(of: [.cookie: value]) == .ok)
    #expect(try await status(of: [.cookie: value + "0"]) == .unauthorized)
    let later = Authenticator(token: "right", nowSeconds: { 1_000 + Authenticator.sessionSeconds })
    var request = HTTPRequest(method: .get, scheme: nil, authority: nil, path: "/")
    request.headerFields[.cookie] = value
    #expect(throws: ServerError.self) {
      try later.caller(of: Request(head: request, body: .init(buffer: ByteBuffer())))
    }
  }
}
