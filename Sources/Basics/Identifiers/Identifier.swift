/// Something with an identifier of its own; the prefix tells a reader what an identifier names.
public protocol Identified {
  /// A short lower-case word and an underscore, such as `job_`.
  static var identifierPrefix: String { get }
}

/// The identifier of one entity: its prefix and 26 random base-32 characters (130 bits).
public struct Identifier<Entity: Identified>: Hashable, Sendable, CustomStringConvertible {
  /// The whole text, prefix included.
  public let rawValue: String

  /// Takes an identifier that was made before; nil if it is not one of this entity.
  public init?(_ rawValue: String) {
    guard rawValue.hasPrefix(Entity.identifierPrefix),
      rawValue.utf8.dropFirst(Entity.identifierPrefix.utf8.count)
        .allSatisfy({ IdentifierAlphabet.contains($0) }),
      rawValue.utf8.count == Entity.identifierPrefix.utf8.count + 26
    else { return nil }
    self.rawValue = rawValue
  }

  /// Draws a new identifier.
  public static func random(
    using generator: inout some RandomNumberGenerator
  ) -> Identifier {
    Identifier(unchecked: Entity.identifierPrefix + IdentifierAlphabet.word(using: &generator))
  }

  /// Draws a new identifier from the system's generator.
  public static func random() -> Identifier {
    var generator = SystemRandomNumberGenerator()
    return random(using: &generator)
  }

  /// The identifier that always stands for the same thing, such as the job of a study's trial.
  ///
  /// Whoever makes it twice, because he was interrupted, makes one.
  public static func derived(from words: String...) -> Identifier {
    let digest = ObjectDigest(of: Entity.identifierPrefix + words.joined(separator: " "))
    return Identifier(
      unchecked: Entity.identifierPrefix + IdentifierAlphabet.word(of: digest.hex))
  }

  private init(unchecked rawValue: String) { self.rawValue = rawValue }

  /// The code and the message in one line.
  public var description: String { rawValue }
}

extension Identifier: Codable {
  /// Takes every value as it is.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let identifier = Identifier(text) else {
      throw DecodingError.dataCorruptedError(
        in: container,
        debugDescription: "expected an identifier that starts with \(Entity.identifierPrefix)")
    }
    self = identifier
  }

  /// Writes the bare text.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(rawValue)
  }
}

/// Base 32 without letters that look alike (Crockford's order, lower case).
enum IdentifierAlphabet {
  static let characters = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)

  static func contains(_ byte: UInt8) -> Bool { characters.contains(byte) }

  /// A word out of hexadecimal digits, of which 52 are used.
  static func word(of hexadecimal: String) -> String {
    let digits = hexadecimal.utf8.map { Int($0 <= 0x39 ? $0 - 0x30 : $0 - 0x61 + 10) }
    let bytes = (0..<26).map { characters[(digits[2 * $0] << 4 | digits[2 * $0 + 1]) & 31] }
    return String(decoding: bytes, as: UTF8.self)
  }

  static func word(using generator: inout some RandomNumberGenerator) -> String {
    let bytes = (0..<26).map { _ in characters[Int.random(in: 0..<32, using: &generator)] }
    return String(decoding: bytes, as: UTF8.self)
  }
}
