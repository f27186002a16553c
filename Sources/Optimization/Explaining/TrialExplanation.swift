import JobProtocol

/// Why a trial tried what it tried, and what became of it.
///
/// Worked out from what was known when it was asked for, by asking the sampler again.
public struct TrialExplanation: Sendable, Equatable {
  /// Where a point came from.
  public enum Origin: String, Sendable {
    /// Somebody wanted it tried.
    case enqueued
    /// One of the space's initial points.
    case initial
    /// The sampler's, before it had enough to learn from.
    case startup
    /// The sampler's.
    case sampler
    /// A stopped trial's, which was due to go on.
    case promotion
    /// From elsewhere, or the sampler knew something else then.
    case other
  }

  /// A trial that was known by then.
  public struct Earlier: Sendable, Equatable {
    /// Its number.
    public var number: Int
    /// Its value; nil for one that had none.
    public var value: Double?
  }

  /// A parameter that differs from the best trial by then.
  public struct Change: Sendable, Equatable {
    /// Its name.
    public var parameter: String
    /// In the best trial; nil where it did not exist.
    public var from: String?
    /// In this trial; nil where it does not exist.
    public var to: String?
  }

  /// What the trials before let expect.
  public struct Forecast: Sendable, Equatable {
    /// Expected value.
    public var mean: Double
    /// Standard deviation between the trees of the forest that expects it.
    public var deviation: Double
  }

  /// How one of several goals looked by then.
  public struct Prospect: Sendable, Equatable {
    /// The best trial by then in this goal.
    public var best: Earlier?
    /// What the completed trials by then let expect at the point.
    public var forecast: Forecast?
  }

  /// The trial's number.
  public var number: Int
  /// Where its point came from.
  public var origin: Origin
  /// The same in a sentence.
  public var reason: String
  /// The best trial by then.
  public var best: Earlier?
  /// Where the point differs from that of the best trial by then.
  public var changes: [Change]
  /// The trial by then that lies nearest.
  public var nearest: Earlier?
  /// How far that is: 0 is the same point, 1 the other end in every parameter.
  public var distance: Double?
  /// What the completed trials by then let expect at the point.
  public var forecast: Forecast?
  /// The same for each of several goals; empty with one.
  public var prospects: [Prospect] = []
  /// What programs noted of it, JSON texts by key.
  public var attributes: [String: String]
  /// What became of it, in sentences.
  public var ending: [String]

  /// Explains a trial of a study.
  ///
  /// - Throws: `trial_not_found`.
  public init(of number: Int, in study: ToldStudy) throws(OptimizationError) {
    guard let trial = study.trial(number) else {
      throw OptimizationError(
        code: .trialNotFound, message: "the study has no trial \(number) that has ended",
        hint: study.trials.last.map { "its trials are numbered up to \($0.number)" })
    }
    self.number = number
    let history = study.history(before: trial)
    let point = study.space.point(of: trial.parameters)
    attributes = trial.attributes ?? [:]
    (origin, reason) = PointReason.of(
      point, in: history, study: study, number: number, enqueued: trial.enqueued)
    let before = study.trials.filter {
      $0.number < number && $0.endedAtMs <= trial.startedAtMs
    }
    let known = Set(before.map(\.number))
    let best = ToldStudy.best(before, study.goals[0])
    self.best = best.map { Earlier(number: $0.number, value: $0.value) }
    changes = best.map { Self.changes(from: $0, to: trial, study.space) } ?? []
    let nearest = Self.nearest(to: point, among: history)
    self.nearest = nearest.map { found in
      Earlier(
        number: found.number, value: before.first { $0.number == found.number }?.value)
    }
    distance = nearest?.distance
    forecast = SearchLandscape(of: history, seed: study.seed)?.belief(at: point)
      .map { Forecast(mean: $0.mean, deviation: $0.deviation) }
    ending = TrialEnding.sentences(trial, in: study, bestBefore: best)
    guard study.goals.count > 1 else { return }
    prospects = study.goals.indices.map { goal in
      let own = study.projected(on: goal)
      let best = ToldStudy.best(own.trials.filter { known.contains($0.number) }, own.goals[0])
      return Prospect(
        best: best.map { Earlier(number: $0.number, value: $0.value) },
        forecast: SearchLandscape(of: history, goal: goal, seed: study.seed)?.belief(at: point)
          .map { Forecast(mean: $0.mean, deviation: $0.deviation) })
    }
  }

  private static func changes(
    from best: TrialReport, to trial: TrialReport, _ space: SearchSpace
  ) -> [Change] {
    space.parameters.map(\.name).compactMap { name in
      let (from, to) = (best.parameters[name], trial.parameters[name])
      return from == to ? nil : Change(parameter: name, from: from, to: to)
    }
  }

  private static func nearest(
    to point: SearchPoint, among history: SearchHistory
  ) -> (number: Int, distance: Double)? {
    var nearest: (number: Int, distance: Double)?
    for trial in history.trials {
      let distance = history.space.distance(from: trial.point, to: point)
      if distance < nearest?.distance ?? .infinity { nearest = (trial.number, distance) }
    }
    return nearest
  }
}

extension SearchSpace {
  /// How far two points are apart: the mean over the parameters that one of them has.
  ///
  /// Numbers count with their distance on their scale, other words and missing values with 1.
  func distance(from one: SearchPoint, to other: SearchPoint) -> Double {
    var (sum, count) = (0.0, 0.0)
    for parameter in parameters {
      switch (one[parameter.name], other[parameter.name]) {
      case (nil, nil): continue
      case (let left?, let right?):
        let domain = parameter.domain
        sum +=
          domain.isUnordered
          ? (left == right ? 0 : 1) : abs(domain.place(of: left) - domain.place(of: right))
      case (_?, nil), (nil, _?): sum += 1
      }
      count += 1
    }
    return count > 0 ? sum / count : 0
  }
}
