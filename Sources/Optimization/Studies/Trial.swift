public import JobProtocol

/// Whether a small or a large value is good.
public enum OptimizationGoal: String, Sendable, Codable, CaseIterable {
  case minimize, maximize

  /// The value with its sign turned so that smaller is better; NaN becomes the worst.
  public func loss(of value: Double) -> Double {
    if value.isNaN { return .infinity }
    return self == .minimize ? value : -value
  }

  /// Whether `value` is better than `other`; NaN is never better.
  public func isBetter(_ value: Double, than other: Double) -> Bool {
    loss(of: value) < loss(of: other)
  }
}

/// What became of a trial.
public enum TrialState: Sendable, Equatable {
  /// Asked and not told yet.
  case running
  /// Ended with a value for each goal.
  case completed(values: [Double])
  /// Stopped early by the pruner with the value it had after so many steps.
  case pruned(value: Double, step: Int)
  case failed(message: String)

  /// Ended with the value of the only goal.
  public static func completed(value: Double) -> TrialState { .completed(values: [value]) }

  /// Whether it was told.
  public var isFinished: Bool {
    if case .running = self { return false }
    return true
  }
}

extension TrialState {
  /// Whether it is the same result; what is no number is the same as what is no number.
  func isSame(as other: TrialState) -> Bool {
    switch (self, other) {
    case (.completed(let some), .completed(let others)):
      return some.elementsEqual(others, by: Self.same)
    case (.pruned(let value, let step), .pruned(let otherValue, let otherStep)):
      return step == otherStep && Self.same(value, otherValue)
    default: return self == other
    }
  }

  private static func same(_ one: Double, _ other: Double) -> Bool {
    one == other || (one.isNaN && other.isNaN)
  }
}

/// One attempt at a good point.
public struct Trial: Sendable, Equatable {
  /// From 0, in the order of asking.
  public var number: Int
  /// What it tries.
  public var point: SearchPoint
  /// What became of it.
  public var state: TrialState
  /// What was measured of the study's constraints, each kept where it is 0 or less; empty where there are none.
  public var constraints: [Double]
  /// The stopped trial whose point it trains again; nil for a point of its own.
  public var promotion: TrialPromotion?
  /// Whether its point was given to the search: an initial one, or one that somebody wanted tried.
  public var isGiven: Bool

  /// Takes every value as it is.
  public init(
    number: Int, point: SearchPoint, state: TrialState, promotion: TrialPromotion? = nil,
    isGiven: Bool = false, constraints: [Double] = []
  ) {
    self.number = number
    self.point = point
    self.state = state
    self.constraints = constraints
    self.promotion = promotion
    self.isGiven = isGiven
  }

  /// Whether it broke a constraint that was measured, and is never the best.
  public var isInfeasible: Bool { TrialConstraints.areBroken(constraints) }

  /// The first goal's value of a completed trial whose values are numbers.
  public var value: Double? { values?.first }

  /// The values of a completed trial, if all of them are numbers.
  public var values: [Double]? {
    guard case .completed(let values) = state, !values.contains(where: \.isNaN) else { return nil }
    return values
  }
}
