public import Basics

/// Chooses the next point of a search.
///
/// Pure: state in, point out, randomness as an argument. What an implementation owes (and the
/// contract suite of the tests checks): the point lies in the space; equal arguments give equal
/// points, whatever the memory holds; trials in any state, without values, with equal, infinite or
/// NaN values are all legal.
public protocol Sampler: Sendable {
  /// The next point to try after the trials of `history`.
  ///
  /// - Parameter memory: what the sampler worked out at earlier askings. It saves time and changes nothing.
  func point(
    for history: SearchHistory, memory: inout SamplerMemory, using random: inout SeededGenerator
  ) -> SearchPoint

  /// Whether a stopped trial may be trained again before the next point is asked for.
  ///
  /// What is known of a point then changes after it was told, and a trial of the budget goes to no new
  /// point. By default not, for those whose trials have places: combinations of a grid, generations.
  func allowsPromotions(in history: SearchHistory) -> Bool
}

extension Sampler {
  /// Not.
  public func allowsPromotions(in history: SearchHistory) -> Bool { false }

  /// The next point to try after the trials of `history`, worked out from nothing.
  public func point(
    for history: SearchHistory, using random: inout SeededGenerator
  ) -> SearchPoint {
    var memory = SamplerMemory()
    return point(for: history, memory: &memory, using: &random)
  }
}

/// What a sampler worked out from trials that no longer change; empty at first.
public struct SamplerMemory: Sendable {
  var content: (any Sendable)?

  /// Nothing.
  public init() {}
}
