import Crypto
import Foundation
import HTTPTypes
import Hummingbird
import Synchronization

/// Decides who calls: a bearer token, Basic (any user, the token as password) and the browser's
/// session cookie count the same.
public final class Authenticator: Sendable {
  /// Name of the browser's cookie.
  static let cookieName = "aifactory_session"
  /// How long a browser stays signed in.
  static let sessionSeconds: Int64 = 30 * 24 * 3_600

  private let owner: TokenDigest
  private let sessionKey: SymmetricKey
  private let runTokens: RunTokens
  private let isOff: Bool
  private let nowSeconds: @Sendable () -> Int64
  private let openLinks = Mutex<[TokenDigest]>([])

  /// - Parameters:
  ///   - token: the local owner's.
  ///   - isOff: lets everyone in; only for addresses of this machine.
  ///   - nowSeconds: Unix time.
  public init(
    token: String, isOff: Bool = false,
    nowSeconds: @escaping @Sendable () -> Int64 = Authenticator.systemSeconds
  ) {
    owner = TokenDigest(of: token)
    // Derived from the token, so that a browser stays signed in when the server restarts.
    sessionKey = SymmetricKey(data: SHA256.hash(data: Data("session:\(token)".utf8)))
    runTokens = RunTokens(owner: token)
    self.isOff = isOff
    self.nowSeconds = nowSeconds
  }

  /// Unix time of the system's clock.
  public static func systemSeconds() -> Int64 { Int64(Date().timeIntervalSince1970) }

  /// Who sent the request.
  ///
  /// - Throws: `unauthorized`.
  func caller(of request: Request) throws -> Caller {
    if isOff { return .owner }
    if let header = request.headers[.authorization] {
      if let run = Self.token(in: header).flatMap({ runTokens.run(of: $0) }) {
        return Caller(project: Caller.owner.project, run: run)
      }
      guard isOwner(authorization: header) else {
        throw ServerError(
          .unauthorized, "The token is not valid here.",
          hint: "'aifactory env' prints the token of this home.")
      }
      return .owner
    }
    if let cookie = request.cookies[Self.cookieName], isSession(cookie.value) { return .owner }
    throw ServerError(
      .unauthorized, "A token is needed.",
      hint: "Send 'Authorization: Bearer TOKEN' ('aifactory env' prints it), "
        + "or open the link that 'aifactory env --link' prints.")
  }

  /// Whether a request with such a header is the owner's.
  func isOwner(authorization header: String?) -> Bool {
    if isOff { return true }
    guard let token = header.flatMap({ Self.token(in: $0) }) else { return false }
    return TokenDigest(of: token).matches(owner)
  }

  /// A word that signs one browser in, once.
  func newLink() -> String {
    let word = SecretText.random()
    openLinks.withLock {
      if $0.count >= 100 { $0.removeFirst() }
      $0.append(TokenDigest(of: word))
    }
    return word
  }

  /// Uses up a link's word and returns the cookie's value; nil when it is not valid (any more).
  func session(forLink word: String) -> String? {
    let digest = TokenDigest(of: word)
    let isValid = openLinks.withLock { links in
      guard let index = links.firstIndex(where: { $0.matches(digest) }) else { return false }
      links.remove(at: index)
      return true
    }
    return isValid ? session(until: nowSeconds() + Self.sessionSeconds) : nil
  }

  private func session(until second: Int64) -> String {
    let code = HMAC<SHA256>.authenticationCode(for: Data("\(second)".utf8), using: sessionKey)
    return "\(second)." + hex(code)
  }

  private func isSession(_ value: String) -> Bool {
    let parts = value.split(separator: ".")
    guard parts.count == 2, let second = Int64(parts[0]), second > nowSeconds() else {
      return false
    }
    return TokenDigest(of: value).matches(TokenDigest(of: session(until: second)))
  }

  private func hex(_ code: HMAC<SHA256>.MAC) -> String {
    code.map { String(format: "%02x", $0) }.joined()
  }

  /// The token of `Bearer TOKEN` or of `Basic base64(user:TOKEN)`.
  static func token(in header: String) -> String? {
    let parts = header.split(separator: " ", maxSplits: 1)
    guard parts.count == 2 else { return nil }
    switch parts[0].lowercased() {
    case "bearer":
      return String(parts[1])
    case "basic":
      guard let data = Data(base64Encoded: String(parts[1])),
        let text = String(data: data, encoding: .utf8),
        let colon = text.firstIndex(of: ":")
      else { return nil }
      return String(text[text.index(after: colon)...])
    default:
      return nil
    }
  }
}
