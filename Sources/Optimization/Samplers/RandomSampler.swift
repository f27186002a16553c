public import Basics

/// Draws each active parameter evenly from its domain's scale (Bergstra & Bengio 2012).
public struct RandomSampler: Sampler {
  /// It has no settings.
  public init() {}

  /// It does.
  public func allowsPromotions(in history: SearchHistory) -> Bool { true }

  /// An even draw; the history has no say.
  public func point(
    for history: SearchHistory, memory: inout SamplerMemory, using random: inout SeededGenerator
  ) -> SearchPoint {
    Self.point(of: history.space, using: &random)
  }

  /// An even draw among the allowed points; a walk to one where rules refuse a hundred draws.
  static func point(of space: SearchSpace, using random: inout SeededGenerator) -> SearchPoint {
    var point = draw(space.parameters, using: &random)
    for _ in 1..<100 where !space.admits(point) { point = draw(space.parameters, using: &random) }
    return space.admits(point) ? point : space.walkedPoint(from: point, using: &random)
  }

  /// An even draw without regard to rules.
  static func draw(
    _ parameters: [SearchParameter], using random: inout SeededGenerator
  ) -> SearchPoint {
    var point = SearchPoint()
    for parameter in parameters where parameter.isActive(in: point) {
      point[parameter.name] = value(of: parameter.domain, using: &random)
    }
    return point
  }

  static func value(
    of domain: ParameterDomain, using random: inout SeededGenerator
  ) -> ParameterValue {
    switch domain {
    case .categorical(let choices): return .category(choices[random.next(below: choices.count)])
    case .boolean: return .bool(random.next(below: 2) == 1)
    case .float, .steps, .int, .ordinal: return domain.value(at: random.nextUnit())
    }
  }
}

extension SearchSpace {
  /// The first of up to a hundred points that keeps the rules, else the last one moved until it does.
  func firstAllowed(_ draw: () -> SearchPoint) -> SearchPoint {
    var point = draw()
    for _ in 1..<100 where !admits(point) { point = draw() }
    return allowed(point)
  }
}
