public import Basics

/// NSGA-III: a population that is bred towards the frontier of many goals.
///
/// Deb & Jain 2014, "An Evolutionary Many-Objective Optimization Algorithm Using Reference-Point-Based
/// Nondominated Sorting Approach, Part I" (IEEE Transactions on Evolutionary Computation 18). With many goals
/// hardly a trial is worse than another in all of them, and crowding tells little; here directions that are
/// spread over the trade-offs keep the survivors apart. Parents are drawn evenly, since each of them stands
/// for a direction. Crossover and mutation have the paper's settings (Table II).
public struct NSGA3Sampler: Sampler {
  /// Most trials of a generation; nil: a sixth of the budget, from 12 to 92.
  public var populationSize: Int?

  private static let breeding = Breeding(
    crossoverShare: 1, crossoverCloseness: 30, mutationCloseness: 20)
  /// The stream of the draws among survivors, apart from those of trials.
  private static let stream: UInt64 = 1 << 41

  /// Takes the settings.
  public init(populationSize: Int? = nil) {
    self.populationSize = populationSize.map { max($0, 4) }
  }

  /// A child of the survivors of the last generation that has ended.
  public func point(
    for history: SearchHistory, memory: inout SamplerMemory, using random: inout SeededGenerator
  ) -> SearchPoint {
    let survival = survival(history)
    var generations = Generations(memory, of: history, size: survival.size)
    generations.advance(history) { candidates, used in
      var random = SeededGenerator(seed: history.seed, stream: Self.stream &+ UInt64(used))
      return survival.survivors(of: candidates, in: history, known: used, using: &random)
    }
    memory.content = generations
    let survivors = generations.survivors
    return Self.breeding.child(
      of: survivors, in: history, unlike: 2 * survival.size, using: &random
    ) { random in
      let (one, other) = (random.next(below: survivors.count), random.next(below: survivors.count))
      // Who has no values breeds only with its like.
      let isWhole = history.losses(of: history.trials[survivors[one]]) != nil
      return survivors[isWhole ? one : other]
    }
  }

  /// Directions, and the least multiple of four survivors that has one for each of them.
  func survival(_ history: SearchHistory) -> NichedSurvival {
    let goals = history.goals.count
    let wanted = max(
      populationSize ?? min(max((history.budget ?? 300) / 6, 12), 92), goals > 1 ? goals + 1 : 1)
    let directions = ReferenceDirections.fitting(goals: goals, atMost: wanted)
    let least = goals > 1 ? directions.count : wanted
    return NichedSurvival(directions: directions, size: (least + 3) / 4 * 4)
  }
}
