/// A space that shows itself while trials run: parameters as they are asked for, conditions as they are seen.
///
/// A parameter that a completed trial did without exists where an earlier one has a value with
/// which it was seen, if such a parameter tells all trials with it from all without it. A trial
/// that ended early may have been stopped before it asked: it teaches with what a parameter was
/// seen, and nothing about what is done without.
///
/// What is kept does not grow with the trials, nor does the time that one of them takes.
struct DiscoveredSpace: Sendable {
  /// In the order in which they were first asked for; without conditions.
  private(set) var parameters: [SearchParameter] = []
  /// Changed only where a condition changed; nil while there is no parameter.
  private(set) var space: SearchSpace?
  /// What was seen of each parameter.
  private var sightings: [Sightings] = []
  private var completedCount = 0
  /// The conditions that the space was made with.
  private var conditions: [SearchParameter.Condition?] = []

  /// Values of a parameter that can decide about another.
  private static let mostValues = 64

  /// What was seen of a parameter, beside each one that was asked for earlier.
  private struct Sightings: Sendable {
    /// Completed trials that had it.
    var presentCount = 0
    /// Its values in completed trials, where it can decide about others.
    var values: Set<ParameterValue> = []
    /// One for each earlier parameter.
    var parents: [Parent] = []
  }

  /// What an earlier parameter was when a later one was there, and when it was not.
  private struct Parent: Sendable {
    var with: Set<ParameterValue> = []
    var without: Set<ParameterValue> = []
    /// The later one was seen without it.
    var isMissed = false

    var tellsApart: Bool { !isMissed && !with.isEmpty && with.isDisjoint(with: without) }
  }

  /// Adds a parameter that nobody knew.
  mutating func add(_ parameter: SearchParameter) {
    var parameter = parameter
    parameter.condition = nil
    parameters.append(parameter)
    // All completed trials did without it, whatever they had.
    let parents = sightings.map { Parent(without: $0.values) }
    sightings.append(Sightings(parents: parents))
    refresh()
  }

  /// Takes in what a completed trial used.
  mutating func learn(_ point: SearchPoint) {
    completedCount += 1
    for place in parameters.indices {
      guard let value = point[parameters[place].name] else { continue }
      sightings[place].presentCount += 1
      if canDecide(place) { sightings[place].values.insert(value) }
    }
    note(point, isWhole: true)
  }

  /// Takes in what a trial used that was stopped, or failed, before it used all.
  mutating func learn(cut point: SearchPoint) { note(point, isWhole: false) }

  private mutating func note(_ point: SearchPoint, isWhole: Bool) {
    let values = parameters.map { point[$0.name] }
    for place in parameters.indices where isWhole || values[place] != nil {
      let isPresent = values[place] != nil
      for earlier in 0..<place where canDecide(earlier) {
        switch (isPresent, values[earlier]) {
        case (true, let value?): sightings[place].parents[earlier].with.insert(value)
        case (true, nil): sightings[place].parents[earlier].isMissed = true
        case (false, let value?): sightings[place].parents[earlier].without.insert(value)
        case (false, nil): break
        }
      }
    }
    if parameters.indices.map(condition) != conditions { refresh() }
  }

  private func canDecide(_ place: Int) -> Bool {
    (parameters[place].domain.valueCount).map { $0 <= Self.mostValues } ?? false
  }

  /// Makes the space with the conditions that all trials agree with.
  private mutating func refresh() {
    conditions = parameters.indices.map(condition)
    let conditional = zip(parameters, conditions).map { parameter, condition in
      SearchParameter(parameter.name, parameter.domain, when: condition)
    }
    // A condition that cannot be is none: what is known without it is a space always.
    space = (try? SearchSpace(conditional)) ?? (try? SearchSpace(parameters))
  }

  private func condition(of place: Int) -> SearchParameter.Condition? {
    let seen = sightings[place]
    guard seen.presentCount < completedCount,
      let parent = seen.parents.firstIndex(where: \.tellsApart)
    else { return nil }
    return SearchParameter.Condition(
      parent: parameters[parent].name,
      values: seen.parents[parent].with.sorted { $0.text < $1.text })
  }
}
