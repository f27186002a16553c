/// Asynchronous successive halving: at each rung only the best 1/η of the trials seen there goes on.
///
/// Jamieson & Talwalkar 2016, without waiting for a rung to fill (ASHA; Li et al. 2020). Rungs lie
/// at r·η^s, r·η^(s+1), … steps, in the papers' symbols. A trial is compared with those that
/// reached the rung before it, so decisions follow number order and repeat exactly. As in ASHA's
/// promotions, one that was stopped is due to go on once it is among the best 1/η; see `RungTable`.
public struct SuccessiveHalvingPruner: Pruner {
  /// r: steps before the first decision.
  public var minimumSteps: Int
  /// η: one of so many goes on.
  public var reductionFactor: Int
  /// s: rungs left out at the start.
  public var earlyStoppingRate: Int
  /// Whether of fewer than η trials at a rung only the best goes on, as in Optuna; else all of them.
  public var isStrict: Bool

  /// Takes r, η and s.
  public init(
    minimumSteps: Int = 20, reductionFactor: Int = 3, earlyStoppingRate: Int = 0,
    isStrict: Bool = false
  ) {
    self.minimumSteps = max(minimumSteps, 1)
    self.reductionFactor = max(reductionFactor, 2)
    self.earlyStoppingRate = max(earlyStoppingRate, 0)
    self.isStrict = isStrict
  }

  /// r·η^s, r·η^(s+1), … below `limit`.
  public func rungs(upTo limit: Int) -> [Int] {
    var rungs: [Int] = []
    var step = minimumSteps
    while step < limit {
      rungs.append(step)
      let (next, overflow) = step.multipliedReportingOverflow(by: reductionFactor)
      if overflow { break }
      step = next
    }
    return Array(rungs.dropFirst(earlyStoppingRate))
  }

  /// Whether fewer than 1/η of those seen at the rung are worse.
  public func shouldPrune(_ moment: PruningMoment) -> Bool {
    if moment.loss == .infinity { return true }
    // Fewer than η trials at a rung: none of them is known to be bad.
    guard isStrict || moment.peers.count + 1 >= reductionFactor else { return false }
    return isBehind(moment, among: moment.peers)
  }

  /// One of η.
  public func promotedCount(of seen: Int) -> Int { seen / reductionFactor }

  /// Whether the trial is not within the best 1/η of itself and some peers; the best one always is.
  func isBehind(_ moment: PruningMoment, among peers: [PruningMoment.Peer]) -> Bool {
    let better = peers.count { moment.goal.loss(of: $0.value) < moment.loss }
    let promoted = max((peers.count + 1) / reductionFactor, 1)
    return better >= promoted
  }
}
