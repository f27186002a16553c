/// Sums up what the accelerators of an attempt do, look by look.
///
/// Between two looks each value is taken for the mean of both (the trapezoidal rule). What a driver does not
/// tell is not guessed.
public struct AcceleratorMeter: Sendable {
  /// Looks that are farther apart are not joined: nobody knows what was between them.
  public static let longestGapMs: Int64 = 60_000
  /// How long a look says what is now.
  public static let freshMs: Int64 = 45_000

  /// What was seen so far; nil before there was something to add up.
  public private(set) var usage: AcceleratorUsage?
  private var last: (samples: [AcceleratorSample], atMs: Int64)?

  /// Begins with nothing.
  public init() {}

  /// Takes a look in: the accelerators in their order.
  ///
  /// - Parameter atMs: by a clock that nobody sets.
  public mutating func take(_ samples: [AcceleratorSample], atMs: Int64) {
    defer { last = (samples, atMs) }
    var stretch = AcceleratorUsage(maxMemoryBytes: samples.compactMap(\.memoryBytes).max())
    if let last, last.samples.count == samples.count, atMs > last.atMs,
      atMs - last.atMs <= Self.longestGapMs
    {
      stretch.add(Self.between(last.samples, samples, passedMs: atMs - last.atMs))
    }
    guard stretch != AcceleratorUsage() else { return }
    var sum = usage ?? AcceleratorUsage()
    sum.add(stretch)
    usage = sum
  }

  private static func between(
    _ earlier: [AcceleratorSample], _ later: [AcceleratorSample], passedMs: Int64
  ) -> AcceleratorUsage {
    var stretch = AcceleratorUsage()
    for (before, now) in zip(earlier, later) {
      if let one = before.busyPermille, let other = now.busyPermille {
        stretch.measuredMs += passedMs
        stretch.busyMs += passedMs * (one + other) / 2_000
      }
      if let one = before.milliwatts, let other = now.milliwatts {
        stretch.microjoules = (stretch.microjoules ?? 0) + passedMs * (one + other) / 2
      }
    }
    return stretch
  }

  /// What they do now; empty where the last look is too old to say.
  public func latest(atMs: Int64) -> [AcceleratorSample] {
    guard let last, atMs - last.atMs <= Self.freshMs else { return [] }
    return last.samples
  }
}
