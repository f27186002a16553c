import Basics
import Foundation

/// CMA-ES with restarts, as far as the ended trials have brought it.
///
/// A generation is the next λ trials in number order; it counts when all of them have ended, so the
/// order in which they end does not matter. Restarts follow BIPOP (Hansen 2009): runs with a
/// population that doubles take turns with short local ones, each kind getting about half of the
/// trials.
struct CMARun: Sendable {
  private(set) var distribution: CMADistribution
  /// Trials used so far.
  private(set) var used = 0
  private var restarts = 0
  private var largePopulation: Int
  private var isLarge = true
  private var usedByLarge = 0
  private var usedBySmall = 0
  /// The best of each generation of this run: its group, and its loss where that tells of progress.
  private var bests: [(group: RankedTrial.Group, loss: Double)] = []
  private let seed: UInt64
  private let first: SearchPoint?

  /// σ at the start, in shares of the range.
  private static let firstStep = 1.0 / 6
  private static let shortestFirstStep = 1e-4

  init(dimensions: Int, seed: UInt64, first: SearchPoint?) {
    self.seed = seed
    self.first = first
    largePopulation = CMAWeights.population(dimensions)
    distribution = CMADistribution(
      mean: [Double](repeating: 0.5, count: dimensions), stepSize: Self.firstStep,
      population: largePopulation)
  }

  /// A run that goes on from the first trials of a search, which somebody else chose and which have ended.
  ///
  /// It begins at the best of them, with steps as long as the best ones lie apart from it.
  init(after count: Int, of history: SearchHistory, axes: [SearchParameter]) {
    self.init(dimensions: axes.count, seed: history.seed, first: history.trials.first?.point)
    used = count
    let leaders = history.ranked(0..<count).filter(\.isWhole)
      .prefix(max(largePopulation / 2, 2))
      .map { rank in
        axes.map { axis in
          history.trials[rank.index].point[axis.name].map(axis.domain.place) ?? 0.5
        }
      }
    guard let best = leaders.first, leaders.count > 1 else { return }
    var squares = 0.0
    for leader in leaders.dropFirst() {
      for (place, center) in zip(leader, best) { squares += (place - center) * (place - center) }
    }
    let step = (squares / Double((leaders.count - 1) * axes.count)).squareRoot()
    distribution = CMADistribution(
      mean: best, stepSize: min(max(step, Self.shortestFirstStep), Self.firstStep),
      population: largePopulation)
  }

  /// Whether this may be a run of the same search at an earlier time.
  func fits(_ history: SearchHistory, dimensions: Int) -> Bool {
    seed == history.seed && distribution.dimensions == dimensions && used <= history.trials.count
      && first == history.trials.first?.point
  }

  /// Takes in the generations that have ended since.
  mutating func advance(_ history: SearchHistory, axes: [SearchParameter]) {
    while used + distribution.population <= history.trials.count {
      let block = used..<(used + distribution.population)
      guard history.trials[block].allSatisfy(\.state.isFinished) else { return }
      let ranked = history.ranked(block)
      let points = ranked.map { rank in
        zip(axes, distribution.mean).map { axis, mean in
          history.trials[rank.index].point[axis.name].map(axis.domain.place) ?? mean
        }
      }
      used = block.upperBound
      if isLarge { usedByLarge += block.count } else { usedBySmall += block.count }
      // Nothing can be learned from trials of which none gave a value.
      if let best = ranked.first, best.group != .hopeless {
        distribution.update(with: points)
        bests.append((best.group, best.isWhole ? best.loss : .infinity))
      }
      if isOver(ranked, isSingle: history.goals.count == 1) { restart() }
    }
  }

  private func isOver(_ ranked: [RankedTrial], isSingle: Bool) -> Bool {
    if distribution.condition > 1e14 || !distribution.mean.allSatisfy(\.isFinite) { return true }
    let deviations = (0..<distribution.dimensions).map(distribution.deviation)
    if deviations.allSatisfy({ $0 < 1e-7 }) { return true }
    let window = 10 + 30 * distribution.dimensions / distribution.population
    guard isSingle, bests.count > window else { return false }
    // The best values of many generations and all of this one are the same.
    let latest = bests.suffix(window)
    guard let group = latest.first?.group, latest.allSatisfy({ $0.group == group }) else {
      return false
    }
    let losses =
      latest.map(\.loss) + ranked.filter { $0.group == group && $0.isWhole }.map(\.loss)
    guard let least = losses.min(), let most = losses.max() else { return false }
    return most - least <= 1e-10 * max(abs(least), 1e-10) || least == most
  }

  private mutating func restart() {
    restarts += 1
    bests = []
    var random = SeededGenerator(seed: seed, stream: 0xC0A_0000 + UInt64(restarts))
    let mean = (0..<distribution.dimensions).map { _ in random.nextUnit() }
    let normal = CMAWeights.population(distribution.dimensions)
    isLarge = usedBySmall >= usedByLarge
    if isLarge {
      largePopulation *= 2
      distribution = CMADistribution(
        mean: mean, stepSize: Self.firstStep, population: largePopulation)
    } else {
      let share = random.nextUnit()
      let ratio = pow(0.5 * Double(largePopulation) / Double(normal), share * share)
      distribution = CMADistribution(
        mean: mean, stepSize: Self.firstStep * pow(10, -2 * random.nextUnit()),
        population: max(Int(Double(normal) * ratio), normal))
    }
  }
}
