import Basics
public import JobProtocol
public import Optimization

/// A study whose best points a search tries first, as the request of a training holds it.
public struct EarlierStudy: Codable, Sendable, Equatable {
  /// `study_…`.
  public var study: String
  /// What a good value was, for each value of a trial.
  public var goals: [String]
  /// What could be tried, as JSON in a text; nil where nobody kept it.
  public var space: String?
  /// Its best completed trials.
  public var trials: [TrialReport]

  /// Trials that are handed over: some may have no place of their own in the new space.
  private static let mostTrials = 4 * WarmStart.mostPoints

  /// Keeps the best of a study's trials.
  public init(_ source: WarmStart.Source) {
    let summary = source.summary
    study = summary.id.rawValue
    goals = summary.goals.map(\.rawValue)
    space = summary.space?.text
    let completed = source.trials.filter { trial in
      trial.outcome == .completed && trial.value?.isFinite == true
    }
    let best = completed.sorted { one, other in
      let losses = [one, other].map { summary.goal.loss(of: $0.value ?? .nan) }
      return losses[0] != losses[1] ? losses[0] < losses[1] : one.number < other.number
    }
    trials = Array(best.prefix(Self.mostTrials))
  }

  /// The study as it was; nil for what this program did not write.
  var source: WarmStart.Source? {
    let goals = goals.compactMap(OptimizationGoal.init(rawValue:))
    guard let id = Identifier<StudySummary>(study), let goal = goals.first else { return nil }
    let known = space.flatMap { text in try? SearchSpace(json: JSONValue(parsing: text)) }
    return WarmStart.Source(
      StudySummary(
        id: id, name: "", job: nil, metric: "", goal: goal, sampler: SamplerName.tpe.rawValue,
        pruner: PrunerName.none.rawValue, seed: 0, createdAtMs: 0, space: known, goals: goals),
      trials: trials)
  }
}
