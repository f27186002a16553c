import Engines
import JobProtocol
import Optimization

/// How a trial of boosted trees came out.
struct TreeTrialOutcome: Sendable, Codable {
  enum Ending: String, Sendable, Codable {
    case completed
    /// The pruner stopped it at a rung.
    case pruned
    /// The time was over before it could end.
    case late
  }

  var ending: Ending
  /// The metric asked for on the validation rows; NaN where no round was done.
  var value: Double
  /// Rounds of the best model.
  var rounds: Int
  /// Rounds trained.
  var steps: Int
  /// For the plan's validation rows, in its order.
  var predictions: [Double]
  /// The values at the rungs that the trial passed, by rung.
  var rungs: [Int: Double]
  /// What these values are; only values of the same kind are compared.
  var curve: String
  /// The followed metric at some of the rounds.
  var followed: TrialCurve?
  /// Why the pruner stopped it.
  var verdict: String?
}

/// Trains one point on all folds together: in chunks of rounds, with one stopping decision for all.
///
/// The curve is the mean over the folds, so the number of rounds is chosen on all validation rows
/// together and can be used for a fit on all rows. Pruning compares trials that have grown as many
/// leaves, each weighed by the learning rate: slow learners and those of small trees are not taken
/// for bad ones, and what is compared has cost about the same.
struct TreeTrial {
  let settings: TreeSettings
  let pruner: any Pruner
  /// The trial's number, by which some pruners sort it.
  var number = 0
  /// Whether the first fold goes ahead until its model is worth deploying.
  var goesAhead = false
  /// Rounds between two decisions.
  static let chunk = 10
  /// Learning rate times rounds from which a model in training is worth deploying: two thirds of the
  /// way that its trees can go alone.
  private static let usefulShrinkage = 1.0

  /// Leaves times learning rate of one step of the pruner: two rounds of 31 leaves at 0.1.
  private static let leavesOfStep = 6.2

  /// The round at which a rung lies for this learning rate and these trees.
  func round(ofRung rung: Int) -> Int {
    let grown = settings.eta * Double(settings.mostLeaves)
    return max(Int((Double(rung) * Self.leavesOfStep / grown).rounded()), 1)
  }

  /// Trains, and predicts the validation rows with the best rounds.
  ///
  /// - Parameters:
  ///   - peers: values of earlier trials at a rung.
  ///   - isLate: whether the time is over; asked after each round.
  ///   - onUseful: called with the rounds of the first fold that went ahead, before others begin.
  func run(
    on folds: ParallelFolds, problem: LearningProblem, peers: [Int: [PruningMoment.Peer]],
    isLate: @escaping @Sendable () -> Bool, onUseful: (Int) throws -> Void
  ) throws -> TreeTrialOutcome {
    let settings = settings
    let ahead = goesAhead ? folds.folds.first : nil
    if let ahead {
      try ahead.begin(settings)
      let rounds = Int((Self.usefulShrinkage / settings.eta).rounded(.up))
      try ahead.advance(to: min(rounds, settings.mostRounds), settings, isLate: isLate)
      let best = best(of: ahead.curve)
      if best.rounds > 0 { try onUseful(best.rounds) }
    }
    try folds.run { if $0 !== ahead { try $0.begin(settings) } }
    var rungs = pruner.rungs(upTo: settings.mostRounds)[...]
    var passed: [Int: Double] = [:]
    var done = 0
    var ending = TreeTrialOutcome.Ending.completed
    var verdict: String?
    while done < settings.mostRounds {
      let nextRung = rungs.first.map(round(ofRung:)) ?? .max
      let target = min(done + Self.chunk, settings.mostRounds, max(nextRung, done + 1))
      try folds.run { try $0.advance(to: target, settings, isLate: isLate) }
      done = min(folds.folds.map(\.curve.count).min() ?? 0, target)
      if done < target {
        ending = .late
        break
      }
      let best = best(of: meanCurve(of: folds, rounds: done))
      if done == nextRung, let rung = rungs.popFirst() {
        let moment = PruningMoment(
          number: number, step: rung, value: best.value,
          earlier: passed.sorted { $0.key < $1.key }
            .map { PruningMoment.Report(step: $0.key, value: $0.value) },
          peers: peers[rung] ?? [], goal: settings.curveGoal)
        passed[rung] = best.value
        if pruner.shouldPrune(moment) {
          ending = .pruned
          verdict = pruner.reason(moment)
          break
        }
      }
      if done - best.rounds >= settings.patience { break }
    }
    let best = best(of: meanCurve(of: folds, rounds: done))
    let followed = TrialCurve(
      metric: settings.parameters["eval_metric"] ?? "",
      ofEveryStep: meanCurve(of: folds, rounds: done),
      keeping: [best.rounds])
    guard best.rounds > 0 else {
      return TreeTrialOutcome(
        ending: ending, value: .nan, rounds: 0, steps: done, predictions: [], rungs: passed,
        curve: settings.curve, followed: followed, verdict: verdict)
    }
    let predictions = try folds.folds.flatMap {
      try $0.predictions(rounds: best.rounds, settings, outputs: problem.outputCount)
    }
    return TreeTrialOutcome(
      ending: ending, value: problem.score(predictions, rows: problem.plan.validationRows),
      rounds: best.rounds, steps: done, predictions: predictions, rungs: passed,
      curve: settings.curve, followed: followed, verdict: verdict)
  }

  /// The number of rounds where a curve is best, the fewest of equals, and its value there.
  private func best(of curve: [Double]) -> (rounds: Int, value: Double) {
    var best = (rounds: min(curve.count, 1), value: Double.nan)
    for (round, mean) in curve.enumerated() {
      if settings.curveGoal.isBetter(mean, than: best.value) { best = (round + 1, mean) }
    }
    return best
  }

  /// The followed metric after each round, as the mean over the folds.
  private func meanCurve(of folds: ParallelFolds, rounds: Int) -> [Double] {
    let curves = folds.folds.map(\.curve)
    return (0..<rounds).map { round in
      // A fold that cannot be measured (one class only) has no say.
      let values = curves.map { $0[round] }.filter { !$0.isNaN }
      return values.reduce(0, +) / Double(values.count)
    }
  }
}
