internal import Synchronization

/// What the slots of a search and the keepers of its allocations know of each other.
final class SearchAllocations: Sendable {
  private struct State {
    /// Allocations that run.
    var running: Set<Int> = []
    /// Those that nobody tries to get any more, and why the first of them.
    var lost: Set<Int> = []
    var failure: StageFailure?
    /// Slots that have a trial.
    var busy = 0
    /// Whether the study had no trial for the slot that asked last.
    var isExhausted = false
    var isDone = false
  }

  let count: Int
  /// Trials side by side in each.
  let places: Int
  private let state = Mutex(State())

  init(count: Int, places: Int) {
    self.count = count
    self.places = places
  }

  /// Trials for which there are places now.
  var openPlaces: Int { state.withLock { $0.running.count * places } }
  /// Whether the study has ended.
  var isDone: Bool { state.withLock { $0.isDone } }
  /// Why there is no allocation any more, and none will come; nil while one may.
  var failure: StageFailure? {
    state.withLock { $0.lost.count == count ? $0.failure : nil }
  }

  // MARK: Slots

  func tookTrial() {
    state.withLock { ($0.busy, $0.isExhausted) = ($0.busy + 1, false) }
  }

  func endedTrial() { state.withLock { $0.busy -= 1 } }

  /// The study has no trial to give, for now or for ever.
  func foundNone(isDone: Bool) {
    state.withLock {
      $0.isExhausted = true
      if isDone { $0.isDone = true }
    }
  }

  // MARK: Keepers

  func set(_ allocation: Int, isRunning: Bool) {
    state.withLock {
      if isRunning { $0.running.insert(allocation) } else { $0.running.remove(allocation) }
    }
  }

  func lose(_ allocation: Int, _ failure: StageFailure) {
    state.withLock {
      $0.running.remove(allocation)
      $0.lost.insert(allocation)
      $0.failure = $0.failure ?? failure
    }
  }

  /// Whether an allocation that has ended is to come again: not where others have places for what is left.
  func needs(_ allocation: Int) -> Bool {
    state.withLock { state in
      let others = state.running.subtracting([allocation]).count * places
      return !state.isExhausted || state.busy > others
    }
  }
}
