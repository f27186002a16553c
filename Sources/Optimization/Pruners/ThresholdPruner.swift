/// Stops a trial whose value leaves a range: one that diverges, or cannot become good enough.
public struct ThresholdPruner: Pruner {
  /// Values outside are given up.
  public var range: ClosedRange<Double>
  /// Steps before the first decision.
  public var minimumSteps: Int
  /// Steps between two decisions.
  public var interval: Int

  /// Takes the range, both ends allowed values.
  public init(range: ClosedRange<Double>, minimumSteps: Int = 1, interval: Int = 1) {
    self.range = range
    self.minimumSteps = max(minimumSteps, 1)
    self.interval = max(interval, 1)
  }

  /// Every so many steps, further apart where that would be more than a thousand.
  public func rungs(upTo limit: Int) -> [Int] {
    PruningRungs.every(interval, from: minimumSteps, upTo: limit)
  }

  /// Whether the value is outside, or not a number.
  public func shouldPrune(_ moment: PruningMoment) -> Bool { !range.contains(moment.value) }

  /// What it had, and the range.
  public func reason(_ moment: PruningMoment) -> String {
    "at step \(moment.step) it had \(TrialEnding.number(moment.value)), which is "
      + Self.outside(range)
  }

  /// What values beside the range are, in words.
  static func outside(_ range: ClosedRange<Double>) -> String {
    let (low, high) = (
      TrialEnding.number(range.lowerBound), TrialEnding.number(range.upperBound)
    )
    if range.lowerBound == -.infinity { return "not at most \(high)" }
    if range.upperBound == .infinity { return "not at least \(low)" }
    return "not within \(low) to \(high)"
  }
}
