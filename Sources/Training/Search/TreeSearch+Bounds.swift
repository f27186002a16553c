import Engines
import Optimization

/// How much at a time, and when it is enough.
extension TreeSearch {
  /// Trials without a better value after which a search without a number of trials ends.
  private static let patience = 150
  /// Cells (rows times features) above which a fold uses all threads, and folds go one by one.
  private static let sideBySideCells = 300_000
  /// Rows under which threads that share them wait for each other longer than they work.
  private static let sharedRows = 2000

  /// Small folds run side by side on a thread each, large ones one by one on all threads.
  private var foldsSideBySide: Bool {
    problem.plan.isCrossValidation
      && problem.rowCount * problem.features.columnCount <= Self.sideBySideCells
  }

  var threadsOfFold: Int { foldsSideBySide || problem.rowCount < Self.sharedRows ? 1 : threads }

  /// The plan's folds in the engine's layout, with as many threads as suit their size.
  func makeFolds() -> ParallelFolds {
    ParallelFolds(
      folds: problem.plan.folds.map { rows in
        TreeFold(
          rows, features: problem.features, labels: problem.labels, library: library,
          threads: threadsOfFold)
      }, width: foldsSideBySide ? threads : 1)
  }

  /// Whether another trial is wanted and has time.
  func wantsMore(_ state: SearchState) -> Bool {
    let count = state.trialCount
    if count == 0 { return true }
    if let most = request.trials, count >= most { return false }
    if state.verdict?.isEnough == true { return false }
    if let deadlineMs {
      let left = deadlineMs - state.keptFreeMs - reserveMs(state) - clock.nowMs()
      // A trial that can only be cut off is not begun.
      let typical = state.completed.map(\.milliseconds).sorted()
      guard left > (typical.isEmpty ? 0 : typical[typical.count / 2] / 3) else { return false }
    }
    guard request.trials == nil else { return true }
    let best = state.study.best?.number ?? 0
    return count - best <= Self.patience || count < 2 * Self.patience
  }

  /// Ends the search when too little is expected of it; nil where nobody asked for that.
  var stop: ImprovementStop? { request.stopBelow.map { ImprovementStop(bound: $0) } }

  /// Time that the final fit of the best trials will take, from what their trials took.
  ///
  /// As if all that an ensemble may have became members: what is too much goes into more models.
  func reserveMs(_ state: SearchState) -> Int64 {
    guard !state.completed.isEmpty else { return 0 }
    let plan = problem.plan
    let trained = Double(plan.folds.map(\.training.count).reduce(0, +))
    let width = foldsSideBySide ? Double(min(threads, plan.folds.count)) : 1
    let growth = problem.keepsFolds ? 1 : Double(problem.rowCount) / max(trained, 1) * width
    let sum = state.ranked.prefix(GreedyEnsemble.mostMembers).reduce(0.0) {
      $0 + Double($1.milliseconds) * $1.keptShare * growth
    }
    return Int64(sum) + 200
  }
}
