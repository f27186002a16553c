public import JobProtocol

extension ToldStudy {
  /// The best of the first so many trials, by number; nil where none of them has a value.
  public func best(ofFirst count: Int) -> TrialReport? {
    Self.best(trials.prefix { $0.number < count }, goals[0])
  }

  /// From the start of the first trial to the end of the last; nil without trials.
  public var milliseconds: Int64? {
    guard let start = trials.map(\.startedAtMs).min(), let end = trials.map(\.endedAtMs).max()
    else { return nil }
    return max(end - start, 0)
  }

  /// Why values of both studies cannot be compared, or nil where they can if their metric and data are the same.
  public func obstacle(to other: ToldStudy) -> String? {
    guard goals == other.goals else {
      return "one is better with small values, the other with large"
    }
    guard isSpaceKnown, other.isSpaceKnown else { return "the search space of one was not kept" }
    return space.fingerprint == other.space.fingerprint ? nil : "their search spaces differ"
  }
}
