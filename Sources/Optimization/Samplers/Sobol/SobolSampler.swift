public import Basics

/// Quasi-random search: fills the space more evenly than chance does.
///
/// Sobol 1967; Owen 1995; Bousquet et al. 2017 for its use in searches. Trial n is point n of the scrambled sequence, so it needs no history and parallel askings never
/// meet. Where rules refuse a point, one at random takes its place.
public struct SobolSampler: Sampler {
  /// It has no settings.
  public init() {}

  /// It does.
  public func allowsPromotions(in history: SearchHistory) -> Bool { true }

  /// The point of the sequence with the trial's number.
  public func point(
    for history: SearchHistory, memory: inout SamplerMemory, using random: inout SeededGenerator
  ) -> SearchPoint {
    let space = history.space
    let point = Self.point(history.nextNumber, of: space, seed: history.seed)
    return space.admits(point) ? point : RandomSampler.point(of: space, using: &random)
  }

  /// A point of the sequence without regard to rules; inactive parameters use up their coordinate.
  static func point(_ index: Int, of space: SearchSpace, seed: UInt64) -> SearchPoint {
    space.point(
      atShares: SobolSequence(seed: seed).point(index, dimensions: space.parameters.count))
  }
}

extension SearchSpace {
  /// The point at shares of the domains, without regard to rules.
  func point(atShares shares: [Double]) -> SearchPoint {
    var point = SearchPoint()
    for (parameter, share) in zip(parameters, shares) where parameter.isActive(in: point) {
      point[parameter.name] = parameter.domain.value(atShare: share)
    }
    return point
  }

  /// The point in the middle of all ranges, around which people choose them.
  var middle: SearchPoint { point(atShares: parameters.map { _ in 0.5 }) }
}
