public import JobProtocol

/// A study as its trials were told: what reports and explanations work on.
public struct ToldStudy: Sendable {
  /// What could be tried; where nobody kept it, what the trials look as if they came from.
  public var space: SearchSpace
  /// Whether the space is the real one.
  public var isSpaceKnown: Bool
  /// What a good value is, for each value.
  public var goals: [OptimizationGoal]
  /// The sampler's name.
  public var sampler: String
  /// The pruner's name.
  public var pruner: String
  /// Of all random decisions.
  public var seed: UInt64
  /// How many trials there would be, where that was known.
  public var budget: Int?
  /// In number order.
  public var trials: [TrialReport]
  /// Where the last initial points of the space are from, in their order.
  public var warmStart: [WarmStart.Origin]

  /// Orders the trials.
  ///
  /// - Parameter space: nil where nobody kept it.
  /// - Throws: `search_space_invalid` where the trials have no space in common.
  public init(
    space: SearchSpace?, goals: [OptimizationGoal], sampler: String, pruner: String, seed: UInt64,
    budget: Int?, trials: [TrialReport], warmStart: [WarmStart.Origin] = []
  ) throws(OptimizationError) {
    if let space {
      self.space = space
    } else {
      self.space = try SearchSpace(observed: trials.map(\.parameters))
    }
    isSpaceKnown = space != nil
    self.goals = goals.isEmpty ? [.minimize] : goals
    self.sampler = sampler
    self.pruner = pruner
    self.seed = seed
    self.budget = budget
    self.trials = trials.sorted { $0.number < $1.number }
    self.warmStart = warmStart
  }

  /// The study as if one of its goals were the only one; what was pruned had a value of none but the first.
  public func projected(on goal: Int) -> ToldStudy {
    guard goals.count > 1, goals.indices.contains(goal) else { return self }
    var study = self
    study.goals = [goals[goal]]
    study.trials = trials.map { trial in
      var trial = trial
      trial.value = trial.values.map { $0.indices.contains(goal) ? $0[goal] : .nan } ?? trial.value
      trial.values = nil
      return trial
    }
    return study
  }

  /// All trials as a sampler sees them.
  public var history: SearchHistory { history(of: trials.map { ($0, true) }) }

  /// The trial of that number, or nil.
  public func trial(_ number: Int) -> TrialReport? { trials.first { $0.number == number } }

  /// What was known when a trial was asked for: the trials before it, those running that ended later.
  func history(before trial: TrialReport) -> SearchHistory {
    history(
      of: trials.filter { $0.number < trial.number }.map {
        ($0, $0.endedAtMs <= trial.startedAtMs)
      })
  }

  private func history(of told: [(trial: TrialReport, hasEnded: Bool)]) -> SearchHistory {
    SearchHistory(
      space: space, goals: goals,
      trials: told.map { trial, hasEnded in
        Trial(
          number: trial.number, point: space.point(of: trial.parameters),
          state: hasEnded ? trial.state : .running, promotion: trial.promotion,
          isGiven: trial.enqueued != nil || trial.number < space.initialPoints.count,
          constraints: hasEnded ? trial.constraints ?? [] : [])
      }, seed: seed, budget: budget)
  }

  /// The completed trials that no other is better than in every goal, in number order; those that
  /// broke a constraint do not count.
  public var frontier: [TrialReport] {
    let history = history
    let complete = zip(trials, history.trials).compactMap { told, trial in
      history.losses(of: trial).map { (trial: told, losses: $0) }
    }
    let fronts = ParetoOrder(complete.map(\.losses)).fronts
    return zip(complete, fronts).filter { $1 == 0 }.map(\.0.trial)
  }

  /// The completed trial with the best value of a study with one goal, the earliest of equals;
  /// those that broke a constraint do not count.
  public var best: TrialReport? { Self.best(trials, goals[0]) }

  static func best(_ trials: some Sequence<TrialReport>, _ goal: OptimizationGoal) -> TrialReport? {
    var best: TrialReport?
    for trial in trials where trial.outcome == .completed && !trial.isInfeasible {
      guard let value = trial.value, !value.isNaN else { continue }
      if best?.value.map({ goal.isBetter(value, than: $0) }) ?? true { best = trial }
    }
    return best
  }
}

extension TrialReport {
  /// What a sampler knows of it.
  var state: TrialState {
    switch outcome {
    case .completed: .completed(values: values ?? [value ?? .nan])
    case .pruned: .pruned(value: value ?? .nan, step: steps)
    case .failed: .failed(message: message ?? "")
    }
  }
}
