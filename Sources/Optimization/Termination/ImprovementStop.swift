import Basics
import Foundation

/// Ends a whole search of which too little is expected.
///
/// A Gaussian process is asked two things about the whole space: how much one more trial would bring (Nguyen,
/// Gupta, Rana, Li & Venkatesh 2017, "Regret for Expected Improvement over the Best-Observed Value and Stopping
/// Condition"), and how far the best is from the least value anywhere, which many small steps would add up to (the
/// simple regret, by functions drawn from the belief; Wilson 2024, "Stopping Bayesian Optimization with
/// Probabilistic Regret Bounds"). The best here is the best that is believed rather than observed, as the
/// sampler has it.
///
/// A process that is fitted to few trials is often too sure of itself. So its lengths are the shortest that the
/// trials do not refute; the latest trials must have brought less than the bound, too; the process must tell the best
/// trials from each other: when each of them is left out, the others must let expect its value within the bound
/// (Jones, Schonlau & Welch 1998, "Efficient Global Optimization of Expensive Black-Box Functions", validate their
/// process so before they believe in it); and all of this must have held after each of the latest trials, which
/// looked where most was expected and changed nobody's mind.
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
    /// How much better than the best the least value of the whole space is believed to be.
    public var regret: Double

    /// That of a space of which every point has been tried.
    static let nothing = Outlook(expected: 0, gained: 0, error: 0, regret: 0)
  }

  /// What is known of a search, and whether that is enough.
  public struct Verdict: Sendable, Equatable {
    /// nil where nothing can be believed yet.
    public var outlook: Outlook?
    /// Whether the search should end.
    public var isEnough: Bool
  }

  /// What was worked out at earlier verdicts.
  ///
  /// It saves time and changes nothing.
  public struct Memory: Sendable {
    /// By the numbers of the trials that were known.
    fileprivate var outlooks: [[Int]: Outlook?] = [:]

    /// Nothing.
    public init() {}
  }

  /// In the unit of the metric, above 0.
  public var bound: Double
  /// Trials with a value before anything is believed, where four for each parameter are not more.
  public var startupTrials: Int
  /// How many of the latest trials must not have changed the outlook; of these, and of five for each parameter where
  /// that is more, the gain counts.
  public var patience: Int

  /// Most trials that are believed in; beyond it the best and the latest.
  private static let mostTrials = 300
  /// The best trials that must be foretold.
  private static let leaders = 10
  /// Steps of the kernel's fit; one that is left early makes a process now sure and now unsure of the same trials.
  private static let fitSteps = 150
  /// The stream of its random decisions, apart from those of trials.
  private static let stream: UInt64 = 1 << 40

  /// Takes the settings.
  public init(bound: Double, startupTrials: Int = 20, patience: Int = 10) {
    self.bound = bound
    self.startupTrials = max(startupTrials, 5)
    self.patience = max(patience, 0)
  }

  /// Whether the search should end; never before enough trials have a value.
  public func shouldStop(_ history: SearchHistory) -> Bool {
    var memory = Memory()
    return verdict(on: history, memory: &memory).isEnough
  }

  /// What is known, and whether it has been enough for long; running trials count for nothing.
  public func verdict(on history: SearchHistory, memory: inout Memory) -> Verdict {
    var history = history
    history.trials.removeAll(where: \.tellsNothing)
    let known = memory.outlooks
    memory.outlooks = [:]
    var latest: Outlook?
    for place in 0..<max(patience, 1) {
      let numbers = history.trials.map(\.number)
      let outlook = known[numbers] ?? self.outlook(history)
      memory.outlooks[numbers] = .some(outlook)
      if place == 0 { latest = outlook }
      guard isEnough(outlook) else { return Verdict(outlook: latest, isEnough: false) }
      // Where every point has been tried, no trial will come to say so again.
      if outlook == .nothing { break }
      history.trials.removeLast()
    }
    return Verdict(outlook: latest, isEnough: true)
  }

  /// Whether an outlook is worth no trial; an unknown one is.
  func isEnough(_ outlook: Outlook?) -> Bool {
    guard let outlook else { return false }
    return [outlook.expected, outlook.gained, outlook.error, outlook.regret]
      .allSatisfy { $0 < bound }
  }

  /// What is to be gained; running trials count for nothing.
  ///
  /// - Returns: nil where nothing can be believed yet, with several goals, where all values are the
  ///   same, and where no point was found that rules allow and that is new.
  func outlook(_ history: SearchHistory) -> Outlook? {
    var history = history
    history.trials.removeAll(where: \.tellsNothing)
    let space = history.space
    let least = max(startupTrials, 4 * space.parameters.count)
    guard history.goals.count == 1, !space.parameters.isEmpty,
      let data = BeliefData(history, most: Self.mostTrials, atLeast: least),
      let process = Self.process(data)
    else { return nil }
    var random = SeededGenerator(
      seed: history.seed, stream: Self.stream &+ UInt64(history.trials.count))
    let search = AcquisitionSearch(data: data, process: process, space: space)
    if let best = search.highest(using: &random) {
      return Outlook(
        expected: data.deviation * exp(best.score), gained: gained(history),
        error: data.deviation * Self.error(process, data),
        regret: data.deviation * search.regret(beside: best.point, using: &random))
    }
    let isUsedUp =
      space.constraints.isEmpty && space.forbidden.isEmpty
      && space.parameters.allSatisfy { $0.domain.valueCount != nil }
    return isUsedUp ? .nothing : nil
  }

  /// The process that expects most of those which the trials do not refute.
  private static func process(_ data: BeliefData) -> GaussianProcess? {
    let fit = data.fit
    return GaussianProcess(
      data.points, values: data.values, unordered: data.unordered,
      kernel: fit.shortest(of: fit.kernel(steps: fitSteps)))
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
    let latest = max(patience, 5 * history.space.parameters.count)
    let (earlier, now) = (best(history.trials.dropLast(latest)), best(history.trials))
    guard earlier < .infinity else { return .infinity }
    return earlier == now ? 0 : earlier - now
  }
}

extension Trial {
  /// Whether there is nothing to learn from it: it runs, or failed.
  fileprivate var tellsNothing: Bool {
    switch state {
    case .running, .failed: true
    case .completed, .pruned: false
    }
  }
}
