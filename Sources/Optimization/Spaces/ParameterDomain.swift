import Foundation

/// The values that a parameter may take.
public enum ParameterDomain: Sendable, Equatable, Codable {
  /// Real numbers of a closed range, even on a linear or logarithmic scale.
  case float(low: Double, high: Double, log: Bool = false)
  /// The numbers low, low + step, … up to high.
  case steps(low: Double, high: Double, step: Double)
  /// Whole numbers of a closed range, even on a linear or logarithmic scale.
  case int(low: Int, high: Int, log: Bool = false)
  /// One of a few words; no order among them.
  case categorical([String])

  /// Why no value can be drawn, or nil.
  var problem: String? {
    switch self {
    case .float(let low, let high, let log):
      guard low.isFinite, high.isFinite, low <= high else { return "has no range \(low)...\(high)" }
      return log && low <= 0 ? "is logarithmic from \(low), which is not above zero" : nil
    case .steps(let low, let high, let step):
      guard low.isFinite, high.isFinite, low <= high else { return "has no range \(low)...\(high)" }
      guard step > 0, (high - low) / step < 1e9 else { return "cannot go in steps of \(step)" }
      return nil
    case .int(let low, let high, let log):
      guard low <= high else { return "has no range \(low)...\(high)" }
      return log && low < 1 ? "is logarithmic from \(low), which is not above zero" : nil
    case .categorical(let choices):
      if choices.isEmpty { return "has no choices" }
      return Set(choices).count == choices.count ? nil : "names a choice twice"
    }
  }

  /// Whether the value is of this domain.
  public func contains(_ value: ParameterValue) -> Bool {
    switch (self, value) {
    case (.float(let low, let high, _), .float(let number)):
      return low <= number && number <= high
    case (.steps(let low, let high, let step), .float(let number)):
      let place = ((number - low) / step).rounded()
      return low <= number && number <= high && abs(low + place * step - number) <= step * 1e-9
    case (.int(let low, let high, _), .int(let number)): return low <= number && number <= high
    case (.categorical(let choices), .category(let word)): return choices.contains(word)
    default: return false
    }
  }

  /// The value of the domain that lies nearest, or nil if the value is of another kind.
  public func nearest(to value: ParameterValue) -> ParameterValue? {
    switch (self, value) {
    case (.categorical(let choices), .category(let word)):
      return choices.contains(word) ? value : nil
    case (.categorical, _), (_, .category): return nil
    case (_, .float(let number)): return number.isFinite ? self.value(at: place(of: number)) : nil
    case (_, .int(let number)): return self.value(at: place(of: Double(number)))
    }
  }

  /// The value halfway on the domain's scale; the first choice of a categorical one.
  public var middle: ParameterValue {
    if case .categorical(let choices) = self { return .category(choices.first ?? "") }
    return value(at: 0.5)
  }

  // MARK: The unit interval on which samplers work

  /// Where a value lies in 0...1 on the domain's scale; a choice lies at its index.
  func place(of value: ParameterValue) -> Double {
    switch (self, value) {
    case (.categorical(let choices), .category(let word)):
      return Double(choices.firstIndex(of: word) ?? 0)
    case (_, .float(let number)): return place(of: number)
    case (_, .int(let number)): return place(of: Double(number))
    default: return 0.5
    }
  }

  /// The value at a place in 0...1 on the domain's scale (an index for choices).
  func value(at place: Double) -> ParameterValue {
    let place = Swift.min(Swift.max(place, 0), self.isCategorical ? .infinity : 1)
    switch self {
    case .float(let low, let high, let log):
      let number =
        log
        ? exp(Foundation.log(low) + place * (Foundation.log(high) - Foundation.log(low)))
        : low + place * (high - low)
      return .float(Swift.min(Swift.max(number, low), high))
    case .steps(let low, let high, let step):
      let count = ((high - low) / step + 1e-9).rounded(.down) + 1
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
    }
  }

  var isCategorical: Bool {
    if case .categorical = self { return true }
    return false
  }

  /// Distance between neighboring values in 0...1 near `place`; 0 for real numbers.
  var grain: Double {
    switch self {
    case .float, .categorical: return 0
    case .steps(let low, let high, let step): return 1 / (((high - low) / step).rounded(.down) + 1)
    case .int(let low, let high, let log):
      return log ? 0 : 1 / Double(high - low + 1)
    }
  }

  private func place(of number: Double) -> Double {
    let (bottom, top, log): (Double, Double, Bool)
    switch self {
    case .float(let low, let high, let isLog): (bottom, top, log) = (low, high, isLog)
    case .steps(let low, let high, let step):
      let count = ((high - low) / step + 1e-9).rounded(.down) + 1
      return Swift.min(Swift.max((((number - low) / step).rounded() + 0.5) / count, 0), 1)
    case .int(let low, let high, let isLog):
      (bottom, top, log) = (Double(low) - 0.5, Double(high) + 0.5, isLog)
    case .categorical: return 0
    }
    guard top > bottom else { return 0.5 }
    let inside = Swift.min(Swift.max(number, bottom), top)
    return log
      ? (Foundation.log(inside) - Foundation.log(bottom))
        / (Foundation.log(top) - Foundation.log(bottom))
      : (inside - bottom) / (top - bottom)
  }
}
