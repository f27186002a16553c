import API
import Basics
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Testing

@testable import FactoryServer

struct ErrorTranslationTests {
  struct SomeError: FactoryError {
    enum Code: String, Sendable, CaseIterable {
      case jobNotFound = "job_not_found"
      case nameConflict = "name_conflict"
      case queueFull = "queue_full"
      case whatever
    }
    var code: Code
    var message = "It is so."
    var hint: String? = "Do that."
  }

  struct Surprise: Error, CustomStringConvertible { var description = "secret internals" }

  @Test(
    arguments: zip(
      SomeError.Code.allCases,
      [HTTPResponse.Status.notFound, .conflict, .tooManyRequests, .badRequest]))
  func `a code word chooses the status`(
    code: SomeError.Code, status: HTTPResponse.Status
  ) {
    let translation = ErrorTranslation(SomeError(code: code))
    #expect(translation.status == status)
    #expect(
      translation.body
        == ErrorWire.Body(code: code.rawValue, message: "It is so.", hint: "Do that."))
    #expect(translation.incident == nil)
  }

  @Test func `an unknown error tells its incident and nothing else`() {
    let translation = ErrorTranslation(Surprise(), incident: "abcd1234")
    #expect(translation.status == .internalServerError)
    #expect(translation.incident == "abcd1234")
    #expect(translation.body.message.contains("abcd1234"))
    #expect(!translation.body.message.contains("secret"))
  }

  @Test func `errors of routes have one shape`() async throws {
    let routes = FactoryRoutes(
      authenticator: Authenticator(token: "t", isOff: true), hosts: HostRules())
    routes.route(.post, "/small", permission: .open, .page) { request, _ in
      try WireResponse(try await request.wire(VersionWire.self, limit: 40))
    }
    try await Application(router: routes.router).test(.router) { client in
      func post(_ uri: String, _ text: String) async throws -> (HTTPResponse.Status, String) {
        let response = try await client.execute(
          uri: uri, method: .post, body: ByteBuffer(string: text)
        ) { $0 }
        return (
          response.status,
          try WireCoding.decode(ErrorWire.self, from: Array(buffer: response.body)).error.code
        )
      }
      let long = try await post("/small", String(repeating: "x", count: 41))
      #expect(long == (.contentTooLarge, "body_too_large"))
      let wrong = try await post("/small", "{\"version\":1}")
      #expect(wrong == (.badRequest, "bad_request"))
      let lacking = try await post("/small", "{}")
      #expect(lacking == (.badRequest, "bad_request"))
      let nowhere = try await post("/nowhere", "{}")
      #expect(nowhere == (.notFound, "not_found"))
    }
  }
}
