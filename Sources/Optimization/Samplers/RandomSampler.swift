public import Basics

/// Draws each active parameter evenly from its domain's scale (Bergstra & Bengio 2012).
public struct RandomSampler: Sampler {
  /// It has no settings.
  public init() {}

  /// An even draw; the history has no say.
  public func point(
    of space: SearchSpace, after trials: [Trial], goal: OptimizationGoal,
    using random: inout SeededGenerator
  ) -> SearchPoint {
    var point = SearchPoint()
    for parameter in space.parameters where parameter.isActive(in: point) {
      point[parameter.name] = Self.value(of: parameter.domain, using: &random)
    }
    return point
  }

  static func value(
    of domain: ParameterDomain, using random: inout SeededGenerator
  ) -> ParameterValue {
    if case .categorical(let choices) = domain {
      return .category(choices[random.next(below: choices.count)])
    }
    return domain.value(at: random.nextUnit())
  }
}
