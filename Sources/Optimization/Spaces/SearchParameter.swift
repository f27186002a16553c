/// One parameter of a search space.
public struct SearchParameter: Sendable, Equatable {
  /// The parameter exists only where a parameter before it has one of these values.
  public struct Condition: Sendable, Equatable, Hashable {
    /// Name of the parameter that decides; its values are countable.
    public var parent: String
    /// The values under which the parameter exists.
    public var values: [ParameterValue]

    /// Takes both as they are.
    public init(parent: String, values: [ParameterValue]) {
      self.parent = parent
      self.values = values
    }

    /// Under one of these words.
    public init(parent: String, values: [String]) {
      self.init(parent: parent, values: values.map(ParameterValue.category))
    }
  }

  /// Unique in its space.
  public var name: String
  /// Its values.
  public var domain: ParameterDomain
  /// nil: it always exists.
  public var condition: Condition?

  /// Takes every value as it is.
  public init(_ name: String, _ domain: ParameterDomain, when condition: Condition? = nil) {
    self.name = name
    self.domain = domain
    self.condition = condition
  }

  /// Whether the parameter exists, given the values of those before it.
  public func isActive(in point: SearchPoint) -> Bool {
    guard let condition else { return true }
    guard let value = point[condition.parent] else { return false }
    return condition.values.contains(value)
  }

  func check(earlier: [String: SearchParameter]) throws(OptimizationError) {
    if let problem = domain.problem {
      throw OptimizationError(
        code: .invalidSpace, message: "the parameter \(name) \(problem)",
        hint: "correct its bounds or choices")
    }
    guard let condition else { return }
    let words = condition.values.map(\.text).joined(separator: ", ")
    guard let parent = earlier[condition.parent]?.domain, parent.valueCount != nil,
      !condition.values.isEmpty, condition.values.allSatisfy(parent.contains)
    else {
      throw OptimizationError(
        code: .invalidSpace,
        message:
          "the condition of \(name) names \(condition.parent), which is no earlier parameter "
          + "with the values \(words)",
        hint: "declare \(condition.parent) before \(name), as something that has these values")
    }
  }
}

extension SearchParameter {
  /// The parameter with its condition's values moved into the domain of the parent.
  ///
  /// A file says 0.5 or 1 without saying whether that is a float or an int.
  func normalized(earlier: [String: SearchParameter]) -> SearchParameter {
    guard let condition, let parent = earlier[condition.parent]?.domain else { return self }
    var copy = self
    copy.condition?.values = condition.values.map { value in
      guard let near = parent.nearest(to: value), near.means(value) else { return value }
      return near
    }
    return copy
  }
}
