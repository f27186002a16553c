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

  static func word(using generator: inout some RandomNumberGenerator) -> String {
    let bytes = (0..<26).map { _ in characters[Int.random(in: 0..<32, using: &generator)] }
    return String(decoding: bytes, as: UTF8.self)
  }
}
