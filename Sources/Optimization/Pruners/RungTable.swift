import JobProtocol

/// What the trials of a study had at the rungs of its pruner, and whom it stopped there.
///
/// A trial that was stopped is **promoted** once it is among the best of those seen at its rung by
/// then: ASHA's rule (Li et al. 2020, "A System for Massively Parallel Hyperparameter Tuning",
/// algorithm 2), by which the best one at the furthest rung goes on before a new point is drawn.
/// There a paused trial is resumed. Here a stopped one has ended, so its point is trained again as a
/// trial of its own, which is judged only at rungs beyond; up to there its first training's values
/// stand. So a stopped trial is trained again once at most, and a point once for each rung at most.
struct RungTable: Sendable {
  /// What a trial had at a rung; smaller is better, ties keep number order.
  private struct Entry: Sendable, Comparable {
    var loss: Double
    var number: Int
    var value: Double

    static func < (left: Entry, right: Entry) -> Bool {
      (left.loss, left.number) < (right.loss, right.number)
    }
  }

  /// A rung, with its trials best first.
  private struct Rung: Sendable {
    var seen: [Entry] = []
    /// Those that were stopped there and were not trained again.
    var stopped: [Entry] = []
  }

  private let pruner: any Pruner
  private let goal: OptimizationGoal
  /// Steps of a whole trial, where they are known.
  private let steps: Int?
  /// By their steps.
  private var rungs: [Int: Rung] = [:]
  /// What each trial had at the rungs where it was seen.
  private var entries: [Int: [Int: Entry]] = [:]
  /// The last step that each trial reported.
  private var lastSteps: [Int: Int] = [:]
  /// The rungs up to which trials are trained for the second time.
  private var resumed: [Int: Int] = [:]

  /// A table without trials.
  init(pruner: any Pruner, goal: OptimizationGoal, steps: Int?) {
    self.pruner = pruner
    self.goal = goal
    self.steps = steps
  }

  /// The last step that a trial reported; 0 before the first.
  func lastStep(of number: Int) -> Int { lastSteps[number] ?? 0 }

  /// What the pruner judges by after a report; nil where there is nothing to decide.
  ///
  /// Who reports less often than there are rungs is judged at the last one that the report passed.
  func moment(of number: Int, step: Int, value: Double) -> PruningMoment? {
    // A trial that has done all of its steps has nothing left to be stopped before.
    if let steps, step >= steps { return nil }
    guard let rung = crossed(by: number, step: step).last else { return nil }
    let isKnown = rung <= resumed[number] ?? 0
    if isKnown, goal.loss(of: value) < .infinity { return nil }
    let earlier = (entries[number] ?? [:]).filter { $0.key < rung }
      .map { PruningMoment.Report(step: $0.key, value: $0.value.value) }
    let peers = (rungs[rung]?.seen ?? []).filter { $0.number != number }
      .map { PruningMoment.Peer(number: $0.number, value: $0.value) }
    return PruningMoment(
      number: number, step: rung, value: value, earlier: earlier.sorted { $0.step < $1.step },
      peers: peers.sorted { $0.number < $1.number }, goal: goal)
  }

  /// The pruner's rungs between a trial's last report and this one.
  private func crossed(by number: Int, step: Int) -> [Int] {
    let before = lastStep(of: number)
    return pruner.rungs(upTo: step + 1).filter { $0 > before }
  }

  // MARK: Events

  /// Notes that a trial begins.
  mutating func begin(_ trial: Trial) {
    guard let promotion = trial.promotion else { return }
    resumed[trial.number] = promotion.rung
    rungs[promotion.rung]?.stopped.removeAll { $0.number == promotion.trial }
  }

  /// Notes a report.
  ///
  /// - Parameter isStopped: whether the pruner stopped the trial there.
  mutating func note(_ number: Int, step: Int, value: Double, isStopped: Bool) {
    let passed = crossed(by: number, step: step).filter { $0 > resumed[number] ?? 0 }
    lastSteps[number] = max(lastStep(of: number), step)
    guard let last = passed.last else { return }
    // Who was told to stop before and went on is stopped there no more.
    for rung in (entries[number] ?? [:]).keys {
      rungs[rung]?.stopped.removeAll { $0.number == number }
    }
    let entry = Entry(loss: goal.loss(of: value), number: number, value: value)
    for rung in passed {
      rungs[rung, default: Rung()].seen.insertSorted(entry)
      entries[number, default: [:]][rung] = entry
    }
    if isStopped { rungs[last]?.stopped.insertSorted(entry) }
  }

  /// Forgets what a trial reported: it begins anew.
  mutating func forget(_ number: Int) {
    lastSteps[number] = nil
    guard let known = entries.removeValue(forKey: number) else { return }
    for rung in known.keys {
      rungs[rung]?.seen.removeAll { $0.number == number }
      rungs[rung]?.stopped.removeAll { $0.number == number }
    }
  }

  // MARK: Promotions

  /// The stopped trial that is due to be trained again, if there is one.
  ///
  /// - Parameter isFree: whether a trial has ended as stopped and nothing else makes training it again needless.
  func promotion(where isFree: (Int) -> Bool) -> TrialPromotion? {
    for (step, rung) in rungs.sorted(by: { $0.key > $1.key }) {
      let count = pruner.promotedCount(of: rung.seen.count)
      for entry in rung.stopped {
        guard entry.loss < .infinity, rung.seen.place(of: entry) < count else { break }
        guard isFree(entry.number) else { continue }
        return TrialPromotion(
          trial: entry.number, rung: step,
          better: rung.seen.prefix { $0.loss < entry.loss }.count, seen: rung.seen.count)
      }
    }
    return nil
  }
}

extension Array where Element: Comparable {
  /// How many elements are smaller, in an array that is sorted.
  fileprivate func place(of element: Element) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if self[middle] < element { low = middle + 1 } else { high = middle }
    }
    return low
  }

  fileprivate mutating func insertSorted(_ element: Element) {
    insert(element, at: place(of: element))
  }
}
