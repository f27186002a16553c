import Basics
import Compute
import HTTPTypes
import Hummingbird
import NIOCore
import NIOHTTP1

/// Says which requests may open a WebSocket (RFC 6455) to a service, and in which words the service is asked.
struct ServiceUpgrades: Sendable {
  let services: Services
  let authenticator: Authenticator
  let hosts: HostRules

  /// A request that a service may turn into a WebSocket.
  struct Offer: Sendable {
    /// The job counts as busy as long as this is there.
    let call: ServiceCall
    /// The head of the request as the service gets it.
    let head: String
  }

  /// Whether a request offers to speak something else than HTTP after it.
  static func isOffered(by head: HTTPRequestHead) -> Bool {
    head.headers[canonicalForm: "upgrade"].isEmpty == false
      && head.headers[canonicalForm: "connection"].contains { $0.lowercased() == "upgrade" }
  }

  /// What a service may take up; nil where the request is answered as all others are, be it with a refusal.
  ///
  /// Who opens a WebSocket can send anything, so the caller needs the right to change things, and a page of
  /// somebody else's never has it: browsers send the cookie along with theirs.
  func offer(for head: HTTPRequestHead) -> Offer? {
    let names = head.headers["host"]
    guard head.method == .GET, Self.isOffered(by: head),
      head.headers[canonicalForm: "upgrade"].contains(where: { $0.lowercased() == "websocket" }),
      let (name, target) = Self.parts(of: head.uri), names.count == 1, let host = names.first,
      hosts.allows(host: host), hosts.allows(origin: head.headers.first(name: "origin"), host: host)
    else { return nil }
    let request = Self.request(head, host: host)
    // Whoever is not let in reads why in the answer to the request as it is without the offer.
    guard let caller = try? authenticator.caller(of: request), caller.run == nil,
      let call = services.call(name, in: caller.project)
    else { return nil }
    var headers = ServiceHeaders.request(request, service: name, secret: call.secret)
    headers.add(name: "Host", value: ServiceProxy.host(of: call.way))
    headers.add(name: "Connection", value: "Upgrade")
    headers.add(name: "Upgrade", value: "websocket")
    let lines = headers.map { "\($0.name): \($0.value)\r\n" }.joined()
    return Offer(call: call, head: "GET \(target) HTTP/1.1\r\n\(lines)\r\n")
  }

  /// A service's name, and what of the target it is asked for; nil for anything else.
  private static func parts(of uri: String) -> (name: String, target: String)? {
    guard let name = uri.split(separator: "/", omittingEmptySubsequences: false).dropFirst(2).first,
      let target = ServiceProxy.target(of: uri, service: String(name))
    else { return nil }
    return (String(name), target)
  }

  private static func request(_ head: HTTPRequestHead, host: String) -> Request {
    var fields = HTTPFields()
    for (key, value) in head.headers where key.lowercased() != "host" {
      if let name = HTTPField.Name(key) { fields.append(HTTPField(name: name, value: value)) }
    }
    return Request(
      head: HTTPRequest(
        method: .get, scheme: nil, authority: host, path: head.uri, headerFields: fields),
      body: RequestBody(buffer: ByteBuffer()))
  }
}
