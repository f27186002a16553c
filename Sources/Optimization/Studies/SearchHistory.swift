public import Basics

/// What a search knows when it asks for a point: all that a sampler decides by, save randomness.
public struct SearchHistory: Sendable {
  /// What may be tried.
  public var space: SearchSpace
  /// What a good value is, for each value of a trial; at least one.
  public var goals: [OptimizationGoal]
  /// In number order.
  public var trials: [Trial]
  /// The study's seed: for what must be the same at each asking.
  public var seed: UInt64
  /// How many trials the search will have, where that is known.
  public var budget: Int?

  /// Takes every value as it is; no goal at all is one to minimize.
  public init(
    space: SearchSpace, goals: [OptimizationGoal], trials: [Trial] = [], seed: UInt64,
    budget: Int? = nil
  ) {
    self.space = space
    self.goals = goals.isEmpty ? [.minimize] : goals
    self.trials = trials
    self.seed = seed
    self.budget = budget
  }

  /// The number of the trial that is asked for.
  public var nextNumber: Int { trials.count }

  /// The randomness of the trial that is asked for: a stream of its own.
  public var nextRandom: SeededGenerator {
    SeededGenerator(seed: seed, stream: UInt64(nextNumber))
  }

  /// The losses of a completed trial, the smaller the better; nil where one is missing, infinitely bad or not a
  /// number, and where a constraint is broken.
  func losses(of trial: Trial) -> [Double]? {
    guard !trial.isInfeasible, let values = trial.values, values.count == goals.count else {
      return nil
    }
    let losses = zip(values, goals).map { $1.loss(of: $0) }
    return losses.contains(.infinity) ? nil : losses
  }
}
