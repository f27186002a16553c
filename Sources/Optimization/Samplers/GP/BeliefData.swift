import Foundation
import JobProtocol

/// The trials that a Gaussian process is made from.
struct BeliefData {
  /// Places of all trials that count.
  private(set) var points: [[Double]]
  /// Their losses, standardized, bad ones cut off.
  private(set) var values: [Double]
  /// By how much each trial broke constraints; 0 where it kept them, and above 0 where others told of constraints and
  /// it did not come so far.
  private(set) var violations: [Double]
  /// That of a trial that failed.
  private let unknownViolation: Double
  /// What was measured of each constraint: of all trials, and of those that kernels are fitted to.
  let constraints: [(all: ConstraintBelief.Measured?, fit: ConstraintBelief.Measured?)]
  /// What the values are in: the standard deviation of the losses.
  let deviation: Double
  /// Places of running trials.
  let running: [[Double]]
  /// Places of trials that failed, or whose value is infinitely bad or no number.
  let hopeless: [[Double]]
  /// The part that the kernel is fitted to.
  let fitPoints: [[Double]]
  let fitValues: [Double]
  /// Whether that part reaches to the latest trial.
  let isFittedToAll: Bool
  let unordered: [Bool]
  let space: SearchSpace

  private static let mostFitted = 120
  /// The latest count.
  private static let mostHopeless = 100

  /// nil where too few trials have a value, or all the same.
  init?(_ history: SearchHistory, most: Int, atLeast: Int) {
    space = history.space
    unordered = space.parameters.map(\.domain.isUnordered)
    let space = space
    func places(_ index: Int) -> [Double] { Self.places(of: history.trials[index].point, space) }
    running = history.trials.indices.suffix(200)
      .filter { !history.trials[$0].state.isFinished }.map(places)
    let ranked = history.ranked(history.trials.indices)
    hopeless = ranked.filter { $0.group == .hopeless }.suffix(Self.mostHopeless)
      .map { places($0.index) }
    var losses: [(index: Int, loss: Double)] = []
    for rank in ranked {
      switch rank.group {
      case .completed: losses.append((rank.index, rank.loss))
      case .pruned:
        // What was pruned is at least as bad as the middle of what was completed.
        let middle = losses.isEmpty ? rank.loss : losses[losses.count / 2].loss
        losses.append((rank.index, max(rank.loss, middle)))
      case .infeasible:
        let value = history.trials[rank.index].value ?? .nan
        losses.append((rank.index, history.goals[0].loss(of: value)))
      case .hopeless: break
      }
    }
    guard losses.count >= atLeast else { return nil }
    let count = losses.count
    if losses.count > most {
      let kept = Set(losses.prefix(most / 2).map(\.index))
      let latest = losses.dropFirst(most / 2).sorted { $0.index > $1.index }
        .prefix(most - most / 2)
      losses = losses.filter { kept.contains($0.index) } + latest
    }
    losses.sort { $0.index < $1.index }
    guard let (scaled, deviation) = Self.scaled(losses.map(\.loss)) else { return nil }
    points = losses.map { places($0.index) }
    values = scaled
    let isLimited = losses.contains { !history.trials[$0.index].constraints.isEmpty }
    unknownViolation = isLimited ? .infinity : 0
    violations = losses.map {
      let trial = history.trials[$0.index]
      if isLimited, case .pruned = trial.state { return .leastNormalMagnitude }
      return TrialConstraints.violation(of: trial.constraints)
    }
    self.deviation = deviation
    // A tenth more trials before the kernel is fitted anew.
    var size = atLeast
    while true {
      let next = max(size + 1, Int(Double(size) * 1.1))
      if next > losses.count { break }
      size = next
    }
    isFittedToAll = size == count
    let chosen = Self.spread(of: size, most: Self.mostFitted, values: scaled)
    fitPoints = chosen.map { places(losses[$0].index) }
    fitValues = Self.standardized(chosen.map { losses[$0].loss }) ?? chosen.map { scaled[$0] }
    let known = losses.map { history.trials[$0.index].constraints }
    let places = points
    func measured(_ rows: [Int], _ constraint: Int) -> ConstraintBelief.Measured? {
      ConstraintBelief.Measured(
        rows.filter { known[$0].count > constraint }
          .map { (places[$0], known[$0][constraint]) })
    }
    constraints = (0..<(known.map(\.count).max() ?? 0)).map {
      (measured(Array(known.indices), $0), measured(chosen, $0))
    }
  }

  /// What the kernel is fitted by.
  var fit: KernelFit {
    KernelFit(
      KernelDistances(fitPoints, unordered: unordered), values: fitValues,
      conditional: space.parameters.map { $0.condition != nil })
  }

  /// Adds trials with what is believed about them.
  mutating func add(_ point: [Double], value: Double) {
    points.append(point)
    values.append(value)
    violations.append(unknownViolation)
  }

  /// Takes what is hopeless for as bad as the worst that counts, so that it is not tried again and again.
  ///
  /// The kernel is fitted without: that something fails there says nothing of how fast values change.
  mutating func addHopeless() {
    let worst = values.max() ?? 0
    for point in hopeless { add(point, value: worst) }
  }

  /// The least of some beliefs, one for each point, among those that broke no constraint; nil where none is left.
  func best(of means: [Double]) -> Double? {
    zip(means, violations).filter { $1 == 0 }.map(\.0).min()
  }

  static func places(of point: SearchPoint, _ space: SearchSpace) -> [Double] {
    space.parameters.map { parameter in
      point[parameter.name].map(parameter.domain.place) ?? (parameter.domain.isUnordered ? -1 : 0.5)
    }
  }

  /// Of the first `size`, at most so many: the better half whole, of the rest every so-manieth.
  private static func spread(of size: Int, most: Int, values: [Double]) -> [Int] {
    guard size > most else { return Array(0..<size) }
    let order = (0..<size).sorted { (values[$0], $0) < (values[$1], $1) }
    let rest = order.dropFirst(most / 2)
    let step = Double(rest.count) / Double(most - most / 2)
    let others = (0..<(most - most / 2)).map { order[most / 2 + Int(Double($0) * step)] }
    return (order.prefix(most / 2) + others).sorted()
  }

  /// Mean 0 and variance 1, after losses far above the middle are cut off; nil where all are the same.
  static func standardized(_ losses: [Double]) -> [Double]? { scaled(losses)?.values }

  /// The same, with the standard deviation that was divided by.
  private static func scaled(_ losses: [Double]) -> (values: [Double], deviation: Double)? {
    let sorted = losses.sorted()
    let least = sorted.first { $0 > -.infinity } ?? 0
    let middle = sorted[sorted.count / 2]
    let most = middle + 2 * (middle - least)
    let cut = losses.map {
      min(max($0, least), most.isFinite ? max(most, least) : .greatestFiniteMagnitude)
    }
    let count = Double(cut.count)
    let mean = cut.reduce(0) { $0 + $1 / count }
    let variance = cut.reduce(0) { $0 + ($1 - mean) * ($1 - mean) / count }
    guard variance > 0, variance.isFinite else { return nil }
    let deviation = variance.squareRoot()
    return (cut.map { ($0 - mean) / deviation }, deviation)
  }
}
