import Basics
import Engines
import Experimentation
import Foundation
import JobProtocol
import Optimization

/// A trial of a search with what later steps need of it.
struct SearchedTrial: Sendable {
  var number: Int
  var point: SearchPoint
  var value: Double
  var rounds: Int
  /// For the plan's validation rows.
  var predictions: [Double]
  /// What it took.
  var milliseconds: Int64
  /// Share of its rounds that its best model keeps.
  var keptShare: Double
}

/// How a search came out.
struct SearchOutcome: Sendable {
  /// Completed trials, in number order.
  var completed: [SearchedTrial] = []
  var prunedCount = 0
  var failedCount = 0
  var trialCount = 0
}

/// Searches boosted trees: asks a study for points, trains them one after another with all cores, tells what came out.
///
/// Bound by a number of trials it repeats to the bit. Bound by time it ends early enough for the
/// final fit; a trial that time cuts off counts as pruned and nothing is made of it, so the
/// number of trials that ended repeats the search.
struct TreeSearch {
  let problem: LearningProblem
  let space: TreeSpace
  let library: XGBoostLibrary
  let request: TrainingRequest.Search
  let threads: Int
  let clock: SearchClock
  let report: (TaskReport) -> Void
  /// When the final fit must be done; nil without a bound in time.
  let deadlineMs: Int64?

  /// Trials without a better value after which a search without a number of trials ends.
  static let patience = 120
  /// Predictions of the best so many trials are kept.
  static let keptTrials = 40
  /// Cells (rows times features) above which a fold uses all threads, and folds go one by one.
  static let parallelFoldCells = 300_000

  /// Runs the search.
  ///
  /// - Parameter onFirst: gets the booster of the first trial, its rounds and settings.
  func run(
    onFirst: (XGBoostBooster, Int, TreeSettings) throws -> Void
  ) throws -> SearchOutcome {
    let goal = problem.goal
    let pruner = try PrunerName(parsing: request.pruner).pruner
    var study = Study(
      space: space.space, goal: goal, sampler: try SamplerName(parsing: request.sampler).sampler,
      seed: request.seed, initialPoints: space.initialPoints)
    let folds = makeFolds()
    let begunMs = clock.nowMs()
    var outcome = SearchOutcome()
    var rungs: [String: [Int: [Double]]] = [:]
    var lastMessage = ""

    while wantsMore(study: study, outcome: outcome, goal: goal) {
      let trial = study.ask()
      let startMs = clock.nowMs()
      let stopMs = deadlineMs.map { $0 - reserveMs(outcome, goal: goal) }
      let settings = TreeSettings(
        trial.point, of: problem, seed: Self.seed(request.seed, trial.number),
        threads: threadsOfFold)
      let curve = "\(settings.isLogarithmic) \(settings.parameters["objective"] ?? "")"
      let runner = TreeTrial(settings: settings, pruner: pruner, goal: goal)
      let isFirst = outcome.completed.isEmpty
      let result = Result {
        try runner.run(on: folds, problem: problem, peers: rungs[curve] ?? [:]) { [clock] in
          stopMs.map { clock.nowMs() >= $0 } ?? false
        }
      }
      let endMs = clock.nowMs()
      var told = TrialReport(
        number: trial.number, outcome: .completed, parameters: trial.point.texts, value: nil,
        steps: 0, startedAtMs: startMs, endedAtMs: endMs)
      switch result {
      case .success(let trained):
        for (rung, value) in trained.rungs {
          rungs[curve, default: [:]][rung, default: []] += [value]
        }
        told.value = trained.value
        told.steps = trained.steps
        // The only model there is counts, however short its time was.
        let isUsable = trained.ending == .completed || (isFirst && trained.ending == .late)
        if isUsable && !trained.value.isNaN {
          study.tell(trial.number, .completed(value: trained.value))
          outcome.completed.append(
            SearchedTrial(
              number: trial.number, point: trial.point, value: trained.value,
              rounds: trained.rounds, predictions: trained.predictions,
              milliseconds: endMs - startMs,
              keptShare: Double(trained.rounds) / Double(max(trained.steps, 1))))
          if isFirst, let booster = folds.folds[0].end() {
            try onFirst(booster, trained.rounds, settings)
          }
          forgetPredictions(in: &outcome, goal: goal)
        } else if trained.value.isNaN {
          told.outcome = .failed
          told.message = "the metric \(problem.metric.rawValue) has no value on the validation rows"
          study.tell(trial.number, .failed(message: told.message ?? ""))
          outcome.failedCount += 1
        } else {
          told.outcome = .pruned
          told.message = trained.ending == .late ? "the time was over" : "worse than others so far"
          study.tell(trial.number, .pruned(value: trained.value, step: trained.steps))
          outcome.prunedCount += 1
        }
      case .failure(let error):
        let reason = (error as? any FactoryError)?.message ?? String(describing: error)
        told.outcome = .failed
        told.message = reason
        study.tell(trial.number, .failed(message: reason))
        outcome.failedCount += 1
        lastMessage = reason
      }
      outcome.trialCount += 1
      report(.trial(told))
      report(progress(study: study, told: told, begunMs: begunMs))
    }
    for fold in folds.folds { _ = fold.end() }
    guard !outcome.completed.isEmpty else {
      throw TrainingError(
        .allTrialsFailed,
        "none of \(outcome.trialCount) trials gave a model"
          + (lastMessage.isEmpty ? "" : ": \(lastMessage)"),
        hint: "look at the trials' messages; a table with other columns or more rows may help")
    }
    return outcome
  }

  /// The seed of one trial.
  static func seed(_ seed: UInt64, _ number: Int) -> UInt64 {
    var random = SeededGenerator(seed: seed, stream: 1000 + UInt64(number))
    return random.next()
  }

  // MARK: Threads

  /// Small folds run side by side on a thread each, large ones one by one on all threads.
  private var foldsSideBySide: Bool {
    problem.plan.isCrossValidation
      && problem.rowCount * problem.features.columnCount <= Self.parallelFoldCells
  }

  private var threadsOfFold: Int {
    if foldsSideBySide { return 1 }
    // Threads that share a few thousand rows wait for each other longer than they work.
    return problem.rowCount < 2000 ? 1 : threads
  }

  private func makeFolds() -> ParallelFolds {
    ParallelFolds(
      folds: problem.plan.folds.map { rows in
        TreeFold(
          rows, features: problem.features, labels: problem.labels, library: library,
          threads: threadsOfFold)
      }, width: foldsSideBySide ? threads : 1)
  }

  // MARK: Bounds

  private func wantsMore(study: Study, outcome: SearchOutcome, goal: OptimizationGoal) -> Bool {
    if outcome.trialCount == 0 { return true }
    if let most = request.trials, outcome.trialCount >= most { return false }
    if let deadlineMs, clock.nowMs() >= deadlineMs - reserveMs(outcome, goal: goal) { return false }
    guard request.trials == nil else { return true }
    let best = study.best?.number ?? 0
    return outcome.trialCount - best <= Self.patience || outcome.trialCount < 2 * Self.patience
  }

  /// Time that the final fit of the best trials will take, from what their trials took.
  private func reserveMs(_ outcome: SearchOutcome, goal: OptimizationGoal) -> Int64 {
    guard !outcome.completed.isEmpty else { return 0 }
    let best = outcome.completed.sorted { goal.isBetter($0.value, than: $1.value) }
      .prefix(GreedyEnsemble.mostMembers)
    let folds = Double(problem.plan.folds.count)
    let width = foldsSideBySide ? Double(min(threads, problem.plan.folds.count)) : 1
    let sum = best.reduce(0.0) {
      $0 + Double($1.milliseconds) * $1.keptShare / folds * width * 1.4
    }
    return Int64(sum) + 200
  }

  /// Drops the predictions of trials that no ensemble will take.
  private func forgetPredictions(in outcome: inout SearchOutcome, goal: OptimizationGoal) {
    let kept = outcome.completed.indices.filter { !outcome.completed[$0].predictions.isEmpty }
    guard kept.count > Self.keptTrials else { return }
    let worst = kept.max {
      goal.isBetter(outcome.completed[$0].value, than: outcome.completed[$1].value)
    }
    if let worst { outcome.completed[worst].predictions = [] }
  }

  // MARK: Progress

  private func progress(study: Study, told: TrialReport, begunMs: Int64) -> TaskReport {
    let now = clock.nowMs()
    let done = study.trials.count
    let seconds = max(Double(now - begunMs) / 1000, 0.001)
    var shares: [Double] = []
    var left: [Double] = []
    if let most = request.trials {
      shares.append(Double(done) / Double(max(most, 1)))
      left.append(seconds / Double(done) * Double(most - done))
    }
    if let deadlineMs {
      shares.append(Double(now - begunMs) / Double(max(deadlineMs - begunMs, 1)))
      left.append(Double(deadlineMs - now) / 1000)
    }
    func text(_ number: Double) -> String { String(format: "%.5g", number) }
    var words = "trial \(told.number) \(told.outcome.rawValue)"
    if let best = study.best, let value = best.value {
      words += ", best \(problem.metric.rawValue) \(text(value)) (trial \(best.number))"
    }
    words += String(format: ", %.1f trials/s", Double(done) / seconds)
    if let left = left.min() { words += String(format: ", %.0f s left", max(left, 0)) }
    return .progress(
      phase: "search", share: shares.max().map { min(max($0, 0), 1) }, message: words)
  }
}
