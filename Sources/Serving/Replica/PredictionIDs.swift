import Basics
import CLinux

/// Draws identifiers of predictions.
///
/// The system's generator costs a call, which is spread over the characters of many identifiers.
struct PredictionIDs {
  private static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)
  /// Most bytes of one call (getrandom(2)).
  private static let drawn = 256
  private var bytes: [UInt8] = []

  /// 26 characters, without the prefix.
  mutating func next() -> ArraySlice<UInt8> {
    if bytes.count < SegmentFormat.identifierBytes { refill() }
    let taken = bytes.suffix(SegmentFormat.identifierBytes)
    bytes.removeLast(SegmentFormat.identifierBytes)
    return taken
  }

  private mutating func refill() {
    bytes = [UInt8](unsafeUninitializedCapacity: Self.drawn) { buffer, count in
      factory_random(buffer.baseAddress, Self.drawn)
      count = Self.drawn
    }
    // Five bits of each byte are a character.
    for place in bytes.indices { bytes[place] = Self.alphabet[Int(bytes[place] & 31)] }
  }
}
