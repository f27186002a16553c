public import Basics

/// CMA-ES that begins with what a Gaussian process has found.
///
/// The process sees the whole space with few trials, and CMA-ES goes on from the best of them. After
/// Mohammadi, Le Riche & Touboul 2015 ("Making EGO and CMA-ES Complementary for Global
/// Optimization"). Where most parameters are words or have a
/// condition, of which CMA-ES chooses none, the process goes on.
public struct BegunCMAESSampler: Sampler {
  /// Trials of the Gaussian process.
  public var firstTrials: Int

  /// Takes the setting.
  public init(firstTrials: Int = 100) { self.firstTrials = max(firstTrials, 0) }

  /// Who chooses the next trial: CMA-ES when the first ones have ended.
  func name(for history: SearchHistory) -> SamplerName {
    guard history.goals.count == 1, history.nextNumber >= firstTrials,
      history.trials.count >= firstTrials,
      history.trials.prefix(firstTrials).allSatisfy(\.state.isFinished),
      2 * CMAESSampler.split(history.space).numbers.count >= history.space.parameters.count
    else { return .gaussianProcess }
    return .cmaes
  }

  /// A point of the Gaussian process, later one of CMA-ES.
  public func point(
    for history: SearchHistory, memory: inout SamplerMemory, using random: inout SeededGenerator
  ) -> SearchPoint {
    guard name(for: history) == .cmaes else {
      return GaussianProcessSampler().point(for: history, memory: &memory, using: &random)
    }
    var sampler = CMAESSampler()
    sampler.firstTrials = firstTrials
    return sampler.point(for: history, memory: &memory, using: &random)
  }
}
