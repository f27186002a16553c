public import Basics
public import JobProtocol

/// Points to try first in a search, from the best trials of earlier ones.
///
/// Feurer, Springenberg & Hutter 2015, "Initializing Bayesian Hyperparameter Optimization via
/// Meta-Learning" (AAAI), begin a search with what was best on similar data. Which studies those are
/// is said by a person here.
public struct WarmStart: Sendable, Equatable {
  /// The trial that a point is from.
  public struct Origin: Sendable, Equatable {
    /// Its study.
    public var study: Identifier<StudySummary>
    /// Its number there.
    public var trial: Int

    /// Names a trial.
    public init(study: Identifier<StudySummary>, trial: Int) {
      self.study = study
      self.trial = trial
    }
  }

  /// An earlier study with its trials.
  public struct Source: Sendable {
    /// What the ledger keeps of it.
    public var summary: StudySummary
    /// In number order.
    public var trials: [TrialReport]

    /// Joins both.
    public init(_ summary: StudySummary, trials: [TrialReport]) {
      self.summary = summary
      self.trials = trials
    }
  }

  /// Most points of all studies together.
  public static let mostPoints = 5

  /// The space with the points after its own initial ones.
  public let space: SearchSpace
  /// Where each of the added points is from, in their order.
  public let origins: [Origin]

  /// Takes the best of each study in turns, then the second best of each, moved into the space.
  ///
  /// Completed trials that broke no constraint alone count; with several goals, fronts come one after the other. What lies
  /// outside of the space moves to its nearest value, what a trial lacks gets the middle; points that
  /// are there already are passed over.
  ///
  /// - Parameter space: nil is that of the first study.
  /// - Throws: `search_trials_missing` where no study has anything to give.
  public init(_ space: SearchSpace?, from sources: [Source], goals: [OptimizationGoal]) throws {
    for source in sources where source.summary.goals != goals {
      let words = source.summary.goals.map(\.rawValue).joined(separator: ", ")
      throw OptimizationError(
        code: .notToldEnough,
        message: "the goal of the study \(source.summary.id) is to \(words), that of this one to "
          + goals.map(\.rawValue).joined(separator: ", "),
        hint: "start from studies with the same goals")
    }
    guard let space = try space ?? sources.first.map({ try $0.told.space }) else {
      throw OptimizationError(code: .notToldEnough, message: "no study was named", hint: nil)
    }
    let ranked = try sources.map { source in
      let told = try source.told
      let history = told.history
      return history.ranked(history.trials.indices).filter { $0.group == .completed }
        .map { (history.trials[$0.index].number, history.trials[$0.index].point) }
        .filter { _, point in space.parameters.contains { point[$0.name] != nil } }
    }
    var points = space.initialPoints
    var origins: [Origin] = []
    for place in 0..<(ranked.map(\.count).max() ?? 0) {
      for (source, list) in zip(sources, ranked) where list.indices.contains(place) {
        guard origins.count < Self.mostPoints else { break }
        let point = space.nearest(to: list[place].1)
        guard !points.contains(point) else { continue }
        points.append(point)
        origins.append(Origin(study: source.summary.id, trial: list[place].0))
      }
    }
    guard !origins.isEmpty else {
      throw OptimizationError(
        code: .notToldEnough,
        message: "no completed trial of the earlier studies has a point that is new in this space",
        hint: "their parameters need the same names")
    }
    self.space = try SearchSpace(
      space.parameters, constraints: space.constraints, forbidden: space.forbidden,
      initialPoints: points)
    self.origins = origins
  }
}

extension WarmStart.Source {
  fileprivate var told: ToldStudy {
    get throws {
      try ToldStudy(
        space: summary.space, goals: summary.goals, sampler: summary.sampler,
        pruner: summary.pruner, seed: summary.seed, budget: summary.budget, trials: trials)
    }
  }
}

extension [WarmStart.Origin] {
  /// The trials as JSON.
  public var json: JSONValue { .array(map(\.json)) }

  /// Reads what `json` writes, without what it did not.
  public init(json: JSONValue) {
    self = (json.arrayValue ?? []).compactMap(WarmStart.Origin.init(json:))
  }
}

extension WarmStart.Origin {
  /// The trial as JSON.
  public var json: JSONValue {
    ["study": .string(study.rawValue), "trial": .number(Double(trial))]
  }

  /// Reads what `json` writes; nil for anything else.
  public init?(json: JSONValue) {
    guard let study = (json["study"]?.stringValue).flatMap({ Identifier<StudySummary>($0) }),
      let trial = (json["trial"]?.numberValue).flatMap({ Int(exactly: $0) })
    else { return nil }
    self.init(study: study, trial: trial)
  }
}
