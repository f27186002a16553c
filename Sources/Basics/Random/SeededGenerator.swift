/// Random numbers that are the same for the same seed, on every machine and in every release.
///
/// SplitMix64 (Steele, Lea, Flood 2014): passes BigCrush, one addition and three mixes a number.
/// What draws with it is part of its contract: Swift's own `Int.random(in:using:)` may change
/// between toolchains, hence `next(below:)` and `nextUnit()`.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// Starts the sequence of that seed.
  public init(seed: UInt64) { state = seed }

  /// A generator of its own for the part of the work with that number.
  public init(seed: UInt64, stream: UInt64) {
    var mixer = SeededGenerator(seed: stream)
    state = seed ^ mixer.next()
  }

  /// The next 64 random bits.
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
    return word ^ word >> 31
  }

  /// A number in `0..<bound`, by multiplication (Lemire 2019; its bias of under `bound` in 2^64 is
  /// accepted).
  public mutating func next(below bound: Int) -> Int {
    Int(next().multipliedFullWidth(by: UInt64(bound)).high)
  }

  /// A number in 0..<1 with 53 random bits.
  public mutating func nextUnit() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// Puts the elements in random order (Fisher, Yates).
  public mutating func shuffle<Element>(_ elements: inout [Element]) {
    guard elements.count > 1 else { return }
    for last in (1..<elements.count).reversed() { elements.swapAt(last, next(below: last + 1)) }
  }
}
