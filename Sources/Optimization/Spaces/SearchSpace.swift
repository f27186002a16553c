import Basics

/// The parameters that a search may set and the values that each may take.
public struct SearchSpace: Sendable, Equatable {
  /// In the order in which values are chosen: parents before what depends on them.
  public let parameters: [SearchParameter]
  /// All hold at each point of the space.
  public let constraints: [Constraint]
  /// Combinations of values that no point of the space includes.
  public let forbidden: [SearchPoint]
  /// Points to try before a sampler decides.
  public let initialPoints: [SearchPoint]
  /// A point that is known to be allowed; nil where all combinations are.
  let anchor: SearchPoint?

  /// Checks the parameters: names differ, bounds are ordered, conditions name earlier parameters,
  /// constraints name numbers, and what is forbidden leaves something.
  public init(
    _ parameters: [SearchParameter], constraints: [Constraint] = [], forbidden: [SearchPoint] = [],
    initialPoints: [SearchPoint] = []
  ) throws(OptimizationError) {
    var earlier: [String: SearchParameter] = [:]
    var checked: [SearchParameter] = []
    for parameter in parameters {
      let parameter = parameter.normalized(earlier: earlier)
      try parameter.check(earlier: earlier)
      guard earlier.updateValue(parameter, forKey: parameter.name) == nil else {
        throw OptimizationError(
          code: .invalidSpace, message: "the parameter \(parameter.name) is declared twice",
          hint: "give each parameter a name of its own")
      }
      checked.append(parameter)
    }
    for constraint in constraints { try constraint.check(checked) }
    self.parameters = checked
    self.constraints = constraints
    self.forbidden = try Self.checked(forbidden, earlier)
    self.initialPoints = initialPoints.map { Self.moved($0, into: checked) }
    anchor =
      constraints.isEmpty && forbidden.isEmpty
      ? nil
      : try Self.allowedPoint(
        of: checked, constraints, self.forbidden, candidates: self.initialPoints)
    for (index, point) in self.initialPoints.enumerated() where !admits(point) {
      throw OptimizationError(
        code: .invalidSpace,
        message: "initial point \(index + 1) breaks a constraint or is forbidden",
        hint: "correct the point, or leave it out")
    }
  }

  /// A space without parameters.
  init() {
    parameters = []
    constraints = []
    forbidden = []
    initialPoints = []
    anchor = nil
  }

  /// The parameter of that name, or nil.
  public subscript(name: String) -> SearchParameter? {
    parameters.first { $0.name == name }
  }

  /// Whether `point` gives every active parameter a value of its domain, no other parameter any,
  /// and breaks no rule.
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
    return seen == point.values.count && admits(point)
  }

  /// Whether no constraint is broken and no forbidden combination is included.
  func admits(_ point: SearchPoint) -> Bool {
    constraints.allSatisfy { $0.holds(at: point) }
      && !forbidden.contains { point.includes($0) }
  }

  /// Whether each combination of values is allowed.
  var isFree: Bool { anchor == nil }

  /// The number of points where it is countable and small, else nil.
  ///
  /// What depends on conditions counts as if it always existed; rules are not considered.
  var pointCount: Int? {
    var product = 1
    for parameter in parameters {
      guard let count = parameter.domain.valueCount else { return nil }
      let (next, overflow) = product.multipliedReportingOverflow(by: count)
      guard !overflow, next <= 1_000_000 else { return nil }
      product = next
    }
    return product
  }

  /// The point with values of inactive and unknown parameters removed, each value moved into its
  /// domain, and the whole moved to where it is allowed.
  ///
  /// A missing value is taken from the middle of its domain: points that were good on other tables
  /// stay usable when a space changes.
  public func nearest(to point: SearchPoint) -> SearchPoint {
    allowed(Self.moved(point, into: parameters))
  }
}
