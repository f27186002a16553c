/// What the caller of a training decides after a round.
public enum RoundDecision: Sendable {
  case proceed
  case stop
}

extension XGBoostBooster {
  /// Boosts up to `rounds` rounds.
  ///
  /// - Parameter afterRound: gets the round's number and decides whether another follows; it may
  ///   predict with the booster (early stopping, pruning and deadlines are its affair).
  /// - Returns: the rounds done.
  @discardableResult
  public func train(
    _ matrix: XGBoostMatrix, rounds: Int,
    afterRound: (_ booster: XGBoostBooster, _ round: Int) throws -> RoundDecision = { _, _ in
      .proceed
    }
  ) throws -> Int {
    for round in 0..<rounds {
      try update(matrix, round: round)
      if case .stop = try afterRound(self, round) { return round + 1 }
    }
    return rounds
  }
}
