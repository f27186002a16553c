import Foundation

/// The unit interval on which samplers work.
///
/// Values with an order lie in 0...1, each on its own part of the domain's scale. Values without
/// one lie at their index.
extension ParameterDomain {
  /// Where a value lies in 0...1 on the domain's scale; a choice without order lies at its index.
  func place(of value: ParameterValue) -> Double {
    switch (self, value) {
    case (.categorical(let choices), .category(let word)):
      return Double(choices.firstIndex(of: word) ?? 0)
    case (.ordinal(let choices), .category(let word)):
      return (Double(choices.firstIndex(of: word) ?? 0) + 0.5) / Double(choices.count)
    case (.boolean, .bool(let flag)): return flag ? 1 : 0
    case (_, .float(let number)): return place(of: number)
    case (_, .int(let number)): return place(of: Double(number))
    default: return 0.5
    }
  }

  /// The value at a place in 0...1 on the domain's scale (an index for choices without order).
  func value(at place: Double) -> ParameterValue {
    let place = Swift.min(Swift.max(place, 0), isUnordered ? .infinity : 1)
    switch self {
    case .float(let low, let high, let log):
      let number =
        log
        ? exp(Foundation.log(low) + place * (Foundation.log(high) - Foundation.log(low)))
        : low + place * (high - low)
      return .float(Swift.min(Swift.max(number, low), high))
    case .steps(let low, let high, let step):
      let count = Self.stepCount(low, high, step)
      return .float(
        Swift.min(low + Swift.min(count - 1, (place * count).rounded(.down)) * step, high))
    case .int(let low, let high, let log):
      // Each whole number owns the same width (on a log scale: the width of its half-open unit).
      let (bottom, top) = (Double(low) - 0.5, Double(high) + 0.5)
      let number =
        log
        ? exp(Foundation.log(bottom) + place * (Foundation.log(top) - Foundation.log(bottom)))
        : bottom + place * (top - bottom)
      return .int(Swift.min(Swift.max(Int(number.rounded()), low), high))
    case .categorical(let choices):
      return .category(choices[Swift.min(Int(place), choices.count - 1)])
    case .ordinal(let choices):
      return .category(choices[Swift.min(Int(place * Double(choices.count)), choices.count - 1)])
    case .boolean: return .bool(place >= 1)
    }
  }

  /// The value at a share in 0..<1 of the domain, choices included: each owns the same width.
  public func value(atShare share: Double) -> ParameterValue {
    guard isUnordered else { return value(at: share) }
    return value(at: (share * Double(valueCount ?? 1)).rounded(.down))
  }

  /// Where a value lies in 0...1, choices included: in the middle of what each owns.
  public func share(of value: ParameterValue) -> Double {
    guard isUnordered else { return place(of: value) }
    return (place(of: value) + 0.5) / Double(Swift.max(valueCount ?? 1, 1))
  }

  /// Distance between neighboring values in 0...1; 0 for real numbers and logarithmic scales.
  var grain: Double {
    switch self {
    case .float, .categorical, .boolean: return 0
    case .steps(let low, let high, let step): return 1 / (((high - low) / step).rounded(.down) + 1)
    case .int(let low, let high, let log): return log ? 0 : 1 / Double(high - low + 1)
    case .ordinal(let choices): return 1 / Double(choices.count)
    }
  }

  private func place(of number: Double) -> Double {
    let (bottom, top, log): (Double, Double, Bool)
    switch self {
    case .float(let low, let high, let isLog): (bottom, top, log) = (low, high, isLog)
    case .steps(let low, let high, let step):
      let count = Self.stepCount(low, high, step)
      return Swift.min(Swift.max((((number - low) / step).rounded() + 0.5) / count, 0), 1)
    case .int(let low, let high, let isLog):
      (bottom, top, log) = (Double(low) - 0.5, Double(high) + 0.5, isLog)
    case .categorical, .ordinal, .boolean: return 0
    }
    guard top > bottom else { return 0.5 }
    let inside = Swift.min(Swift.max(number, bottom), top)
    return log
      ? (Foundation.log(inside) - Foundation.log(bottom))
        / (Foundation.log(top) - Foundation.log(bottom))
      : (inside - bottom) / (top - bottom)
  }
}
