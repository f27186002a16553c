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
///
/// Trials that failed, or are infinitely bad, have gained nothing. Of two beliefs the one counts that expects less:
/// one that does not look at them, and one for which they are as bad as the worst. Neither the kernel nor the
/// foretelling looks at them: beside a cliff nobody foretells. Where nothing but failures comes, a long row of them is
/// enough, once all trials that were asked for before its end have ended.
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

  /// So many times the trials before anything is believed, all of them failed in a row, are enough: after 100 of them
  /// less than 3 % of such trials succeed, with a confidence of 95 % (the rule of three; Hanley & Lippman-Hand 1983,
  /// "If Nothing Goes Wrong, Is Everything All Right?").
  private static let hopelessRow = 5
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

  /// What is known, and whether it has been enough for long; running trials keep a row of failures from counting that
  /// began after them, and count for nothing else.
  public func verdict(on history: SearchHistory, memory: inout Memory) -> Verdict {
    if isHopeless(history) { return Verdict(outlook: nil, isEnough: true) }
    var history = history
    history.trials.removeAll { !$0.state.isFinished }
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

  /// Trials with a value before anything is believed.
  private func least(_ space: SearchSpace) -> Int {
    max(startupTrials, 4 * space.parameters.count)
  }

  /// Whether nothing but failures has come for long.
  ///
  /// The row counts up to the first trial that still runs: what fails at once, as on a broken node, overtakes
  /// what takes its time.
  private func isHopeless(_ history: SearchHistory) -> Bool {
    guard history.goals.count == 1 else { return false }
    let trials = history.trials
    let firstRunning = trials.firstIndex { !$0.state.isFinished } ?? trials.endIndex
    let start = firstRunning - Self.hopelessRow * least(history.space)
    return start >= 0
      && trials.indices[start...].allSatisfy {
        !trials[$0].state.isFinished || history.rank($0).group == .hopeless
      }
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
    history.trials.removeAll { !$0.state.isFinished }
    let space = history.space
    guard history.goals.count == 1, !space.parameters.isEmpty,
      var data = BeliefData(history, most: Self.mostTrials, atLeast: least(space)),
      let measured = Self.process(data)
    else { return nil }
    let error = data.deviation * Self.error(measured, data)
    var kernels: [BeliefData.FittedConstraint] = []
    let constraints = data.constraintBeliefs(remembering: &kernels)
    var prospect = Self.prospect(data, measured, constraints, history)
    if !data.hopeless.isEmpty {
      data.addHopeless()
      guard
        let process = GaussianProcess(
          data.points, values: data.values, unordered: data.unordered, kernel: measured.kernel)
      else { return nil }
      let other = Self.prospect(data, process, constraints, history)
      // The one knows no cliff, and hopes behind it; the other bends its belief to reach down there.
      prospect = prospect.flatMap { one in
        other.map { (min(one.expected, $0.expected), min(one.regret, $0.regret)) }
      }
    }
    if let prospect {
      return Outlook(
        expected: prospect.expected, gained: gained(history), error: error, regret: prospect.regret)
    }
    let isUsedUp =
      space.constraints.isEmpty && space.forbidden.isEmpty
      && space.parameters.allSatisfy { $0.domain.valueCount != nil }
    return isUsedUp ? .nothing : nil
  }

  /// What one more trial is expected to bring, and how much better the least value is believed to be; nil where
  /// no point was found that is new.
  private static func prospect(
    _ data: BeliefData, _ process: GaussianProcess, _ constraints: [ConstraintBelief],
    _ history: SearchHistory
  ) -> (expected: Double, regret: Double)? {
    var random = SeededGenerator(
      seed: history.seed, stream: stream &+ UInt64(history.trials.count))
    let search = AcquisitionSearch(
      data: data, process: process, constraints: constraints, space: history.space)
    // Where nothing has kept all constraints, whatever does is an improvement without bound.
    guard data.violations.contains(0) else { return (.infinity, .infinity) }
    guard let best = search.highest(using: &random) else { return nil }
    return (
      data.deviation * exp(best.score),
      data.deviation * search.regret(beside: best.point, using: &random)
    )
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
    let best = values.indices.sorted {
      (data.violations[$0], values[$0], $0) < (data.violations[$1], values[$1], $1)
    }.prefix(leaders)
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
