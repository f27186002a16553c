import Crypto
import Foundation

/// The SHA-256 of a token, compared without telling by time how much of it was right.
public struct TokenDigest: Sendable {
  private let digest: [UInt8]

  /// Digests a token's text.
  public init(of token: some StringProtocol) {
    var hash = SHA256()
    var text = String(token)
    text.withUTF8 { hash.update(bufferPointer: UnsafeRawBufferPointer($0)) }
    digest = Array(hash.finalize())
  }

  /// Takes a digest that was written as `hex`; nil if it is none.
  public init?(hex: String) {
    let digits = Array(hex.utf8)
    guard digits.count == 2 * SHA256.byteCount else { return nil }
    var bytes: [UInt8] = []
    for index in stride(from: 0, to: digits.count, by: 2) {
      let text = String(decoding: digits[index..<index + 2], as: UTF8.self)
      guard let byte = UInt8(text, radix: 16) else { return nil }
      bytes.append(byte)
    }
    digest = bytes
  }

  /// 64 lower-case hexadecimal characters.
  public var hex: String { digest.map { String(format: "%02x", $0) }.joined() }

  /// Whether both are of the same token; takes the same time for all inputs.
  public func matches(_ other: TokenDigest) -> Bool {
    zip(digest, other.digest).reduce(into: UInt8(0)) { $0 |= $1.0 ^ $1.1 } == 0
  }

  /// Whether an `Authorization` header holds one of these tokens.
  static func holds(_ header: String, oneOf digests: [TokenDigest]) -> Bool {
    guard let token = Authenticator.token(in: header) else { return false }
    let digest = TokenDigest(of: token)
    return digests.reduce(false) { $0 || $1.matches(digest) }
  }
}

/// Random words for tokens.
public enum SecretText {
  /// 43 characters of base 64 for URLs: 256 bits from the system's generator.
  public static func random() -> String {
    var generator = SystemRandomNumberGenerator()
    let bytes = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    return Data(bytes).base64EncodedString()
      .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
  }
}
