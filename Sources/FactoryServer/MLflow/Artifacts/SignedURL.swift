import MLflowProtocol
import Crypto
import Foundation
import HTTPTypes
import Hummingbird

/// Signs addresses of this server that work without a token, for one purpose and a while.
///
/// MLflow's client sends the parts of a file, and asks for the ranges of one, as if they lay in
/// somebody else's store: without the token of its server.
struct SignedURL: Sendable {
  private let key: SymmetricKey

  /// - Parameter secret: what nobody else knows; addresses are valid as long as it stays.
  init(secret: String) {
    key = SymmetricKey(data: SHA256.hash(data: Data("signed-url:\(secret)".utf8)))
  }

  /// The address of `path` on the server as the caller of `request` reaches it.
  ///
  /// - Parameters:
  ///   - path: with its percent escapes.
  ///   - untilMs: Unix time from which on it is refused.
  func url(
    _ method: HTTPRequest.Method, _ path: String, for request: Request, untilMs: Int64
  ) -> String {
    let isSecure =
      HTTPField.Name("X-Forwarded-Proto").flatMap { request.headers[$0] } == "https"
      || request.head.scheme == "https"
    let host = request.head.authority ?? "127.0.0.1"
    return "\(isSecure ? "https" : "http")://\(host)\(path)"
      + "?expires=\(untilMs)&signature=\(signature(method, path, untilMs))"
  }

  /// Lets a request pass that carries a signature for its method and path.
  ///
  /// - Throws: `PERMISSION_DENIED` for one that does not, or no longer.
  func check(_ request: Request, nowMs: Int64) throws {
    let told = request.uri.queryParameters["signature"].map(String.init) ?? ""
    let until = request.uri.queryParameters["expires"].flatMap { Int64($0) } ?? 0
    let wanted = signature(request.method, request.uri.path, until)
    guard TokenDigest(of: told).matches(TokenDigest(of: wanted)) else {
      throw MLflowFailure(.permissionDenied, "The address is not signed by this server.")
    }
    guard nowMs < until else {
      throw MLflowFailure(.permissionDenied, "The address has expired; ask for a new one.")
    }
  }

  private func signature(_ method: HTTPRequest.Method, _ path: String, _ untilMs: Int64) -> String {
    let text = Data("\(method.rawValue)\n\(path)\n\(untilMs)".utf8)
    return HMAC<SHA256>.authenticationCode(for: text, using: key)
      .map { String(format: "%02x", $0) }.joined()
  }
}
