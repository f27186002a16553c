public import Basics
import Foundation

/// NSGA-II: a population that is bred towards the frontier of several goals.
///
/// Deb, Pratap, Agarwal & Meyarivan 2002: survivors by front and crowding, parents by binary
/// tournament; simulated binary crossover (Deb & Agrawal 1995) and polynomial mutation on each
/// number's own scale, exchange and redrawing for what has no order. A generation counts when all
/// of its trials have ended, so the order in which they end does not matter. The first one is quasi-random.
public struct NSGA2Sampler: Sampler {
  /// Trials of a generation; nil: a sixth of the budget, from 10 to 50.
  public var populationSize: Int?
  /// Share of the children that are mixed from two parents.
  public var crossoverShare: Double
  /// η of crossover and mutation: the higher, the nearer children are to their parents.
  public var closeness: Double

  /// Takes the settings.
  public init(
    populationSize: Int? = nil, crossoverShare: Double = 0.9, closeness: Double = 15
  ) {
    self.populationSize = populationSize.map { max($0, 4) }
    self.crossoverShare = crossoverShare
    self.closeness = closeness
  }

  /// A child of the survivors of the last generation that has ended.
  public func point(
    for history: SearchHistory, memory: inout SamplerMemory, using random: inout SeededGenerator
  ) -> SearchPoint {
    let size = populationSize ?? min(max((history.budget ?? 300) / 6, 10), 50)
    var generations = Generations(seed: history.seed, size: size)
    if let earlier = memory.content as? Generations, earlier.fits(history, size: size) {
      generations = earlier
    }
    generations.advance(history)
    memory.content = generations
    let space = history.space
    guard !generations.survivors.isEmpty else {
      let point = SobolSampler.point(history.nextNumber, of: space, seed: history.seed)
      return space.admits(point) ? point : RandomSampler.point(of: space, using: &random)
    }
    let recent = Set(
      history.trials.suffix(2 * size).map(\.point)
        + generations.survivors.map { history.trials[$0].point })
    var child = SearchPoint()
    for _ in 0..<10 {
      child = space.firstAllowed {
        let parents = (0..<2).map { _ in
          history.trials[generations.tournament(using: &random)].point
        }
        return breed(space, parents[0], parents[1], using: &random)
      }
      if !recent.contains(child) { break }
    }
    return child
  }

  private func breed(
    _ space: SearchSpace, _ first: SearchPoint, _ second: SearchPoint,
    using random: inout SeededGenerator
  ) -> SearchPoint {
    let isMixed = random.nextUnit() < crossoverShare
    let mutation = 1 / Double(max(first.values.count, 1))
    var child = SearchPoint()
    for parameter in space.parameters where parameter.isActive(in: child) {
      let domain = parameter.domain
      let mutates = random.nextUnit() < mutation
      guard let one = first[parameter.name] ?? second[parameter.name] else {
        child[parameter.name] = RandomSampler.value(of: domain, using: &random)
        continue
      }
      let other = isMixed ? second[parameter.name] ?? one : one
      if domain.isUnordered {
        let inherited = random.nextUnit() < 0.5 ? one : other
        child[parameter.name] =
          mutates ? RandomSampler.value(of: domain, using: &random) : inherited
        continue
      }
      var place = mixed(domain.place(of: one), domain.place(of: other), using: &random)
      if mutates { place = mutated(place, grain: domain.grain, using: &random) }
      child[parameter.name] = domain.value(at: place)
    }
    return child
  }

  /// Simulated binary crossover: as far from the parents as one bit exchanged would bring it.
  private func mixed(
    _ one: Double, _ other: Double, using random: inout SeededGenerator
  ) -> Double {
    let (share, swaps) = (random.nextUnit(), random.nextUnit() < 0.5)
    guard one != other else { return one }
    let power = 1 / (closeness + 1)
    let spread = share <= 0.5 ? pow(2 * share, power) : pow(1 / (2 * (1 - share)), power)
    let (left, right) = swaps ? (other, one) : (one, other)
    return min(max(0.5 * ((1 + spread) * left + (1 - spread) * right), 0), 1)
  }

  /// Polynomial mutation, by one value at least where there are steps.
  private func mutated(
    _ place: Double, grain: Double, using random: inout SeededGenerator
  ) -> Double {
    let share = random.nextUnit()
    let power = 1 / (closeness + 1)
    let change =
      share < 0.5 ? pow(2 * share, power) - 1 : 1 - pow(2 * (1 - share), power)
    let least = change < 0 ? -grain : grain
    return min(max(place + (abs(change) > grain ? change : least), 0), 1)
  }
}

/// Survivors after the generations that have ended.
private struct Generations: Sendable {
  let seed: UInt64
  let size: Int
  private(set) var used = 0
  /// Places of the survivors' trials, best first.
  private(set) var survivors: [Int] = []

  init(seed: UInt64, size: Int) {
    self.seed = seed
    self.size = size
  }

  func fits(_ history: SearchHistory, size: Int) -> Bool {
    seed == history.seed && size == self.size && used <= history.trials.count
  }

  mutating func advance(_ history: SearchHistory) {
    while used + size <= history.trials.count {
      let block = used..<(used + size)
      guard history.trials[block].allSatisfy(\.state.isFinished) else { return }
      used = block.upperBound
      survivors = history.ranked(survivors + block).prefix(size).map(\.index)
    }
  }

  /// The better of two drawn survivors.
  func tournament(using random: inout SeededGenerator) -> Int {
    survivors[min(random.next(below: survivors.count), random.next(below: survivors.count))]
  }
}
