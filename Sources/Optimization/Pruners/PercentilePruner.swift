/// Stops a trial whose best value so far is worse than a percentile of what others had at the same step.
///
/// The median stopping rule of Golovin et al. 2017 (Google Vizier, §3.2) with any percentile.
public struct PercentilePruner: Pruner {
  /// Share of the others, in percent, that a trial must be among: 25 keeps the best quarter.
  public var percentile: Double
  /// Trials that must have been at a step before it decides.
  public var startupTrials: Int
  /// Steps before the first decision.
  public var minimumSteps: Int
  /// Steps between two decisions.
  public var interval: Int

  /// The better half goes on.
  public static let median = PercentilePruner(percentile: 50)

  /// Takes the settings; the percentile is moved into 0...100.
  public init(
    percentile: Double, startupTrials: Int = 5, minimumSteps: Int = 20, interval: Int = 10
  ) {
    self.percentile = percentile.isNaN ? 50 : min(max(percentile, 0), 100)
    self.startupTrials = max(startupTrials, 1)
    self.minimumSteps = max(minimumSteps, 1)
    self.interval = max(interval, 1)
  }

  /// Every so many steps, further apart where that would be more than a thousand.
  public func rungs(upTo limit: Int) -> [Int] {
    PruningRungs.every(interval, from: minimumSteps, upTo: limit)
  }

  /// Whether the best value so far is worse than the percentile of the peers.
  public func shouldPrune(_ moment: PruningMoment) -> Bool {
    let goal = moment.goal
    let best = moment.earlier.reduce(moment.loss) { min($0, goal.loss(of: $1.value)) }
    if moment.loss == .infinity { return true }
    let losses = moment.peers.map { goal.loss(of: $0.value) }.sorted()
    guard losses.count >= startupTrials else { return false }
    // Linear between the two nearest ranks, as NumPy has it.
    let place = percentile / 100 * Double(losses.count - 1)
    let (low, high) = (losses[Int(place)], losses[min(Int(place) + 1, losses.count - 1)])
    let share = place - place.rounded(.down)
    let bound = share == 0 || low == high ? low : low + share * (high - low)
    return best > bound
  }
}

enum PruningRungs {
  /// Most rungs of one trial.
  static let most = 1000

  /// `first`, then every `interval` steps below `limit`, or further apart where that would be too many.
  static func every(_ interval: Int, from first: Int, upTo limit: Int) -> [Int] {
    guard first < limit else { return [] }
    let interval = max(interval, (limit - first) / most + 1)
    return Array(stride(from: first, to: limit, by: interval))
  }
}
