import Basics
import JobProtocol
import Optimization

/// A trial of a search with what later steps need of it.
struct SearchedTrial: Sendable {
  var number: Int
  var point: SearchPoint
  var value: Double
  var rounds: Int
  /// For the plan's validation rows; empty where no ensemble will ask for them.
  var predictions: [Double]
  /// What it took.
  var milliseconds: Int64
  /// Share of its rounds that its best model keeps.
  var keptShare: Double
}

/// How far a search is.
struct SearchState {
  var study: Study
  /// Completed trials, in number order.
  var completed: [SearchedTrial] = []
  var prunedCount = 0
  var failedCount = 0
  /// Values that trials had at the pruner's rungs, by the metric they are in.
  private(set) var rungs: [String: [Int: [PruningMoment.Peer]]] = [:]
  /// Why the last failed trial failed.
  private(set) var lastFailure: String?
  /// What is to be gained, and whether that is enough; nil where nobody asks.
  var verdict: ImprovementStop.Verdict?
  var stopMemory = ImprovementStop.Memory()
  /// Milliseconds to keep free at the end beside those of the final fit.
  var keptFreeMs: Int64 = 0

  init(study: Study) { self.study = study }

  var trialCount: Int { completed.count + prunedCount + failedCount }

  /// Predictions of the best so many trials are kept.
  private static let keptTrials = 40

  /// Records a trial that was trained, and says how it ended in its report.
  mutating func settle(
    _ trial: Trial, _ trained: TreeTrialOutcome, metric: String, told: inout TrialReport
  ) {
    for (rung, value) in trained.rungs {
      rungs[trained.curve, default: [:]][rung, default: []].append(
        PruningMoment.Peer(number: trial.number, value: value))
    }
    told.value = trained.value
    told.steps = trained.steps
    told.curve = trained.followed
    // The only model there is counts, however short its time was.
    let isUsable =
      trained.ending == .completed || (completed.isEmpty && trained.ending == .late)
    if trained.value.isNaN {
      told.value = nil
      fail(trial, "the metric \(metric) has no value on the validation rows", told: &told)
    } else if isUsable {
      study.tell(trial.number, .completed(value: trained.value))
      completed.append(
        SearchedTrial(
          number: trial.number, point: trial.point, value: trained.value, rounds: trained.rounds,
          predictions: trained.predictions, milliseconds: told.endedAtMs - told.startedAtMs,
          keptShare: Double(trained.rounds) / Double(max(trained.steps, 1))))
      forgetPredictions()
    } else {
      told.outcome = .pruned
      told.message =
        trained.ending == .late
        ? "the time was over" : trained.verdict ?? "worse than others so far"
      study.tell(trial.number, .pruned(value: trained.value, step: trained.steps))
      prunedCount += 1
    }
  }

  /// Records a trial that gave no model.
  mutating func fail(_ trial: Trial, _ reason: String, told: inout TrialReport) {
    told.outcome = .failed
    told.message = reason
    study.tell(trial.number, .failed(message: reason))
    failedCount += 1
    lastFailure = reason
  }

  /// Values of earlier trials at the rungs of a followed metric.
  func peers(_ curve: String) -> [Int: [PruningMoment.Peer]] { rungs[curve] ?? [:] }

  /// The completed trials, best first, the earlier of equals before the later.
  var ranked: [SearchedTrial] {
    completed.sorted { left, right in
      let (one, other) = (study.goal.loss(of: left.value), study.goal.loss(of: right.value))
      return one != other ? one < other : left.number < right.number
    }
  }

  /// Drops the predictions of the worst trial where there are more than an ensemble chooses from.
  private mutating func forgetPredictions() {
    let kept = ranked.filter { !$0.predictions.isEmpty }
    guard kept.count > Self.keptTrials, let worst = kept.last?.number,
      let place = completed.firstIndex(where: { $0.number == worst })
    else { return }
    completed[place].predictions = []
  }
}
