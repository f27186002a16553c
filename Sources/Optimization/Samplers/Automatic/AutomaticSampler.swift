public import Basics

/// The sampler that suits the search: by budget, number and kind of parameters, goals, and whether trials are stopped early.
public struct AutomaticSampler: Sampler {
  /// Who stops trials.
  public var pruner: PrunerName

  /// Takes the setting.
  public init(beside pruner: PrunerName = .none) { self.pruner = pruner }

  /// A point of the chosen sampler; the choice does not change during a search.
  public func point(
    for history: SearchHistory, memory: inout SamplerMemory, using random: inout SeededGenerator
  ) -> SearchPoint {
    choice(for: history).name.sampler(beside: pruner)
      .point(for: history, memory: &memory, using: &random)
  }

  /// As the chosen sampler does.
  public func allowsPromotions(in history: SearchHistory) -> Bool {
    choice(for: history).name.sampler(beside: pruner).allowsPromotions(in: history)
  }

  /// Who chooses, and why.
  func choice(for history: SearchHistory) -> SamplerChoice {
    SamplerChoice(
      space: history.space, goalCount: history.goals.count, budget: history.budget,
      isPruned: pruner != PrunerName.none)
  }
}

extension SamplerName {
  /// The sampler with its default settings for a search whose trials a pruner stops.
  public func sampler(beside pruner: PrunerName) -> any Sampler {
    switch self {
    case .automatic: return AutomaticSampler(beside: pruner)
    case .tpe: return TPESampler(beside: pruner)
    default: return sampler
    }
  }
}

extension TPESampler {
  /// The sampler with its default settings for a search whose trials a pruner stops.
  init(beside pruner: PrunerName) {
    self.init(brackets: pruner == .hyperband ? HyperbandPruner() : nil)
  }
}
