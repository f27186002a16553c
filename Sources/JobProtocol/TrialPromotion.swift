/// A stopped trial whose point is trained again, because by now it is among the best at its rung.
public struct TrialPromotion: Codable, Sendable, Equatable {
  /// Number of the trial that was stopped.
  public var trial: Int
  /// Steps after which the pruner stopped it.
  public var rung: Int
  /// How many of the trials seen at the rung were better by now.
  public var better: Int
  /// How many were seen there by now, itself included.
  public var seen: Int

  /// Takes every value as it is.
  public init(trial: Int, rung: Int, better: Int, seen: Int) {
    self.trial = trial
    self.rung = rung
    self.better = better
    self.seen = seen
  }
}
