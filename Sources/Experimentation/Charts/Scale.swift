import Foundation

/// Turns values into places on an axis, with ticks at round numbers.
struct Scale: Sendable, Equatable {
  /// Values at the ends of the axis.
  let low: Double
  let high: Double
  let ticks: [Double]
  /// Whether equal shares are equal factors.
  let isLogarithmic: Bool
  private let step: Double

  /// Differences of values beyond it would be infinite; they stand at the end of the axis.
  private static let most = 1e300
  /// Parts of a narrower range would be zero.
  private static let least = 1e-290

  /// An axis that covers the values.
  ///
  /// - Parameters:
  ///   - values: those that are not finite are passed over.
  ///   - includesZero: whether the axis starts (or ends) at zero.
  ///   - isTight: whether it ends at the values instead of at ticks.
  ///   - isWhole: whether ticks stand at whole numbers only.
  init(
    covering values: some Sequence<Double>, includesZero: Bool = false, isTight: Bool = false,
    isWhole: Bool = false, tickCount: Int = 5
  ) {
    var low = Double.infinity
    var high = -Double.infinity
    for value in values.lazy.filter(\.isFinite).map({ min(max($0, -Self.most), Self.most) }) {
      low = min(low, value)
      high = max(high, value)
    }
    if low > high { (low, high) = (0, 1) }
    if includesZero { (low, high) = (min(low, 0), max(high, 0)) }
    // A range too narrow for its magnitude would make ticks that do not differ.
    if high - low <= max(max(abs(low), abs(high)) * 1e-12, Self.least) {
      let half = abs(low) <= Self.least ? 0.5 : abs(low) * 0.1
      (low, high) = (low - half, high + half)
    }
    let step = max(isWhole ? 1 : 0, Self.niceStep((high - low) / Double(max(1, tickCount))))
    self.step = step
    isLogarithmic = false
    let first = isTight ? ceil(low / step - 1e-9) : floor(low / step + 1e-9)
    let last = isTight ? floor(high / step + 1e-9) : ceil(high / step - 1e-9)
    let count = min(20, max(0, Int(last - first)))
    ticks = (0...count).map { (first + Double($0)) * step }
    self.low = isTight ? low : min(low, ticks.first ?? low)
    self.high = isTight ? high : max(high, ticks.last ?? high)
  }

  /// An axis over orders of magnitude, with ticks at powers of ten.
  private init(logarithmic values: [Double], isTight: Bool) {
    let (low, high) = (values.min() ?? 1, values.max() ?? 10)
    let (start, end) = (log10(low), log10(high))
    let first = Int(isTight ? ceil(start - 1e-9) : floor(start + 1e-9))
    let last = max(first, Int(isTight ? floor(end + 1e-9) : ceil(end - 1e-9)))
    let stride = (last - first) / 8 + 1
    ticks = (first...last).filter { ($0 - first).isMultiple(of: stride) }
      .map { pow(10, Double($0)) }
    step = 0
    isLogarithmic = true
    self.low = isTight ? low : min(low, pow(10, Double(first)))
    self.high = isTight ? high : max(high, pow(10, Double(last)))
  }

  /// Largest and least values further apart than this factor need a logarithmic axis.
  static let linearFactor = 1_000.0

  /// An axis on which values can be told apart: logarithmic where they are positive and lie over
  /// more than three orders of magnitude.
  static func telling(_ values: some Sequence<Double>, isTight: Bool = false) -> Scale {
    let finite = values.filter(\.isFinite)
    guard isSpread(finite) else { return Scale(covering: finite, isTight: isTight) }
    return Scale(logarithmic: finite, isTight: isTight)
  }

  /// Whether values are positive and lie over more than three orders of magnitude.
  static func isSpread(_ values: some Sequence<Double>) -> Bool {
    var (low, high) = (Double.infinity, -Double.infinity)
    for value in values {
      low = min(low, value)
      high = max(high, value)
    }
    return low >= least && high <= most && high > low * linearFactor
  }

  /// The share of the axis at a value; 0 is its start.
  func share(_ value: Double) -> Double {
    if isLogarithmic {
      let share = (log10(max(value, Self.least)) - log10(low)) / (log10(high) - log10(low))
      return share.isFinite || !value.isFinite ? share : 1
    }
    let share = (value - low) / (high - low)
    return share.isFinite || !value.isFinite ? share : value > 0 ? 1 : 0
  }

  /// A tick in words, with as many digits as tell it from the next.
  func label(_ tick: Double) -> String {
    if isLogarithmic {
      return tick < 1e6 ? NumberText.short(tick) : String(format: "%.3g", tick)
    }
    let largest = max(abs(low), abs(high))
    if largest >= 1e5 || largest < 1e-3 {
      let digits = min(15, max(3, Int(ceil(log10(largest / step) - 1e-9)) + 1))
      return tick == 0 ? "0" : String(format: "%.*g", digits, tick).replacing("-", with: "−")
    }
    let decimals = min(15, max(0, -Int(floor(log10(step) + 1e-9))))
    let text = String(format: "%.*f", decimals, tick == 0 ? 0 : tick)
    return text.hasPrefix("-") ? "−" + text.dropFirst() : text
  }

  /// 1, 2 or 5 times a power of ten, at least as large as `rough`.
  private static func niceStep(_ rough: Double) -> Double {
    let power = pow(10, floor(log10(rough)))
    let digit = rough / power
    return power * (digit <= 1 ? 1 : digit <= 2 ? 2 : digit <= 5 ? 5 : 10)
  }
}
