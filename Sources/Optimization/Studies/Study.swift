import Basics

/// A search as a value: it is asked for points and told what became of them.
///
/// Pure: the same seed and the same results give the same points. Trials may be asked in batches;
/// whoever runs a batch tells its results in number order, so that a repeated search sees the same
/// history at each asking.
public struct Study: Sendable {
  /// What was tried so far, and in which space.
  public private(set) var history: SearchHistory
  /// Tried before the sampler decides: defaults that are known to be good.
  public let initialPoints: [SearchPoint]
  /// Chooses points after the initial ones.
  public let sampler: any Sampler
  private var memory = SamplerMemory()

  /// What may be tried.
  public var space: SearchSpace { history.space }
  /// What a good value is; with several goals, the first.
  public var goal: OptimizationGoal { history.goals[0] }
  /// Seed of all random decisions; each trial draws from a stream of its own.
  public var seed: UInt64 { history.seed }
  /// In number order.
  public var trials: [Trial] { history.trials }

  /// A study without trials; the initial points are moved into the space.
  ///
  /// - Parameter initialPoints: nil for those of the space.
  public init(
    space: SearchSpace, goals: [OptimizationGoal], sampler: any Sampler, seed: UInt64,
    initialPoints: [SearchPoint]? = nil, budget: Int? = nil
  ) {
    history = SearchHistory(space: space, goals: goals, seed: seed, budget: budget)
    self.initialPoints = initialPoints?.map(space.nearest) ?? space.initialPoints
    self.sampler = sampler
  }

  /// A study with one goal.
  public init(
    space: SearchSpace, goal: OptimizationGoal, sampler: any Sampler, seed: UInt64,
    initialPoints: [SearchPoint]? = nil, budget: Int? = nil
  ) {
    self.init(
      space: space, goals: [goal], sampler: sampler, seed: seed, initialPoints: initialPoints,
      budget: budget)
  }

  /// Starts the next trial.
  ///
  /// - Parameter wanted: a point to try instead of the sampler's; it is moved into the space.
  public mutating func ask(_ wanted: SearchPoint? = nil) -> Trial {
    let point: SearchPoint
    if let wanted { point = space.nearest(to: wanted) } else { point = propose() }
    restore(point)
    return trials[trials.count - 1]
  }

  /// The point of the next trial, which does not begin.
  mutating func propose() -> SearchPoint {
    let number = history.nextNumber
    if number < initialPoints.count { return initialPoints[number] }
    var random = history.nextRandom
    return sampler.point(for: history, memory: &memory, using: &random)
  }

  /// Records what became of a trial; a trial that is not running keeps what was told first.
  public mutating func tell(_ number: Int, _ state: TrialState) {
    guard trials.indices.contains(number), !trials[number].state.isFinished else { return }
    history.trials[number].state = state
  }

  /// Takes a trial up again as it was asked for, as the next one.
  mutating func restore(_ point: SearchPoint) {
    history.trials.append(Trial(number: history.nextNumber, point: point, state: .running))
  }

  /// Replaces what a trial tries: it chose values of its own, or did without some.
  mutating func replace(_ point: SearchPoint, of number: Int) {
    guard trials.indices.contains(number), trials[number].point != point else { return }
    history.trials[number].point = point
    forget()
  }

  /// Goes on in another space.
  mutating func move(to space: SearchSpace) {
    guard space != history.space else { return }
    history.space = space
    forget()
  }

  /// Drops what the sampler worked out so far; it costs time at the next asking and changes nothing.
  mutating func forget() { memory = SamplerMemory() }

  /// The completed trial with the best (first) value, the earliest of equals.
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

  /// The completed trials that no other is better than in every goal, in number order.
  public var frontier: [Trial] {
    let complete = trials.compactMap { trial in
      history.losses(of: trial).map { (trial: trial, losses: $0) }
    }
    let fronts = ParetoOrder(complete.map(\.losses)).fronts
    return zip(complete, fronts).filter { $1 == 0 }.map(\.0.trial)
  }
}
