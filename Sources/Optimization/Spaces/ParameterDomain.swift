/// The values that a parameter may take.
public enum ParameterDomain: Sendable, Equatable {
  /// Real numbers of a closed range, even on a linear or logarithmic scale.
  case float(low: Double, high: Double, log: Bool = false)
  /// The numbers low, low + step, … up to high.
  case steps(low: Double, high: Double, step: Double)
  /// Whole numbers of a closed range, even on a linear or logarithmic scale.
  case int(low: Int, high: Int, log: Bool = false)
  /// One of a few words; no order among them.
  case categorical([String])
  /// One of a few words that have an order: neighbors are alike.
  case ordinal([String])
  /// True or false.
  case boolean

  /// Whole numbers from here on are no longer all exact as doubles: 2^53 may have been 2^53 + 1.
  private static let endlessInt = 1 << 53

  /// Why no value can be drawn, or nil.
  var problem: String? {
    switch self {
    case .float(let low, let high, let log):
      guard low <= high, (high - low).isFinite else { return "has no range \(low)...\(high)" }
      return log && low <= 0 ? "is logarithmic from \(low), which is not above zero" : nil
    case .steps(let low, let high, let step):
      guard low <= high, (high - low).isFinite else { return "has no range \(low)...\(high)" }
      let finest = max(abs(low), abs(high)) * 1e-12
      guard step.isFinite, step > finest, (high - low) / step < 1e9 else {
        return "cannot go in steps of \(step)"
      }
      return nil
    case .int(let low, let high, let log):
      guard low <= high else { return "has no range \(low)...\(high)" }
      guard low > -Self.endlessInt, high < Self.endlessInt else {
        return "goes beyond ±9007199254740991, the last whole number that is exact everywhere"
      }
      return log && low < 1 ? "is logarithmic from \(low), which is not above zero" : nil
    case .categorical(let choices), .ordinal(let choices):
      if choices.isEmpty { return "has no choices" }
      return Set(choices).count == choices.count ? nil : "names a choice twice"
    case .boolean: return nil
    }
  }

  /// Whether it has the same values; choices without order may stand in any.
  func isAlike(_ other: ParameterDomain) -> Bool {
    guard case (.categorical(let some), .categorical(let others)) = (self, other) else {
      return self == other
    }
    return some.count == others.count && Set(some) == Set(others)
  }

  /// Says that a program names numbers from and to other ones than a study does, which has this domain; nil where it
  /// does not.
  func otherRange(than asked: SearchParameter) -> String? {
    func ends(_ domain: ParameterDomain) -> (low: Double, high: Double)? {
      guard let low = domain.value(at: 0).number, let high = domain.value(at: 1).number,
        !domain.isUnordered
      else { return nil }
      return (low, high)
    }
    guard let own = ends(self), let other = ends(asked.domain),
      own.low != other.low || own.high != other.high
    else { return nil }
    func text(_ number: Double) -> String {
      Int(exactly: number).map(String.init) ?? number.description
    }
    return
      "the declared space has \(asked.name) from \(text(own.low)) to \(text(own.high)), which is searched, "
      + "and not from \(text(other.low)) to \(text(other.high))"
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
    case (.categorical(let choices), .category(let word)),
      (.ordinal(let choices), .category(let word)):
      return choices.contains(word)
    case (.boolean, .bool): return true
    default: return false
    }
  }

  /// The value of the domain that lies nearest, or nil if the value is of another kind.
  public func nearest(to value: ParameterValue) -> ParameterValue? {
    switch (self, value) {
    case (.categorical(let choices), .category(let word)),
      (.ordinal(let choices), .category(let word)):
      return choices.contains(word) ? value : nil
    case (.categorical(let choices), _), (.ordinal(let choices), _):
      // A list of numbers is a list of words that look like numbers.
      return choices.contains(value.text) ? .category(value.text) : nil
    case (.boolean, .bool): return value
    case (.boolean, _), (_, .category), (_, .bool): return nil
    case (_, .float(let number)):
      if contains(value) { return value }
      return number.isFinite ? self.value(at: place(of: value)) : nil
    case (_, .int(let number)):
      // A whole number of a file that says 1 and means 1.0 stays what it is.
      let float = ParameterValue.float(Double(number))
      return contains(float) ? float : self.value(at: place(of: value))
    }
  }

  /// The value halfway on the domain's scale; the first choice of one without order.
  public var middle: ParameterValue {
    isUnordered ? value(at: 0) : value(at: 0.5)
  }

  /// Whether there is no order among the values.
  var isUnordered: Bool {
    switch self {
    case .categorical, .boolean: return true
    case .float, .steps, .int, .ordinal: return false
    }
  }

  /// How many values there are; nil for real numbers.
  var valueCount: Int? {
    switch self {
    case .float(let low, let high, _): return low == high ? 1 : nil
    case .steps(let low, let high, let step): return Int(Self.stepCount(low, high, step))
    case .int(let low, let high, _): return high - low + 1
    case .categorical(let choices), .ordinal(let choices): return choices.count
    case .boolean: return 2
    }
  }

  static func stepCount(_ low: Double, _ high: Double, _ step: Double) -> Double {
    ((high - low) / step + 1e-9).rounded(.down) + 1
  }
}
