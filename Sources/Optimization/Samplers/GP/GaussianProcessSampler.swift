public import Basics
import Foundation

/// Bayesian optimization: a Gaussian process believes, the expected improvement decides.
///
/// Matérn-5/2 with a length scale for each parameter, fitted to the trials (see `KernelFit`), and
/// the logarithm of the expected improvement, sought among quasi-random points and around the best.
/// What is expected at an end of a range where none of the best lies counts less: a process is least sure there,
/// and would try one corner after the other. And now and then the shortest lengths are believed that the trials do
/// not refute: long ones, once wrong, keep a search out of valleys that nobody has seen.
/// Trials that failed, or are infinitely bad, count as bad as the worst. Running trials count with the values that are believed (kriging believer; Ginsbourger et al.
/// 2010). For few and dear trials; with several goals TPE takes its place.
public struct GaussianProcessSampler: Sampler {
  /// Trials before the first belief: the middle of the space, then quasi-random ones, more where a branch of the space lacks some.
  public var startupTrials: Int
  /// Most trials that are believed in; beyond it the best and the latest.
  public var mostTrials: Int
  /// e² times as much must be expected there.
  private static let edgePenalty = 2.0

  /// Takes the settings.
  public init(startupTrials: Int = 8, mostTrials: Int = 400) {
    self.startupTrials = max(startupTrials, 3)
    self.mostTrials = max(mostTrials, 20)
  }

  /// The point from which most is expected.
  public func point(
    for history: SearchHistory, memory: inout SamplerMemory, using random: inout SeededGenerator
  ) -> SearchPoint {
    let space = history.space
    guard history.goals.count == 1, !space.parameters.isEmpty else {
      return TPESampler().point(for: history, memory: &memory, using: &random)
    }
    guard var data = BeliefData(history, most: mostTrials, atLeast: startupTrials) else {
      if history.trials.isEmpty {
        let middle = space.middle
        if space.admits(middle) { return middle }
      }
      let point = SobolSampler.point(history.nextNumber, of: space, seed: history.seed)
      return space.admits(point) ? point : RandomSampler.point(of: space, using: &random)
    }
    if let point = BranchStart.point(for: history, using: &random) { return point }
    let (kernel, constraints) = Self.beliefs(data, memory: &memory)
    data.addHopeless()
    guard
      let process = GaussianProcess(
        data.points, values: data.values, unordered: data.unordered, kernel: kernel)
    else { return RandomSampler.point(of: space, using: &random) }
    return AcquisitionSearch(
      data: data, process: process, constraints: constraints, space: space,
      edgePenalty: Self.edgePenalty
    ).best(using: &random)
  }

  /// What is believed of a point and of the best trial.
  struct Belief {
    /// In standard deviations of the losses.
    var mean: Double
    var deviation: Double
    /// The best trial's mean; nil where none has kept all constraints.
    var best: Double?
    /// The chance that all constraints are kept; nil where nothing is known of any.
    var chance: Double?
  }

  /// What is believed of a point, and of the best trial; nil where it does not decide yet.
  func belief(about point: SearchPoint, in history: SearchHistory) -> Belief? {
    var memory = SamplerMemory()
    guard BranchStart.lacking(history) == nil,
      var data = BeliefData(history, most: mostTrials, atLeast: startupTrials)
    else { return nil }
    let (kernel, constraints) = Self.beliefs(data, memory: &memory)
    data.addHopeless()
    guard
      let process = GaussianProcess(
        data.points, values: data.values, unordered: data.unordered, kernel: kernel)
    else { return nil }
    let places = BeliefData.places(of: point, history.space)
    let belief = process.belief(at: places)
    let chance = exp(constraints.reduce(0) { $0 + $1.logChance(at: places) })
    return Belief(
      mean: belief.mean, deviation: belief.deviation,
      best: data.best(of: data.points.map { process.belief(at: $0).mean }),
      chance: constraints.isEmpty ? nil : chance)
  }

  /// The kernel fitted to the first so many trials, of a number that grows in steps of a tenth.
  ///
  /// Where these are all trials, and of even number, with the shortest lengths that they do not refute: of the first
  /// twenty suggestions that are every second one, later of some six one.
  static func kernel(_ data: BeliefData, memory: inout SamplerMemory) -> MaternKernel {
    beliefs(data, memory: &memory).kernel
  }

  /// The kernel, and what is believed of constraints.
  private static func beliefs(
    _ data: BeliefData, memory: inout SamplerMemory
  ) -> (kernel: MaternKernel, constraints: [ConstraintBelief]) {
    var remembered = memory.content as? Remembered ?? Remembered()
    if remembered.points != data.fitPoints || remembered.values != data.fitValues {
      remembered.kernel = nil
    }
    let kernel = remembered.kernel ?? data.fit.kernel(steps: 40)
    (remembered.points, remembered.values) = (data.fitPoints, data.fitValues)
    remembered.kernel = kernel
    let constraints = data.constraintBeliefs(remembering: &remembered.constraints)
    memory.content = remembered
    let isBold = data.isFittedToAll && data.points.count.isMultiple(of: 2)
    return (isBold ? data.fit.shortest(of: kernel) : kernel, constraints)
  }

  private struct Remembered: Sendable {
    var points: [[Double]] = []
    var values: [Double] = []
    var kernel: MaternKernel?
    var constraints: [BeliefData.FittedConstraint] = []
  }
}
