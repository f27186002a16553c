import Basics

/// Points of which somebody gave a part.
extension SearchSpace {
  /// Random points tried before a part counts as impossible.
  private static let drawnPoints = 2_000

  /// An allowed point with the values of `part`, and for the others those of `base` or random ones.
  ///
  /// - Returns: nil where none was found: conditions or rules exclude the part.
  func completed(
    _ part: SearchPoint, from base: SearchPoint, using random: inout SeededGenerator
  ) -> SearchPoint? {
    func point(_ choose: (SearchParameter) -> ParameterValue) -> SearchPoint? {
      var point = SearchPoint()
      for parameter in parameters where parameter.isActive(in: point) {
        point[parameter.name] = part[parameter.name] ?? choose(parameter)
      }
      return point.includes(part) && admits(point) ? point : nil
    }
    let near = point { parameter in
      base[parameter.name] ?? RandomSampler.value(of: parameter.domain, using: &random)
    }
    if let near { return near }
    for _ in 0..<Self.drawnPoints {
      if let drawn = point({ RandomSampler.value(of: $0.domain, using: &random) }) { return drawn }
    }
    return nil
  }

  /// Whether a part gives each parameter that exists beside it a value.
  func isWhole(_ part: SearchPoint) -> Bool {
    parameters.allSatisfy { !$0.isActive(in: part) || part[$0.name] != nil }
  }
}

extension ParameterDomain {
  /// The value that somebody means by one of JSON; nil where the domain lacks it.
  func meant(by value: ParameterValue) -> ParameterValue? {
    if let near = nearest(to: value) { return near.means(value) ? near : nil }
    switch self {
    case .categorical(let choices), .ordinal(let choices):
      // JSON writes 2.0 as 2.
      guard let number = value.number else { return nil }
      return choices.first { Double($0) == number }.map(ParameterValue.category)
    case .float, .steps, .int, .boolean: return nil
    }
  }
}
