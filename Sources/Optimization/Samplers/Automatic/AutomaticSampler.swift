public import Basics

/// The sampler that suits the search: by budget, number and kind of parameters, and goals.
public struct AutomaticSampler: Sampler {
  /// It has no settings.
  public init() {}

  /// A point of the chosen sampler; the choice does not change during a search.
  public func point(
    for history: SearchHistory, memory: inout SamplerMemory, using random: inout SeededGenerator
  ) -> SearchPoint {
    let choice = SamplerChoice(
      space: history.space, goalCount: history.goals.count, budget: history.budget)
    return choice.name.sampler.point(for: history, memory: &memory, using: &random)
  }
}
