import Basics
import Foundation

/// How survivors have children.
///
/// Simulated binary crossover (Deb & Agrawal 1995) and polynomial mutation on each number's own scale,
/// exchange and redrawing for what has no order. The first generation, which has no parents, is quasi-random.
struct Breeding: Sendable {
  /// Share of the children that are mixed from two parents.
  var crossoverShare: Double
  /// η of the crossover: the higher, the nearer children are to their parents.
  var crossoverCloseness: Double
  /// η of the mutation.
  var mutationCloseness: Double

  /// A child, unlike what was tried lately where some attempts find such a one.
  ///
  /// - Parameters:
  ///   - recent: how many of the latest trials it should differ from, beside the survivors.
  ///   - parent: draws the place of a parent's trial.
  func child(
    of survivors: [Int], in history: SearchHistory, unlike recent: Int,
    using random: inout SeededGenerator, parent: (inout SeededGenerator) -> Int
  ) -> SearchPoint {
    let space = history.space
    guard !survivors.isEmpty else {
      let point = SobolSampler.point(history.nextNumber, of: space, seed: history.seed)
      return space.admits(point) ? point : RandomSampler.point(of: space, using: &random)
    }
    var child = SearchPoint()
    for _ in 0..<10 {
      child = space.firstAllowed {
        let parents = (0..<2).map { _ in history.trials[parent(&random)].point }
        return mix(space, parents[0], parents[1], using: &random)
      }
      let isKnown =
        history.trials.suffix(recent).contains { $0.point == child }
        || survivors.contains { history.trials[$0].point == child }
      if !isKnown { break }
    }
    return child
  }

  private func mix(
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
      var place = crossed(domain.place(of: one), domain.place(of: other), using: &random)
      if mutates { place = mutated(place, grain: domain.grain, using: &random) }
      child[parameter.name] = domain.value(at: place)
    }
    return child
  }

  /// Simulated binary crossover: as far from the parents as one bit exchanged would bring it.
  private func crossed(
    _ one: Double, _ other: Double, using random: inout SeededGenerator
  ) -> Double {
    let (share, swaps) = (random.nextUnit(), random.nextUnit() < 0.5)
    guard one != other else { return one }
    let power = 1 / (crossoverCloseness + 1)
    let spread = share <= 0.5 ? pow(2 * share, power) : pow(1 / (2 * (1 - share)), power)
    let (left, right) = swaps ? (other, one) : (one, other)
    return min(max(0.5 * ((1 + spread) * left + (1 - spread) * right), 0), 1)
  }

  /// Polynomial mutation, by one value at least where there are steps.
  private func mutated(
    _ place: Double, grain: Double, using random: inout SeededGenerator
  ) -> Double {
    let share = random.nextUnit()
    let power = 1 / (mutationCloseness + 1)
    let change =
      share < 0.5 ? pow(2 * share, power) - 1 : 1 - pow(2 * (1 - share), power)
    let least = change < 0 ? -grain : grain
    return min(max(place + (abs(change) > grain ? change : least), 0), 1)
  }
}
