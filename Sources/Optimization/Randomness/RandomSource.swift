/// The generator of every random decision of a search: xoshiro256** seeded by SplitMix64.
///
/// Both are the published reference algorithms (Blackman & Vigna 2018, "Scrambled linear
/// pseudorandom number generators"; Steele, Lea & Flood 2014), integer arithmetic alone: a seed
/// gives the same numbers on every machine. Numbers for one purpose come from a stream of their own
/// (`init(seed:stream:)`), so that a search resumed at trial 17 draws what it would have drawn.
public struct RandomSource: RandomNumberGenerator, Sendable, Equatable {
  private var state: (UInt64, UInt64, UInt64, UInt64)

  /// Starts the stream of the given number that belongs to the seed.
  public init(seed: UInt64, stream: UInt64 = 0) {
    var splitMix = seed
    // The stream's own SplitMix64 output decorrelates neighboring stream numbers.
    var streamState = stream
    splitMix ^= Self.splitMix64(&streamState)
    state = (
      Self.splitMix64(&splitMix), Self.splitMix64(&splitMix), Self.splitMix64(&splitMix),
      Self.splitMix64(&splitMix)
    )
  }

  public static func == (left: RandomSource, right: RandomSource) -> Bool {
    left.state == right.state
  }

  /// The next 64 random bits.
  public mutating func next() -> UInt64 {
    let result = Self.rotated(state.1 &* 5, by: 7) &* 9
    let shifted = state.1 << 17
    state.2 ^= state.0
    state.3 ^= state.1
    state.1 ^= state.2
    state.0 ^= state.3
    state.2 ^= shifted
    state.3 = Self.rotated(state.3, by: 45)
    return result
  }

  /// A number in 0..<1 with 53 random bits.
  public mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// A whole number in 0..<count; `count` is at least 1.
  ///
  /// By multiplication (Lemire 2019) without rejection: the bias is under count / 2^64.
  public mutating func index(below count: Int) -> Int {
    Int(next().multipliedFullWidth(by: UInt64(count)).high)
  }

  /// The numbers 0..<count in random order (Fisher & Yates).
  public mutating func permutation(of count: Int) -> [Int] {
    var numbers = Array(0..<count)
    for last in stride(from: count - 1, to: 0, by: -1) {
      numbers.swapAt(last, index(below: last + 1))
    }
    return numbers
  }

  private static func rotated(_ value: UInt64, by bits: UInt64) -> UInt64 {
    (value << bits) | (value >> (64 - bits))
  }

  private static func splitMix64(_ state: inout UInt64) -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
