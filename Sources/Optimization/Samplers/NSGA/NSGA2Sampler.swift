public import Basics

/// NSGA-II: a population that is bred towards the frontier of several goals.
///
/// Deb, Pratap, Agarwal & Meyarivan 2002: survivors by front and crowding, parents by binary
/// tournament; children as `Breeding` has them.
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
    let size = size(history)
    var generations = Generations(memory, of: history, size: size)
    generations.advance(history) { candidates, _ in
      history.ranked(candidates).prefix(size).map(\.index)
    }
    memory.content = generations
    let survivors = generations.survivors
    let breeding = Breeding(
      crossoverShare: crossoverShare, crossoverCloseness: closeness, mutationCloseness: closeness)
    return breeding.child(of: survivors, in: history, unlike: 2 * size, using: &random) { random in
      // Best first: the better of two that are drawn.
      survivors[min(random.next(below: survivors.count), random.next(below: survivors.count))]
    }
  }

  /// Trials of a generation.
  func size(_ history: SearchHistory) -> Int {
    populationSize ?? min(max((history.budget ?? 300) / 6, 10), 50)
  }
}
