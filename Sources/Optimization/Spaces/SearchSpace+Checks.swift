import Basics

/// What is checked once, when a space is made.
extension SearchSpace {
  /// Random points tried before a space counts as empty.
  private static let searchedPoints = 20_000

  static func moved(_ point: SearchPoint, into parameters: [SearchParameter]) -> SearchPoint {
    var result = SearchPoint()
    for parameter in parameters where parameter.isActive(in: result) {
      result[parameter.name] =
        point[parameter.name].flatMap(parameter.domain.nearest) ?? parameter.domain.middle
    }
    return result
  }

  static func checked(
    _ forbidden: [SearchPoint], _ parameters: [String: SearchParameter]
  ) throws(OptimizationError) -> [SearchPoint] {
    var result: [SearchPoint] = []
    for part in forbidden {
      var moved = SearchPoint()
      for (name, value) in part.values.sorted(by: { $0.key < $1.key }) {
        guard let domain = parameters[name]?.domain, let near = domain.nearest(to: value),
          near.means(value)
        else {
          throw OptimizationError(
            code: .invalidSpace,
            message: "a forbidden combination gives \(name) the value \(value.text), which it "
              + "cannot have",
            hint: nearestWord(to: name, among: parameters.keys).map { "did you mean \($0)?" })
        }
        moved[name] = near
      }
      guard !moved.values.isEmpty else {
        throw OptimizationError(
          code: .invalidSpace, message: "a forbidden combination names no parameter",
          hint: "name the values that must not occur together")
      }
      result.append(moved)
    }
    return result
  }

  static func allowedPoint(
    of parameters: [SearchParameter], _ constraints: [Constraint], _ forbidden: [SearchPoint],
    candidates: [SearchPoint]
  ) throws(OptimizationError) -> SearchPoint {
    func isAllowed(_ point: SearchPoint) -> Bool {
      constraints.allSatisfy { $0.holds(at: point) } && !forbidden.contains { point.includes($0) }
    }
    for point in candidates + [moved(SearchPoint(), into: parameters)] where isAllowed(point) {
      return point
    }
    var random = SeededGenerator(seed: 0)
    for _ in 0..<searchedPoints {
      let point = RandomSampler.draw(parameters, using: &random)
      if isAllowed(point) { return point }
    }
    throw OptimizationError(
      code: .invalidSpace,
      message: "no allowed point was found among \(searchedPoints) random ones",
      hint: "loosen the constraints, or give an initial point that keeps them")
  }
}
