public import Basics

/// The tree-structured Parzen estimator: prefers points that are likely among good trials and unlikely among the others.
///
/// Bergstra, Bardenet, Bengio & Kégl 2011 ("Algorithms for hyper-parameter optimization") and
/// Bergstra, Yamins & Cox 2013, in the multivariate form of Falkner, Klein & Hutter 2018 (BOHB):
/// one kernel a trial over all parameters, so that what goes well together stays together. Trials
/// are split into the best share γ and the rest; candidates drawn from the density l of the good
/// ones are ranked by l/g. Trials that still run count as bad (constant liar; Ginsbourger et
/// al. 2010), so that parallel askings differ.
public struct TPESampler: Sampler {
  /// Trials that must have ended before the estimator replaces random search.
  public var startupTrials: Int
  /// Candidates drawn for each asking.
  public var candidates: Int
  /// γ: share of the ended trials that counts as good.
  public var goodShare: Double
  /// Most trials that count as good.
  public var mostGood: Int

  /// Takes the settings; the defaults suit tens to hundreds of trials.
  public init(
    startupTrials: Int = 10, candidates: Int = 24, goodShare: Double = 0.15, mostGood: Int = 25
  ) {
    self.startupTrials = startupTrials
    self.candidates = candidates
    self.goodShare = goodShare
    self.mostGood = mostGood
  }

  /// The most promising of the candidates drawn from the good trials' density.
  public func point(
    of space: SearchSpace, after trials: [Trial], goal: OptimizationGoal,
    using random: inout SeededGenerator
  ) -> SearchPoint {
    let ended = trials.filter(\.state.isFinished)
    guard ended.count >= max(startupTrials, 2) else {
      return RandomSampler().point(of: space, after: trials, goal: goal, using: &random)
    }
    let ranked = Self.ranked(ended, goal: goal)
    let usable = ranked.prefix { !$0.isHopeless }.count
    let wanted = Int((goodShare * Double(ended.count)).rounded(.up))
    let goodCount = min(max(wanted, 1), mostGood, usable)
    guard goodCount > 0 else {
      return RandomSampler().point(of: space, after: trials, goal: goal, using: &random)
    }
    let good = ParzenEstimator(space: space, points: ranked.prefix(goodCount).map(\.point))
    let running = trials.filter { !$0.state.isFinished }.map(\.point)
    let bad = ParzenEstimator(
      space: space, points: ranked.dropFirst(goodCount).map(\.point) + running)

    var best: (point: SearchPoint, score: Double)?
    for _ in 0..<max(candidates, 1) {
      let point = good.draw(using: &random)
      let score = good.logDensity(at: point) - bad.logDensity(at: point)
      if best.map({ score > $0.score }) ?? true { best = (point, score) }
    }
    return best?.point
      ?? RandomSampler().point(of: space, after: trials, goal: goal, using: &random)
  }

  /// A trial with what it is ranked by.
  struct Ranked {
    /// Completed first, then pruned ones (more steps before fewer), then the hopeless.
    let rank: (group: Int, steps: Int, loss: Double, number: Int)
    let point: SearchPoint

    /// Failed, or without a finite value.
    var isHopeless: Bool { rank.group == 2 }
  }

  /// Best first; ties in number order.
  static func ranked(_ trials: [Trial], goal: OptimizationGoal) -> [Ranked] {
    trials.map { trial in
      var rank = (group: 2, steps: 0, loss: Double.infinity, number: trial.number)
      switch trial.state {
      case .completed(let value):
        let loss = goal.loss(of: value)
        if loss.isFinite || loss == -.infinity { rank = (0, 0, loss, trial.number) }
      case .pruned(let value, let step):
        let loss = goal.loss(of: value)
        if loss.isFinite || loss == -.infinity { rank = (1, -step, loss, trial.number) }
      case .running, .failed: break
      }
      return Ranked(rank: rank, point: trial.point)
    }.sorted { $0.rank < $1.rank }
  }
}
