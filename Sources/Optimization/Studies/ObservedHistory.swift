import JobProtocol

/// A search as its sampler sees it: each point once, with what is known of it by now.
///
/// A trial that trains a stopped one's point again stands in its place from the moment at which it came
/// further; until then, and where it fails, the first stands there alone.
struct ObservedHistory: Sendable {
  /// In the order in which points were first asked for.
  private(set) var history: SearchHistory
  /// Where each trial's point stands, by the trial's number.
  private var places: [Int: Int] = [:]

  /// What a sampler sees of a search.
  init(_ whole: SearchHistory) {
    history = whole
    history.trials = []
    for trial in whole.trials {
      begin(trial)
      if trial.state.isFinished { _ = end(trial) }
    }
  }

  /// Takes in a trial that begins.
  mutating func begin(_ trial: Trial) {
    if let place = trial.promotion.flatMap({ places[$0.trial] }) {
      places[trial.number] = place
    } else {
      places[trial.number] = history.trials.count
      var trial = trial
      trial.state = .running
      history.trials.append(trial)
    }
  }

  /// Takes in a trial that has ended; returns whether it takes the place of another one.
  mutating func end(_ trial: Trial) -> Bool {
    guard let place = places[trial.number] else { return false }
    let known = history.trials[place]
    if known.number == trial.number {
      history.trials[place] = trial
      return false
    }
    switch (known.state, trial.state) {
    case (_, .running), (_, .failed): return false
    case (.pruned(_, let before), .pruned(_, let now)) where now <= before: return false
    case (_, .pruned), (_, .completed):
      history.trials[place] = trial
      // The point is from where it was from.
      history.trials[place].isGiven = known.isGiven
      return true
    }
  }
}

extension SearchHistory {
  /// The history as a sampler sees it; the same where no point was trained again.
  var observed: SearchHistory {
    trials.contains { $0.promotion != nil } ? ObservedHistory(self).history : self
  }
}
