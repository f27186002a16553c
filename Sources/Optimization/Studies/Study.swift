import Basics

/// A search as a value: it is asked for points and told what became of them.
///
/// Pure: the same seed and the same results give the same points. Trials may be asked in batches;
/// whoever runs a batch tells its results in number order, so that a repeated search sees the same
/// history at each asking.
public struct Study: Sendable {
  /// What may be tried.
  public let space: SearchSpace
  /// What a good value is.
  public let goal: OptimizationGoal
  /// Seed of all random decisions; each trial draws from a stream of its own.
  public let seed: UInt64
  /// Tried before the sampler decides: defaults that are known to be good.
  public let initialPoints: [SearchPoint]
  /// Chooses points after the initial ones.
  public let sampler: any Sampler
  /// In number order.
  public private(set) var trials: [Trial] = []

  /// A study without trials; the initial points are moved into the space.
  public init(
    space: SearchSpace, goal: OptimizationGoal, sampler: any Sampler, seed: UInt64,
    initialPoints: [SearchPoint] = []
  ) {
    self.space = space
    self.goal = goal
    self.sampler = sampler
    self.seed = seed
    self.initialPoints = initialPoints.map(space.nearest)
  }

  /// Starts the next trial.
  ///
  /// - Parameter wanted: a point to try instead of the sampler's; it is moved into the space.
  public mutating func ask(_ wanted: SearchPoint? = nil) -> Trial {
    let number = trials.count
    let point: SearchPoint
    if let wanted {
      point = space.nearest(to: wanted)
    } else if number < initialPoints.count {
      point = initialPoints[number]
    } else {
      var random = SeededGenerator(seed: seed, stream: UInt64(number))
      point = sampler.point(of: space, after: trials, goal: goal, using: &random)
    }
    let trial = Trial(number: number, point: point, state: .running)
    trials.append(trial)
    return trial
  }

  /// Records what became of a trial; a trial that is not running keeps what was told first.
  public mutating func tell(_ number: Int, _ state: TrialState) {
    guard trials.indices.contains(number), !trials[number].state.isFinished else { return }
    trials[number].state = state
  }

  /// The completed trial with the best value, the earliest of equals.
  public var best: Trial? {
    var best: Trial?
    for trial in trials {
      guard let value = trial.value else { continue }
      guard let leader = best?.value else {
        best = trial
        continue
      }
      if goal.isBetter(value, than: leader) { best = trial }
    }
    return best
  }
}
