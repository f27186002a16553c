/// Draws each active parameter evenly from its domain's scale (Bergstra & Bengio 2012).
public struct RandomSampler: Sampler {
  public init() {}

  public func point(
    of space: SearchSpace, after trials: [Trial], goal: OptimizationGoal,
    using random: inout RandomSource
  ) -> SearchPoint {
    var point = SearchPoint()
    for parameter in space.parameters where parameter.isActive(in: point) {
      point[parameter.name] = Self.value(of: parameter.domain, using: &random)
    }
    return point
  }

  static func value(
    of domain: ParameterDomain, using random: inout RandomSource
  ) -> ParameterValue {
    if case .categorical(let choices) = domain {
      return .category(choices[random.index(below: choices.count)])
    }
    return domain.value(at: random.uniform())
  }
}
