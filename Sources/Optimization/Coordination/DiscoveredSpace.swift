/// A space that shows itself while trials run: parameters as they are asked for, conditions as they are seen.
///
/// A parameter that a completed trial did without exists where an earlier one has a value with
/// which it was seen, if such a parameter tells all trials with it from all without it.
struct DiscoveredSpace: Sendable {
  /// In the order in which they were first asked for; without conditions.
  private(set) var parameters: [SearchParameter] = []
  /// Points of completed trials that lack a parameter.
  private var lacking: [SearchPoint] = []
  private var whole: [SearchPoint] = []

  /// Values of a parameter that can decide about another.
  private static let mostValues = 64

  /// Adds a parameter that nobody knew.
  mutating func add(_ parameter: SearchParameter) {
    var parameter = parameter
    parameter.condition = nil
    parameters.append(parameter)
    // What had all that was known lacks this one.
    lacking += whole
    whole = []
  }

  /// Takes in what a completed trial used.
  mutating func learn(_ point: SearchPoint) {
    if parameters.allSatisfy({ point[$0.name] != nil }) {
      whole.append(point)
    } else {
      lacking.append(point)
    }
  }

  /// The space with the conditions that all completed trials agree with.
  var space: SearchSpace? {
    var result: [SearchParameter] = []
    for (place, parameter) in parameters.enumerated() {
      var parameter = parameter
      parameter.condition = condition(of: parameter.name, among: parameters[..<place])
      result.append(parameter)
    }
    // A condition that cannot be is none: what is known without it is a space always.
    if let space = try? SearchSpace(result) { return space }
    return try? SearchSpace(parameters)
  }

  private func condition(
    of name: String, among earlier: ArraySlice<SearchParameter>
  ) -> SearchParameter.Condition? {
    let without = lacking.filter { $0[name] == nil }
    guard !without.isEmpty else { return nil }
    let with = whole + lacking.filter { $0[name] != nil }
    for parent in earlier {
      guard let count = parent.domain.valueCount, count <= Self.mostValues else { continue }
      let values = with.map { $0[parent.name] }
      guard !values.isEmpty, !values.contains(nil) else { continue }
      let seen = Set(values.compactMap(\.self))
      if without.allSatisfy({ point in point[parent.name].map { !seen.contains($0) } ?? true }) {
        return SearchParameter.Condition(
          parent: parent.name, values: seen.sorted { $0.text < $1.text })
      }
    }
    return nil
  }
}
