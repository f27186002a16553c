import Basics
import Foundation

/// Ends a whole search of which too little is expected.
///
/// That is when a Gaussian process expects less improvement than a bound everywhere in the space.
/// Nguyen, Gupta, Rana, Li & Venkatesh 2017, "Regret for Expected Improvement over the
/// Best-Observed Value and Stopping Condition" (ACML), show that the regret is small where the
/// greatest expected improvement is. The best here is the best that is believed rather than
/// observed, as the sampler has it.
///
/// Their proof takes the kernel for known. One that is fitted to few trials is often too sure of
/// itself; so the latest trials must have brought less than the bound, too. And it must tell the best
/// trials from each other: when each of them is left out, the others must let expect its value within the
/// bound (Jones, Schonlau & Welch 1998, "Efficient Global Optimization of Expensive Black-Box Functions",
/// validate their process so before they believe in it).
public struct ImprovementStop: Sendable, Equatable {
  /// What is to be gained by going on, and what going on has gained, in the unit of the metric.
  public struct Outlook: Sendable, Equatable {
    /// The most improvement that is expected of a point; 0 where every point has been tried.
    public var expected: Double
    /// How much better the best became by the latest trials; infinite where they are the first with a
    /// value.
    public var gained: Double
    /// How wrong the process is about the best trials, each foretold by the others: the root of the mean square.
    public var error: Double
  }

  /// In the unit of the metric, above 0.
  public var bound: Double
  /// Trials with a value before anything is believed, where four for each parameter are not more.
  public var startupTrials: Int
  /// How many trials are the latest.
  public var patience: Int

  /// Most trials that are believed in; beyond it the best and the latest.
  private static let mostTrials = 300
  /// The best trials that must be foretold.
  private static let leaders = 10
  /// The stream of its random decisions, apart from those of trials.
  private static let stream: UInt64 = 1 << 40

  /// Takes the settings.
  public init(bound: Double, startupTrials: Int = 20, patience: Int = 10) {
    self.bound = bound
    self.startupTrials = max(startupTrials, 5)
    self.patience = max(patience, 0)
  }

  /// Whether the search should end; never before enough trials have a value.
  public func shouldStop(_ history: SearchHistory) -> Bool { isEnough(outlook(history)) }

  /// Whether an outlook is worth no trial; an unknown one is.
  public func isEnough(_ outlook: Outlook?) -> Bool {
    outlook.map { $0.expected < bound && $0.gained < bound && $0.error < bound } ?? false
  }

  /// What is to be gained; running trials count for nothing.
  ///
  /// - Returns: nil where nothing can be believed yet, with several goals, where all values are the
  ///   same, and where no point was found that rules allow and that is new.
  public func outlook(_ history: SearchHistory) -> Outlook? {
    var history = history
    history.trials.removeAll { !$0.state.isFinished }
    let space = history.space
    let least = max(startupTrials, 4 * space.parameters.count)
    guard history.goals.count == 1, !space.parameters.isEmpty,
      let data = BeliefData(history, most: Self.mostTrials, atLeast: least),
      let process = GaussianProcess(
        data.points, values: data.values, unordered: data.unordered,
        kernel: KernelFit(
          KernelDistances(data.fitPoints, unordered: data.unordered), values: data.fitValues
        ).kernel(steps: 40))
    else { return nil }
    var random = SeededGenerator(
      seed: history.seed, stream: Self.stream &+ UInt64(history.trials.count))
    let search = AcquisitionSearch(data: data, process: process, space: space)
    let gained = gained(history)
    if let best = search.highest(using: &random) {
      return Outlook(
        expected: data.deviation * exp(best.score), gained: gained,
        error: data.deviation * Self.error(process, data))
    }
    let isUsedUp =
      space.constraints.isEmpty && space.forbidden.isEmpty
      && space.parameters.allSatisfy { $0.domain.valueCount != nil }
    return isUsedUp ? Outlook(expected: 0, gained: 0, error: 0) : nil
  }

  private static func error(_ process: GaussianProcess, _ data: BeliefData) -> Double {
    let residuals = process.residuals
    let values = data.values
    let best = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }.prefix(leaders)
    let squares = best.reduce(0) { $0 + residuals[$1] * residuals[$1] }
    return (squares / Double(max(best.count, 1))).squareRoot()
  }

  private func gained(_ history: SearchHistory) -> Double {
    func best(_ trials: some Sequence<Trial>) -> Double {
      trials.compactMap { history.losses(of: $0)?.first }.min() ?? .infinity
    }
    let (earlier, now) = (best(history.trials.dropLast(patience)), best(history.trials))
    guard earlier < .infinity else { return .infinity }
    return earlier == now ? 0 : earlier - now
  }
}
