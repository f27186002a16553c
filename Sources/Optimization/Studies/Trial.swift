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
public enum TrialState: Sendable, Equatable, Codable {
  /// Asked and not told yet.
  case running
  case completed(value: Double)
  /// Stopped early by the pruner with the value it had after so many steps.
  case pruned(value: Double, step: Int)
  case failed(message: String)

  /// Whether it was told.
  public var isFinished: Bool { self != .running }
}

/// One attempt at a good point.
public struct Trial: Sendable, Equatable, Codable {
  /// From 0, in the order of asking.
  public var number: Int
  /// What it tries.
  public var point: SearchPoint
  /// What became of it.
  public var state: TrialState

  /// Takes every value as it is.
  public init(number: Int, point: SearchPoint, state: TrialState) {
    self.number = number
    self.point = point
    self.state = state
  }

  /// The objective's value of a completed trial whose value is a number.
  public var value: Double? {
    guard case .completed(let value) = state, !value.isNaN else { return nil }
    return value
  }
}
