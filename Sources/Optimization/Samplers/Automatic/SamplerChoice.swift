/// Which sampler suits a search, and why.
public struct SamplerChoice: Sendable, Equatable {
  /// The sampler.
  public var name: SamplerName
  /// One sentence for people.
  public var reason: String

  /// Chooses by what is known before the first trial.
  ///
  /// - Parameters:
  ///   - budget: how many trials there will be; nil where nobody knows.
  ///   - isPruned: whether trials are stopped early. A process would have to be told what they would have come to;
  ///     TPE ranks them by how far they came, as BOHB does (Falkner, Klein & Hutter 2018).
  public init(space: SearchSpace, goalCount: Int, budget: Int?, isPruned: Bool = false) {
    let trials = budget ?? 100
    let (numbers, others) = CMAESSampler.split(space)
    let words = others.filter { space.parameters[$0].domain.valueCount != 1 }
    if let count = space.pointCount, count <= trials {
      self.init(.grid, "all \(count) combinations fit into \(trials) trials")
    } else if goalCount > Self.mostGoalsForCrowding, trials >= 250 {
      self.init(
        .nsga3,
        "\(goalCount) goals and \(trials) trials: hardly a trial is worse than another in all "
          + "goals, so directions spread over them keep the survivors apart")
    } else if goalCount > 1, trials >= 250 {
      self.init(.nsga2, "\(goalCount) goals and \(trials) trials: enough for generations")
    } else if goalCount == 1, isPruned {
      self.init(.tpe, "trials are stopped early, which it ranks by how far they came")
    } else if goalCount == 1, (1...Self.mostParametersForBelief).contains(space.parameters.count) {
      let known = "all that is known of the \(space.parameters.count) parameters"
      if let budget, budget <= Self.mostTrialsForBelief {
        self.init(.gaussianProcess, "\(budget) trials are few: each is chosen by \(known)")
      } else {
        self.init(
          .begunCMAES,
          "the first \(BegunCMAESSampler().firstTrials) trials are chosen by \(known), those that "
            + "follow by what they taught")
      }
    } else if goalCount == 1, words.isEmpty, !numbers.isEmpty,
      trials >= max(Self.trialsForEvolution * numbers.count, 200)
    {
      self.init(
        .cmaes, "\(numbers.count) numbers and \(trials) trials: enough to learn a distribution")
    } else {
      self.init(
        .tpe,
        words.isEmpty
          ? "\(trials) trials are few for \(numbers.count) numbers"
          : "\(words.count) of \(space.parameters.count) parameters are words or depend on others")
    }
  }

  /// Up to here a Gaussian process is ahead, and takes milliseconds for a suggestion.
  private static let mostTrialsForBelief = 150
  private static let mostParametersForBelief = 20
  /// Trials for each number from which CMA-ES is ahead of TPE.
  private static let trialsForEvolution = 30
  /// With more goals nearly all trials are on the first front, and their crowding says little (Deb & Jain 2014).
  private static let mostGoalsForCrowding = 3

  private init(_ name: SamplerName, _ reason: String) {
    self.name = name
    self.reason = reason
  }
}
