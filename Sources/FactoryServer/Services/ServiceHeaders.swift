import Foundation
import HTTPTypes
import Hummingbird
import JobProtocol
import NIOHTTP1

/// Which headers go on to a service, and come back from it.
enum ServiceHeaders {
  /// Those of one connection (RFC 9110, §7.6.1), and those that are made anew.
  private static let ofConnection: Set = [
    "connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection",
    "te", "trailer", "transfer-encoding", "upgrade", "host", "content-length", "expect",
  ]
  /// What only this server is to say.
  private static let ofServer: Set = [
    "x-forwarded-for", "x-forwarded-host", "x-forwarded-prefix", "x-forwarded-proto",
    AttemptListening.secretHeader.lowercased(),
  ]

  /// Whether bytes follow the head of a request.
  static func hasBody(_ request: Request) -> Bool {
    if let length = request.headers[.contentLength] { return length != "0" }
    return request.headers[.transferEncoding] != nil
  }

  /// The headers with which a service is asked.
  ///
  /// The factory's token and cookie are the factory's: whoever has them can do everything here.
  static func request(
    _ request: Request, service name: String, secret: String
  ) -> HTTPHeaders {
    let dropped = named(by: request.headers[values: .connection])
    var headers = HTTPHeaders()
    for field in request.headers {
      let key = field.name.canonicalName
      guard !ofConnection.contains(key), !ofServer.contains(key), !dropped.contains(key),
        key != "authorization"
      else { continue }
      if key == "cookie" {
        if let rest = withoutSession(field.value) { headers.add(name: "Cookie", value: rest) }
      } else {
        headers.add(name: field.name.rawName, value: field.value)
      }
    }
    if let host = request.head.authority {
      headers.add(name: "X-Forwarded-Host", value: host)
    }
    headers.add(name: AttemptListening.secretHeader, value: secret)
    headers.add(name: "X-Forwarded-Proto", value: "http")
    headers.add(name: "X-Forwarded-Prefix", value: "/services/\(name)")
    return headers
  }

  /// The headers with which a service has answered, an own path in `Location` being one below its address.
  static func answer(_ headers: HTTPHeaders, service name: String) -> HTTPFields {
    let dropped = named(by: headers["Connection"])
    let prefix = "/services/\(name)"
    var fields = HTTPFields()
    for (key, value) in headers {
      let lowercased = key.lowercased()
      let isLength = lowercased == "content-length"
      guard isLength || !ofConnection.contains(lowercased), !dropped.contains(lowercased),
        let field = HTTPField.Name(key)
      else { continue }
      let isOwnPath =
        value.hasPrefix("/") && !value.hasPrefix("//") && value != prefix
        && !value.hasPrefix(prefix + "/")
      let moved = lowercased == "location" && isOwnPath ? prefix + value : value
      fields.append(HTTPField(name: field, value: moved))
    }
    return fields
  }

  private static func named(by values: [String]) -> Set<String> {
    Set(
      values.flatMap { $0.split(separator: ",") }
        .map { $0.trimmingCharacters(in: .whitespaces).lowercased() })
  }

  /// Cookies but for the one that signs a browser in; nil where nothing is left.
  private static func withoutSession(_ cookies: String) -> String? {
    let rest = cookies.split(separator: ";")
      .map { $0.trimmingCharacters(in: .whitespaces) }
      .filter { !$0.hasPrefix(Authenticator.cookieName + "=") }
    return rest.isEmpty ? nil : rest.joined(separator: "; ")
  }
}
