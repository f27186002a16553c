public import Basics

/// The sampler that suits the search: by budget, number and kind of parameters, goals, and whether trials are stopped early.
public struct AutomaticSampler: Sampler {
  /// Whether a pruner stops trials.
  public var isPruned: Bool

  /// Takes the setting.
  public init(isPruned: Bool = false) { self.isPruned = isPruned }

  /// A point of the chosen sampler; the choice does not change during a search.
  public func point(
    for history: SearchHistory, memory: inout SamplerMemory, using random: inout SeededGenerator
  ) -> SearchPoint {
    choice(for: history).name.sampler.point(for: history, memory: &memory, using: &random)
  }

  /// Who chooses, and why.
  func choice(for history: SearchHistory) -> SamplerChoice {
    SamplerChoice(
      space: history.space, goalCount: history.goals.count, budget: history.budget,
      isPruned: isPruned)
  }
}

extension SamplerName {
  /// The sampler with its default settings for a search whose trials a pruner stops.
  public func sampler(beside pruner: PrunerName) -> any Sampler {
    self == .automatic ? AutomaticSampler(isPruned: pruner != PrunerName.none) : sampler
  }
}
