import Basics
import JobProtocol

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
  /// Stops trials that are not worth their further steps.
  public let pruner: any Pruner
  /// What trials had at the pruner's rungs.
  private var rungs: RungTable
  /// What the sampler sees, where that is not the history itself.
  private var seen: ObservedHistory?
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
  /// - Parameters:
  ///   - initialPoints: nil for those of the space.
  ///   - pruner: judges what trials report.
  ///   - steps: those of a whole trial, where they are known.
  public init(
    space: SearchSpace, goals: [OptimizationGoal], sampler: any Sampler, seed: UInt64,
    initialPoints: [SearchPoint]? = nil, budget: Int? = nil, pruner: any Pruner = NoPruner(),
    steps: Int? = nil
  ) {
    history = SearchHistory(space: space, goals: goals, seed: seed, budget: budget)
    self.initialPoints = initialPoints?.map(space.nearest) ?? space.initialPoints
    self.sampler = sampler
    self.pruner = pruner
    rungs = RungTable(pruner: pruner, goal: history.goals[0], steps: steps)
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
    if let wanted {
      restore(space.nearest(to: wanted), isWanted: true)
    } else {
      let (point, promotion) = propose()
      restore(point, promotion)
    }
    return trials[trials.count - 1]
  }

  /// The point of the next trial, which does not begin, and whose it was where it is trained again.
  mutating func propose() -> (point: SearchPoint, promotion: TrialPromotion?) {
    if history.nextNumber >= initialPoints.count, sampler.allowsPromotions(in: observed),
      let promotion = rungs.promotion(where: isFree)
    {
      return (trials[promotion.trial].point, promotion)
    }
    return (suggest(), nil)
  }

  /// A point that is not another trial's: an initial one or the sampler's.
  mutating func suggest() -> SearchPoint {
    let number = history.nextNumber
    if number < initialPoints.count { return initialPoints[number] }
    let observed = observed
    var random = observed.nextRandom
    return sampler.point(for: observed, memory: &memory, using: &random)
  }

  /// What the sampler sees: each point once, with what is known of it by now.
  var observed: SearchHistory { seen?.history ?? history }

  /// Whether a trial was stopped, and no other one with its point runs or came further.
  private func isFree(_ number: Int) -> Bool {
    let trial = trials[number]
    guard case .pruned(_, let step) = trial.state else { return false }
    // Points without number hardly ever meet.
    guard space.pointCount != nil else { return true }
    return !trials.contains { other in
      guard other.number != number, other.point == trial.point else { return false }
      switch other.state {
      case .running, .completed: return true
      case .pruned(_, let further): return further > step
      case .failed: return false
      }
    }
  }

  /// Records what became of a trial; a trial that is not running keeps what was told first.
  ///
  /// - Parameter constraints: what was measured of the study's constraints, each kept where it is 0 or less.
  public mutating func tell(_ number: Int, _ state: TrialState, constraints: [Double] = []) {
    guard trials.indices.contains(number), !trials[number].state.isFinished else { return }
    history.trials[number].state = state
    history.trials[number].constraints = constraints
    // What was known of an ended trial has changed.
    if seen?.end(history.trials[number]) == true { forget() }
  }

  /// Takes a trial up again as it was asked for, as the next one.
  ///
  /// - Parameter isWanted: whether somebody wanted the point tried.
  mutating func restore(
    _ point: SearchPoint, _ promotion: TrialPromotion? = nil, isWanted: Bool = false
  ) {
    let trial = Trial(
      number: history.nextNumber, point: point, state: .running,
      promotion: promotion.flatMap { trials.indices.contains($0.trial) ? $0 : nil },
      isGiven: isWanted || history.nextNumber < initialPoints.count)
    if trial.promotion != nil, seen == nil { seen = ObservedHistory(history) }
    history.trials.append(trial)
    seen?.begin(trial)
    rungs.begin(trial)
  }

  /// Replaces what a trial tries: it chose values of its own, or did without some.
  mutating func replace(_ point: SearchPoint, of number: Int) {
    guard trials.indices.contains(number), trials[number].point != point else { return }
    history.trials[number].point = point
    changeObserved()
  }

  /// Goes on in another space.
  mutating func move(to space: SearchSpace) {
    guard space != history.space else { return }
    history.space = space
    changeObserved()
  }

  private mutating func changeObserved() {
    if seen != nil { seen = ObservedHistory(history) }
    forget()
  }

  // MARK: Reports

  /// The last step that a trial reported; 0 before the first.
  func lastStep(of number: Int) -> Int { rungs.lastStep(of: number) }

  /// What the pruner judges by after a report, which is not noted; nil where there is nothing to decide.
  func moment(of number: Int, step: Int, value: Double) -> PruningMoment? {
    rungs.moment(of: number, step: step, value: value)
  }

  /// Notes what a trial had after so many steps.
  ///
  /// - Parameter isStopped: whether the pruner stopped it there.
  mutating func note(_ number: Int, step: Int, value: Double, isStopped: Bool) {
    rungs.note(number, step: step, value: value, isStopped: isStopped)
  }

  /// Forgets what a running trial reported: it begins anew.
  mutating func forgetReports(of number: Int) { rungs.forget(number) }

  /// Drops what the sampler worked out so far; it costs time at the next asking and changes nothing.
  mutating func forget() { memory = SamplerMemory() }

  /// The completed trial with the best (first) value that broke no constraint, the earliest of equals.
  public var best: Trial? {
    var best: Trial?
    for trial in trials where !trial.isInfeasible {
      guard let value = trial.value else { continue }
      guard let leader = best?.value else {
        best = trial
        continue
      }
      if goal.isBetter(value, than: leader) { best = trial }
    }
    return best
  }

  /// The completed trials that broke no constraint and that no other is better than in every goal, in number order.
  public var frontier: [Trial] {
    let complete = trials.compactMap { trial in
      history.losses(of: trial).map { (trial: trial, losses: $0) }
    }
    let fronts = ParetoOrder(complete.map(\.losses)).fronts
    return zip(complete, fronts).filter { $1 == 0 }.map(\.0.trial)
  }
}
