import Basics

/// Draws identifiers of predictions.
///
/// The system's generator costs a call for each number; here that is spread over eight characters.
struct PredictionIDs {
  private static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)
  private var bytes: [UInt8] = []

  /// 26 characters, without the prefix.
  mutating func next() -> ArraySlice<UInt8> {
    if bytes.count < SegmentFormat.identifierBytes { refill() }
    let taken = bytes.suffix(SegmentFormat.identifierBytes)
    bytes.removeLast(SegmentFormat.identifierBytes)
    return taken
  }

  private mutating func refill() {
    var generator = SystemRandomNumberGenerator()
    bytes = (0..<512).flatMap { _ in
      // Eight characters of five bits each out of one number of 64.
      let number = generator.next()
      return (0..<8).map { Self.alphabet[Int(truncatingIfNeeded: number >> (8 * $0)) & 31] }
    }
  }
}
