/// Stops a trial that has not become better for a number of rungs.
///
/// Prechelt 1998 ("Early stopping – but when?"), as a pruner: with another pruner inside it stops
/// only what that one would stop too.
public struct PatiencePruner: Pruner {
  /// Rungs without a better value that are waited for.
  public var patience: Int
  /// What counts as better: so much, in the metric's own unit.
  public var minimumChange: Double
  /// Steps between two rungs.
  public var interval: Int
  /// Must agree; nil: patience alone decides.
  public var inner: (any Pruner)?

  /// Takes the settings.
  public init(
    patience: Int = 10, minimumChange: Double = 0, interval: Int = 10, inner: (any Pruner)? = nil
  ) {
    self.patience = max(patience, 1)
    self.minimumChange = minimumChange.isFinite ? max(minimumChange, 0) : 0
    self.interval = max(interval, 1)
    self.inner = inner
  }

  /// Those of the inner pruner, or one every so many steps.
  public func rungs(upTo limit: Int) -> [Int] {
    inner?.rungs(upTo: limit) ?? PruningRungs.every(interval, from: interval, upTo: limit)
  }

  /// Whether the last rungs brought nothing.
  public func shouldPrune(_ moment: PruningMoment) -> Bool {
    let losses = moment.earlier.map { moment.goal.loss(of: $0.value) } + [moment.loss]
    guard losses.count > patience else { return false }
    let before = losses.dropLast(patience).min() ?? .infinity
    let recent = losses.suffix(patience).min() ?? .infinity
    // Infinities differ by NaN: nothing was gained.
    let isBetter = before - recent > minimumChange
    if isBetter { return false }
    return inner?.shouldPrune(moment) ?? true
  }

  /// Since when there was nothing better; what the inner pruner says where there is one.
  public func reason(_ moment: PruningMoment) -> String {
    if let inner { return inner.reason(moment) }
    let before = moment.earlier.dropLast(patience - 1)
    let best = before.min { moment.goal.loss(of: $0.value) < moment.goal.loss(of: $1.value) }
    guard let best else { return moment.standing }
    return "at rung \(moment.step) it had \(TrialEnding.number(moment.value)), and since rung "
      + "\(before.last?.step ?? best.step) none was better than the "
      + "\(TrialEnding.number(best.value)) of rung \(best.step)"
  }
}
