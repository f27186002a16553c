import Basics

/// What is checked once, when a space is made.
extension SearchSpace {
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
        guard let domain = parameters[name]?.domain else {
          throw OptimizationError(
            code: .invalidSpace,
            message: "a forbidden combination names \(name), which is no parameter",
            hint: nearestWord(to: name, among: parameters.keys).map { "did you mean \($0)?" })
        }
        guard let near = domain.nearest(to: value), near.means(value) else {
          throw OptimizationError(
            code: .invalidSpace,
            message: "a forbidden combination gives \(name) the value \(value.text), which it "
              + "cannot have",
            hint: "give it a value of its range or one of its choices")
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
}
