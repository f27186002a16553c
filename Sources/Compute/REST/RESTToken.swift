import Foundation
import JSONCoding

/// A token for slurmrestd, and what it says of itself.
///
/// Slurm's tokens are JSON Web Tokens (RFC 7519) with the claims `exp` and `sun`, its user
/// (slurm.schedmd.com/jwt.html). One that cannot be looked into is sent as it is.
struct RESTToken: Sendable, Equatable {
  let text: String
  /// Whose it is; nil where it does not tell.
  let user: String?
  /// When it expires: milliseconds since 1970, UTC; nil where it does not tell.
  let expiresAtMs: Int64?

  /// Takes what `scontrol token` prints, `SLURM_JWT=…`, or the bare token; nil where there is none.
  init?(_ source: String) {
    let mark = "SLURM_JWT="
    let words = source.split(whereSeparator: \.isWhitespace)
    guard let word = words.first(where: { $0.hasPrefix(mark) }) ?? words.first else { return nil }
    let token = word.hasPrefix(mark) ? word.dropFirst(mark.count) : word
    guard !token.isEmpty, token.utf8.allSatisfy({ $0 > 32 && $0 < 127 }) else { return nil }
    text = String(token)
    let claims = Self.claims(token)
    user = claims?["sun"]?.stringValue
    expiresAtMs = claims?["exp"]?.numberValue.flatMap { Int64(exactly: ($0 * 1_000).rounded()) }
  }

  /// The second of its three parts, in base64url without padding (RFC 7515, §2).
  private static func claims(_ token: Substring) -> JSONValue? {
    let parts = token.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 3 else { return nil }
    var text = parts[1].replacingOccurrences(of: "-", with: "+")
      .replacingOccurrences(of: "_", with: "/")
    while text.utf8.count % 4 != 0 { text += "=" }
    // What is no JSON tells nothing.
    return Data(base64Encoded: text).flatMap { try? JSONValue(parsing: Array($0)) }
  }
}
