import Basics
import Engines
import Experimentation
import JobProtocol
import Optimization

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
  /// When the training began; earlier where an attempt before has worked at it.
  let startedAtMs: Int64
  /// What earlier attempts have trained; nil where nothing is kept.
  let checkpoint: SearchCheckpoint?

  /// Runs the search.
  ///
  /// - Parameters:
  ///   - folds: those of the problem's plan, from `makeFolds`.
  ///   - onUseful: gets the first model that is worth deploying, which is still in training, and its
  ///     settings.
  ///   - onFirst: called after the first trial; returns milliseconds to keep free at the end beside
  ///     those of the final fit.
  func run(
    on folds: ParallelFolds, onUseful: (XGBoostBooster, TreeSettings) throws -> Void,
    onFirst: () throws -> Int64
  ) throws -> SearchState {
    let pruner = try PrunerName(parsing: request.pruner).pruner
    let sampler = try SamplerName(parsing: request.sampler)
      .sampler(beside: PrunerName(parsing: request.pruner))
    let searched = try space.told()
    var state = SearchState(
      study: Study(
        space: searched, goal: problem.goal, sampler: sampler, seed: request.seed,
        budget: request.trials))
    report(.parameter(key: StudySummary.spaceReportKey, value: searched.text))
    if !space.origins.isEmpty {
      let origins = String(decoding: space.origins.json.encoded(), as: UTF8.self)
      report(.parameter(key: StudySummary.warmStartReportKey, value: origins))
    }
    let begunMs = clock.nowMs()
    var isUseful = false
    var known = (checkpoint?.trials ?? [])[...]
    while !known.isEmpty || wantsMore(state) {
      let trial = state.study.ask(slowerPoint(state))
      let settings = TreeSettings(
        trial.point, of: problem, seed: Self.seed(request.seed, trial.number),
        threads: threadsOfFold)
      var told = TrialReport(
        number: trial.number, outcome: .completed, parameters: trial.point.texts, value: nil,
        steps: 0, startedAtMs: clock.nowMs(), endedAtMs: 0)
      func tellUseful(rounds: Int) throws {
        guard let model = try folds.folds.first?.model(rounds: rounds) else { return }
        isUseful = true
        try onUseful(model, settings)
      }
      let result: Result<TreeTrialOutcome, any Error>
      if let entry = known.popFirst(), entry.parameters == trial.point.texts {
        (told.startedAtMs, told.endedAtMs) = (entry.startedAtMs, entry.endedAtMs)
        result = entry.result
        // The first model has been told of by the attempt that trained it.
        isUseful = true
      } else {
        checkpoint?.cut(at: trial.number)
        known = []
        result = Result {
          try train(
            settings, number: trial.number, pruner: pruner, on: folds, state: state,
            goesAhead: !isUseful, onUseful: tellUseful)
        }
        told.endedAtMs = clock.nowMs()
        keep(result, of: trial, told)
      }
      let isFirst = state.completed.isEmpty
      switch result {
      case .success(let trained):
        state.settle(trial, trained, metric: problem.metric.rawValue, told: &told)
        if isFirst, !state.completed.isEmpty {
          state.keptFreeMs = try onFirst()
        }
      case .failure(let error):
        let reason = (error as? any FactoryError)?.message ?? String(describing: error)
        state.fail(trial, reason, told: &told)
      }
      state.verdict = stop?.verdict(on: state.study.history, memory: &state.stopMemory)
      report(.trial(told))
      report(progress(state, told: told, begunMs: begunMs))
    }
    for fold in folds.folds { _ = fold.end() }
    guard !state.completed.isEmpty else {
      throw TrainingError(
        .allTrialsFailed,
        "none of \(state.trialCount) trials gave a model"
          + (state.lastFailure.map { ": \($0)" } ?? ""),
        hint: "look at the trials' messages; another metric, other columns or more rows may help")
    }
    return state
  }

  /// The seed of one trial.
  static func seed(_ seed: UInt64, _ number: Int) -> UInt64 {
    var random = SeededGenerator(seed: seed, stream: 1000 + UInt64(number))
    return random.next()
  }

  /// Keeps a trial for the next attempt, unless time cut it off.
  private func keep(
    _ result: Result<TreeTrialOutcome, any Error>, of trial: Trial, _ told: TrialReport
  ) {
    var entry = SearchCheckpoint.Entry(
      parameters: trial.point.texts, outcome: nil, failure: nil, startedAtMs: told.startedAtMs,
      endedAtMs: told.endedAtMs, elapsedMs: told.endedAtMs - startedAtMs)
    switch result {
    case .success(let trained) where trained.ending == .late: return
    case .success(let trained): entry.outcome = trained
    case .failure(let error):
      entry.failure = (error as? any FactoryError)?.message ?? String(describing: error)
    }
    checkpoint?.keep(entry)
  }

  private func train(
    _ settings: TreeSettings, number: Int, pruner: any Pruner, on folds: ParallelFolds,
    state: SearchState, goesAhead: Bool, onUseful: (Int) throws -> Void
  ) throws -> TreeTrialOutcome {
    let nowMs = clock.nowMs()
    let stopMs = deadlineMs.map { deadlineMs in
      // The first trial leaves the final fit as much time as it takes itself.
      state.completed.isEmpty
        ? nowMs + max(deadlineMs - nowMs, 0) / 2 : deadlineMs - state.keptFreeMs - reserveMs(state)
    }
    let trial = TreeTrial(
      settings: settings, pruner: pruner, number: number, goesAhead: goesAhead)
    return try trial.run(
      on: folds, problem: problem, peers: state.peers(settings.curve),
      isLate: { [clock] in stopMs.map { clock.nowMs() >= $0 } ?? false }, onUseful: onUseful)
  }

  /// Every tenth trial: the best point so far, learning slower, which is better more often than not.
  private func slowerPoint(_ state: SearchState) -> SearchPoint? {
    let count = state.study.trials.count
    guard count % 10 == 9, count >= space.initialPoints.count,
      ![SamplerName.random, .grid].map(\.rawValue).contains(request.sampler),
      var point = state.study.best?.point, let eta = point.number("eta"), eta > 0.03
    else { return nil }
    point["eta"] = .float(max(eta / 2.5, 0.02))
    return point
  }
}
