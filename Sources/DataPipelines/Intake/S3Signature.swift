import Crypto
import Foundation

/// Who signs requests to S3.
struct S3Credentials: Sendable, Equatable {
  var accessKey: String
  var secretKey: String
  var sessionToken: String?
}

/// Signs requests as AWS Signature Version 4 asks.
struct S3Signature {
  let credentials: S3Credentials
  let region: String

  private static let emptyHash = hex(SHA256.hash(data: Data()))

  /// The headers to add to a request without a body.
  func headers(method: String, url: String, date: Date) throws -> [(String, String)] {
    guard let components = URLComponents(string: url), let host = components.host else {
      throw DataError(.sourceMissing, "\(url) is no URL.", hint: "Check the endpoint.")
    }
    let (day, time) = Self.stamps(date)
    var signed = [
      ("host", components.port.map { "\(host):\($0)" } ?? host),
      ("x-amz-content-sha256", Self.emptyHash), ("x-amz-date", time),
    ]
    if let token = credentials.sessionToken { signed.append(("x-amz-security-token", token)) }
    let names = signed.map(\.0).joined(separator: ";")
    let canonical = [
      method, components.percentEncodedPath.isEmpty ? "/" : components.percentEncodedPath,
      components.percentEncodedQuery ?? "", signed.map { "\($0.0):\($0.1)\n" }.joined(), names,
      Self.emptyHash,
    ].joined(separator: "\n")
    let scope = "\(day)/\(region)/s3/aws4_request"
    let text = [
      "AWS4-HMAC-SHA256", time, scope, Self.hex(SHA256.hash(data: Data(canonical.utf8))),
    ].joined(separator: "\n")
    let signature = Self.hex(Self.code(text, key: key(day: day)))
    let authorization =
      "AWS4-HMAC-SHA256 Credential=\(credentials.accessKey)/\(scope), SignedHeaders=\(names), "
      + "Signature=\(signature)"
    return signed.dropFirst() + [("authorization", authorization)]
  }

  private func key(day: String) -> SymmetricKey {
    var key = SymmetricKey(data: Data("AWS4\(credentials.secretKey)".utf8))
    for word in [day, region, "s3", "aws4_request"] {
      key = SymmetricKey(data: Data(Self.code(word, key: key)))
    }
    return key
  }

  private static func code(_ text: String, key: SymmetricKey) -> HMAC<SHA256>.MAC {
    HMAC<SHA256>.authenticationCode(for: Data(text.utf8), using: key)
  }

  private static func hex(_ bytes: some Sequence<UInt8>) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  /// `20260102` and `20260102T030405Z`.
  private static func stamps(_ date: Date) -> (day: String, time: String) {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = TimeZone(secondsFromGMT: 0) ?? .current
    let parts = calendar.dateComponents(
      [.year, .month, .day, .hour, .minute, .second], from: date)
    func two(_ number: Int?) -> String { (number ?? 0) < 10 ? "0\(number ?? 0)" : "\(number ?? 0)" }
    let day = "\(parts.year ?? 0)\(two(parts.month))\(two(parts.day))"
    return (day, "\(day)T\(two(parts.hour))\(two(parts.minute))\(two(parts.second))Z")
  }

  /// Percent-encodes all but RFC 3986's unreserved characters.
  static func encoded(_ text: String) -> String {
    var encoded = ""
    for byte in text.utf8 {
      let character = Character(Unicode.Scalar(byte))
      if byte < 0x80, character.isLetter || character.isNumber || "-._~".contains(character) {
        encoded.append(character)
      } else {
        encoded += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
      }
    }
    return encoded
  }
}
