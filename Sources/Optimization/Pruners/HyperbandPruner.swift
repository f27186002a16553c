import Basics

/// Hyperband: several successive halvings side by side, from one that stops early to one that does not.
///
/// Li, Jamieson, DeSalvo, Rostamizadeh & Talwalkar 2018. A trial belongs to the bracket that its
/// number draws, in the shares of the paper's budgets, and is compared with trials of its bracket
/// alone. While fewer than η of these were at a rung, it is compared with all that were there, and
/// goes on where it is the best of fewer than η: else each bracket would train its first trials to
/// the end, however bad they are. It helps where short trainings say little about long ones; where
/// they say much, plain successive halving is cheaper.
public struct HyperbandPruner: Pruner, Equatable {
  /// r: steps before the first decision of the first bracket.
  public var minimumSteps: Int
  /// η: one of so many goes on.
  public var reductionFactor: Int
  /// How many brackets there are; bracket s leaves out the first s rungs.
  public var bracketCount: Int

  /// Takes r, η and the number of brackets.
  public init(minimumSteps: Int = 20, reductionFactor: Int = 3, bracketCount: Int = 4) {
    self.minimumSteps = max(minimumSteps, 1)
    self.reductionFactor = max(reductionFactor, 2)
    self.bracketCount = min(max(bracketCount, 1), 20)
  }

  /// The rungs of all brackets.
  public func rungs(upTo limit: Int) -> [Int] { halving(0).rungs(upTo: limit) }

  /// Whether the bracket's own halving stops the trial; never at rungs that the bracket leaves out.
  public func shouldPrune(_ moment: PruningMoment) -> Bool {
    if moment.loss == .infinity { return true }
    let bracket = bracket(of: moment.number)
    let rungs = halving(0).rungs(upTo: .max).prefix { $0 < moment.step }
    guard rungs.count >= bracket else { return false }
    return halving(bracket).isBehind(moment, among: peers(of: moment))
  }

  /// How the trial stood among those that it was compared with.
  public func reason(_ moment: PruningMoment) -> String {
    var own = moment
    own.peers = peers(of: moment)
    let isOwn = own.peers.allSatisfy { bracket(of: $0.number) == bracket(of: moment.number) }
    return own.standing(others: isOwn ? " of bracket \(bracket(of: moment.number))" : "")
  }

  /// Those of the trial's bracket; all while they are too few to halve.
  private func peers(of moment: PruningMoment) -> [PruningMoment.Peer] {
    let bracket = bracket(of: moment.number)
    let own = moment.peers.filter { self.bracket(of: $0.number) == bracket }
    return own.count + 1 < reductionFactor ? moment.peers : own
  }

  /// The bracket of a trial.
  func bracket(of number: Int) -> Int {
    // Each bracket costs about the same: one that stops early starts more trials.
    var shares: [Double] = []
    var power = 1.0
    for rungsToCome in 1...bracketCount {
      shares.append((power / Double(rungsToCome)).rounded(.up))
      power *= Double(reductionFactor)
    }
    shares.reverse()
    var random = SeededGenerator(seed: UInt64(bitPattern: Int64(number)))
    var place = random.nextUnit() * shares.reduce(0, +)
    for (bracket, share) in shares.enumerated() {
      place -= share
      if place < 0 { return bracket }
    }
    return bracketCount - 1
  }

  private func halving(_ bracket: Int) -> SuccessiveHalvingPruner {
    SuccessiveHalvingPruner(
      minimumSteps: minimumSteps, reductionFactor: reductionFactor, earlyStoppingRate: bracket)
  }
}
