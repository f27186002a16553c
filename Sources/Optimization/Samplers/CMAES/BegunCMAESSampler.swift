public import Basics

/// CMA-ES that begins with what a Gaussian process has found.
///
/// The process sees the whole space with few trials, and CMA-ES goes on where it has seen enough: its
/// first generations are the process's trials. After Mohammadi, Le Riche & Touboul 2015 ("Making EGO
/// and CMA-ES Complementary for Global Optimization").
public struct BegunCMAESSampler: Sampler {
  /// Trials of the Gaussian process.
  public var firstTrials: Int

  /// Takes the setting.
  public init(firstTrials: Int = 100) { self.firstTrials = max(firstTrials, 0) }

  /// Who chooses the trial of that number, from 0.
  func name(at number: Int) -> SamplerName { number < firstTrials ? .gaussianProcess : .cmaes }

  /// A point of the Gaussian process, later one of CMA-ES.
  public func point(
    for history: SearchHistory, memory: inout SamplerMemory, using random: inout SeededGenerator
  ) -> SearchPoint {
    name(at: history.nextNumber).sampler
      .point(for: history, memory: &memory, using: &random)
  }
}
