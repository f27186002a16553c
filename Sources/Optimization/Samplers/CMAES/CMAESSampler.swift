public import Basics
import Foundation

/// CMA-ES: moves a normal distribution towards what was good and learns which parameters go together.
///
/// Hansen & Ostermeier 2001; Hansen 2016 for the constants; BIPOP restarts (Hansen 2009). Numbers
/// without conditions take part. Whole numbers and steps keep a probability of changing (after
/// Hamano et al. 2022, "CMA-ES with Margin", here as noise added while drawing). Words, and what
/// decides or depends, are chosen by TPE.
public struct CMAESSampler: Sampler {
  /// How many trials somebody else chose before, from which it goes on when they have ended.
  var firstTrials = 0

  /// It has no settings.
  public init() {}

  /// A draw from the distribution after the last generation that has ended.
  public func point(
    for history: SearchHistory, memory: inout SamplerMemory, using random: inout SeededGenerator
  ) -> SearchPoint {
    let space = history.space
    let (numbers, others) = Self.split(space)
    guard !numbers.isEmpty else {
      return TPESampler().point(for: history, memory: &memory, using: &random)
    }
    let axes = numbers.map { space.parameters[$0] }
    var remembered = memory.content as? Remembered ?? Remembered()
    if remembered.run?.fits(history, dimensions: axes.count) != true {
      remembered.run = nil
    }
    // The content is moved out, so that it is not copied when it changes.
    memory.content = nil
    var run = remembered.run ?? begin(history, axes)
    run.advance(history, axes: axes)
    let point = space.firstAllowed {
      var point = SearchPoint()
      let places = Self.draw(run.distribution, axes, using: &random)
      for (axis, place) in zip(axes, places) { point[axis.name] = axis.domain.value(at: place) }
      TPESampler().fill(
        others, of: &point, for: history, memory: &remembered.rest, using: &random)
      return point
    }
    // A run without trials does not know the first one yet.
    remembered.run = history.trials.isEmpty ? nil : run
    memory.content = remembered
    return point
  }

  private func begin(_ history: SearchHistory, _ axes: [SearchParameter]) -> CMARun {
    firstTrials > 0
      ? CMARun(after: firstTrials, of: history, axes: axes)
      : CMARun(dimensions: axes.count, seed: history.seed, first: history.trials.first?.point)
  }

  private struct Remembered: Sendable {
    var run: CMARun?
    /// TPE's.
    var rest = SamplerMemory()
  }

  /// Places of the numbers that always exist and decide about no other parameter, and the others.
  static func split(_ space: SearchSpace) -> (numbers: [Int], others: [Int]) {
    let parents = Set(space.parameters.compactMap(\.condition?.parent))
    let isNumber = space.parameters.map { parameter in
      parameter.condition == nil && !parents.contains(parameter.name)
        && !parameter.domain.isUnordered && parameter.domain.valueCount != 1
    }
    return (
      space.parameters.indices.filter { isNumber[$0] },
      space.parameters.indices.filter { !isNumber[$0] }
    )
  }

  private static func draw(
    _ distribution: CMADistribution, _ axes: [SearchParameter],
    using random: inout SeededGenerator
  ) -> [Double] {
    var places: [Double] = []
    for _ in 0..<10 {
      places = distribution.point(from: axes.map { _ in normal(using: &random) })
      for (place, axis) in axes.enumerated() where axis.domain.grain > 0 {
        let wanted = leastDeviation(distribution, place, grain: axis.domain.grain)
        let own = distribution.deviation(place)
        guard wanted > own else { continue }
        places[place] += (wanted * wanted - own * own).squareRoot() * normal(using: &random)
      }
      if places.allSatisfy({ (0...1).contains($0) }) { return places }
    }
    return places.map { min(max($0, 0), 1) }
  }

  /// The deviation at which a discrete parameter leaves its value once in λ·n draws.
  private static func leastDeviation(
    _ distribution: CMADistribution, _ place: Int, grain: Double
  ) -> Double {
    let mean = min(max(distribution.mean[place], 0), 1)
    let cell = min((mean / grain).rounded(.down), (1 / grain - 1).rounded())
    // Distance to the nearer border that has a value behind it.
    let below = cell > 0 ? mean - cell * grain : .infinity
    let above = (cell + 1) * grain < 1 - grain / 2 ? (cell + 1) * grain - mean : .infinity
    let distance = min(below, above)
    guard distance.isFinite else { return 0 }
    let margin = 1 / Double(distribution.population * distribution.dimensions)
    return distance / -NormalDistribution.quantile(min(margin, 0.4))
  }

  private static func normal(using random: inout SeededGenerator) -> Double {
    NormalDistribution.quantile(random.nextUnit())
  }
}
