/// The parameters that a search may set and the values that each may take.
public struct SearchSpace: Sendable, Equatable, Codable {
  /// In the order in which values are chosen: parents before what depends on them.
  public private(set) var parameters: [SearchParameter]

  /// Checks the parameters: names differ, bounds are ordered, conditions name an earlier categorical parameter.
  public init(_ parameters: [SearchParameter]) throws(OptimizationError) {
    var earlier: [String: SearchParameter] = [:]
    for parameter in parameters {
      try parameter.check(earlier: earlier)
      guard earlier.updateValue(parameter, forKey: parameter.name) == nil else {
        throw OptimizationError(
          code: .invalidSpace, message: "the parameter \(parameter.name) is declared twice",
          hint: "give each parameter a name of its own")
      }
    }
    self.parameters = parameters
  }

  /// The parameter of that name, or nil.
  public subscript(name: String) -> SearchParameter? {
    parameters.first { $0.name == name }
  }

  /// Whether `point` gives every active parameter a value of its domain, and no other parameter any.
  public func contains(_ point: SearchPoint) -> Bool {
    var seen = 0
    for parameter in parameters {
      guard parameter.isActive(in: point) else {
        if point[parameter.name] != nil { return false }
        continue
      }
      guard let value = point[parameter.name], parameter.domain.contains(value) else {
        return false
      }
      seen += 1
    }
    return seen == point.values.count
  }

  /// The point with values of inactive and unknown parameters removed and each value moved into its domain.
  ///
  /// A missing value is taken from the middle of its domain: points that were good on other tables
  /// stay usable when a space changes.
  public func nearest(to point: SearchPoint) -> SearchPoint {
    var result = SearchPoint()
    for parameter in parameters where parameter.isActive(in: result) {
      result[parameter.name] =
        point[parameter.name].flatMap(parameter.domain.nearest) ?? parameter.domain.middle
    }
    return result
  }
}

/// One parameter of a search space.
public struct SearchParameter: Sendable, Equatable, Codable {
  /// The parameter exists only where a categorical parameter before it has one of these values.
  public struct Condition: Sendable, Equatable, Codable {
    /// Name of the categorical parameter.
    public var parent: String
    /// The words under which the parameter exists.
    public var values: [String]

    /// Takes both as they are.
    public init(parent: String, values: [String]) {
      self.parent = parent
      self.values = values
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
    guard case .category(let value) = point[condition.parent] else { return false }
    return condition.values.contains(value)
  }

  fileprivate func check(earlier: [String: SearchParameter]) throws(OptimizationError) {
    if let problem = domain.problem {
      throw OptimizationError(
        code: .invalidSpace, message: "the parameter \(name) \(problem)",
        hint: "correct its bounds or choices")
    }
    guard let condition else { return }
    guard case .categorical(let choices) = earlier[condition.parent]?.domain,
      condition.values.allSatisfy(choices.contains)
    else {
      throw OptimizationError(
        code: .invalidSpace,
        message:
          "the condition of \(name) names \(condition.parent), which is no earlier choice "
          + "with the values \(condition.values.joined(separator: ", "))",
        hint: "declare \(condition.parent) before \(name) as a choice with these values")
    }
  }
}
