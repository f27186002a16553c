import Basics

/// A study as Optuna's storage has it.
struct OptunaStudy: Sendable, Equatable {
  /// One trial.
  struct Trial: Sendable, Equatable {
    enum State: String, Sendable {
      case running = "RUNNING"
      case waiting = "WAITING"
      case complete = "COMPLETE"
      case pruned = "PRUNED"
      case fail = "FAIL"
    }

    struct Parameter: Sendable, Equatable {
      var name: String
      var distribution: OptunaDistribution
      /// Categories by their place.
      var stored: Double
    }

    var number: Int
    var state: State
    /// Milliseconds since 1970.
    var startedAtMs: Int64?
    /// Milliseconds since 1970.
    var endedAtMs: Int64?
    /// In the order of asking.
    var parameters: [Parameter] = []
    /// One for each goal.
    var values: [Double] = []
    /// In order of steps.
    var intermediate: [TrialDetails.Point] = []
    var attributes: [StudyAttribute] = []
  }

  var name: String
  var goals: [OptimizationGoal]
  var attributes: [StudyAttribute] = []
  /// In number order.
  var trials: [Trial] = []

  /// The attribute of a study in which Optuna keeps what its values are called.
  static let metricNamesKey = "study:metric_names"

  /// What the values are called, one for each goal; empty where nobody said so.
  var metricNames: [String] {
    let named = attributes.first { $0.owner == .system && $0.key == Self.metricNamesKey }
    // What is no JSON names nothing.
    let names = named.flatMap { try? JSONValue(parsing: $0.text) }?.arrayValue ?? []
    let texts = names.compactMap(\.stringValue)
    return texts.count == goals.count && Set(texts).count == texts.count ? texts : []
  }

  /// What each parameter was drawn from; ranges of one name that differ are joined.
  ///
  /// In the order of asking; a name with two kinds that have nothing in common is left out.
  var distributions: [(name: String, distribution: OptunaDistribution)] {
    var names: [String] = []
    var joined: [String: OptunaDistribution] = [:]
    var mixed: Set<String> = []
    for parameter in trials.lazy.flatMap(\.parameters) where !mixed.contains(parameter.name) {
      guard let known = joined[parameter.name] else {
        names.append(parameter.name)
        joined[parameter.name] = parameter.distribution
        continue
      }
      joined[parameter.name] = known.joined(parameter.distribution)
      if joined[parameter.name] == nil { mixed.insert(parameter.name) }
    }
    return names.compactMap { name in joined[name].map { (name, $0) } }
  }

  /// The space that the trials show; nil where a parameter has no distribution, or there is none.
  func space(
    _ distributions: [(name: String, distribution: OptunaDistribution)]
  ) throws -> SearchSpace? {
    let names = Set(trials.lazy.flatMap(\.parameters).map(\.name))
    guard !names.isEmpty, names.count == distributions.count else { return nil }
    var discovered = DiscoveredSpace()
    for (name, distribution) in distributions {
      discovered.add(SearchParameter(name, distribution.domain))
    }
    let domains = Dictionary(
      uniqueKeysWithValues: distributions.map { ($0.name, $0.distribution.domain) })
    for trial in trials {
      let point = try trial.point(in: domains)
      if trial.state == .complete { discovered.learn(point) } else { discovered.learn(cut: point) }
    }
    return discovered.space
  }
}

extension OptunaStudy.Trial {
  /// The values of its parameters here.
  func point(in domains: [String: ParameterDomain]) throws -> SearchPoint {
    var point = SearchPoint()
    for parameter in parameters {
      let value = try parameter.distribution.value(stored: parameter.stored)
      point[parameter.name] = domains[parameter.name]?.exact(value) ?? value
    }
    return point
  }
}
