public import Foundation

/// How wire types become JSON and back: snake_case names, whole seconds nowhere.
///
/// Swift names are converted (`createdAtMs` is `created_at_ms`); keys of dictionaries stay as they
/// are. An acronym at a word's end does not survive the way back: write `reportUrl`.
public enum WireCoding {
  /// An encoder with the product's settings: sorted keys, plain slashes.
  public static func encoder(pretty: Bool = false) -> JSONEncoder {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    if pretty { encoder.outputFormatting.insert(.prettyPrinted) }
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    return encoder
  }

  /// A decoder that reads what `encoder` writes.
  public static func decoder() -> JSONDecoder {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    return decoder
  }

  /// The JSON of a wire value.
  public static func encode(_ value: some Encodable, pretty: Bool = false) throws -> [UInt8] {
    Array(try encoder(pretty: pretty).encode(value))
  }

  /// Reads a wire value from JSON.
  public static func decode<Wire: Decodable>(
    _ type: Wire.Type = Wire.self, from bytes: [UInt8]
  ) throws -> Wire {
    try decoder().decode(type, from: Data(bytes))
  }
}
