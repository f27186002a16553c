import API
import AsyncHTTPClient
import HTTPTypes
import Hummingbird
import NIOCore
import NIOHTTP1

extension FactoryRoutes {
  /// Hands requests for predictions on to the gateway, so that one address suffices.
  func addForwardRoutes(gateway: GatewaySupervisor, token: String) {
    for method in [HTTPRequest.Method.post, .get] {
      route(method, "/endpoints/{name}/{verb}", permission: .read, .endpoint) {
        request, context in
        // Not encoded again: names hold nothing that needs it, and others match no endpoint.
        let path = "/endpoints/\(try context.parameter("name"))/\(try context.parameter("verb"))"
        var forwarded = HTTPClientRequest(
          url: try await gateway.liveUrl() + FactoryRoutes.escapedPath(path))
        forwarded.method = method == .post ? .POST : .GET
        forwarded.headers.add(name: "Authorization", value: "Bearer \(token)")
        if method == .post {
          forwarded.body = .bytes(try await request.body.collect(upTo: GatewayConnection.bodyLimit))
        }
        return try await FactoryRoutes.forward(forwarded)
      }
    }
  }

  private static func forward(_ request: HTTPClientRequest) async throws -> Response {
    let answer: HTTPClientResponse
    let body: ByteBuffer
    do {
      answer = try await LocalHTTP.client.execute(request, timeout: .seconds(90))
      body = try await answer.body.collect(upTo: 1 << 30)
    } catch let error as CancellationError {
      throw error
    } catch {
      throw ServerError(
        .unavailable, "The gateway does not answer: \(error)",
        hint: "It is started again within a second.")
    }
    var headers: HTTPFields = [.contentType: "application/json"]
    if let seconds = answer.headers.first(name: "Retry-After") { headers[.retryAfter] = seconds }
    return Response(
      status: HTTPResponse.Status(code: Int(answer.status.code)), headers: headers,
      body: .init(byteBuffer: body))
  }

  private static func escapedPath(_ path: String) -> String {
    path.split(separator: "/").map { "/" + FactoryClient.escaped(String($0)) }.joined()
  }
}
