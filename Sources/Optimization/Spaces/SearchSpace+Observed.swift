extension SearchSpace {
  /// The space that some points look as if they came from, where nobody kept the real one.
  ///
  /// Numbers range over what was tried, on a logarithmic scale where that spans two orders of
  /// magnitude above zero; everything else is words. What some points lack depends on nothing here,
  /// and is left out.
  public init(observed points: [[String: String]]) throws(OptimizationError) {
    let names = Set(points.flatMap(\.keys)).sorted()
    var parameters: [SearchParameter] = []
    for name in names {
      let texts = points.compactMap { $0[name] }
      guard texts.count == points.count else { continue }
      parameters.append(SearchParameter(name, Self.domain(observed: texts)))
    }
    try self.init(parameters)
  }

  private static func domain(observed texts: [String]) -> ParameterDomain {
    let different = Set(texts)
    if different.isSubset(of: ["true", "false"]) { return .boolean }
    let numbers = texts.compactMap { Double($0) }.filter(\.isFinite)
    guard numbers.count == texts.count, let low = numbers.min(), let high = numbers.max() else {
      return .categorical(different.sorted())
    }
    let isLogarithmic = low > 0 && high / low >= 100
    if texts.allSatisfy({ Int($0) != nil }), let first = Int(exactly: low),
      let last = Int(exactly: high)
    {
      return .int(low: first, high: last, log: isLogarithmic)
    }
    return .float(low: low, high: high, log: isLogarithmic)
  }

  /// The point that texts say, as `SearchPoint.texts` writes it; what is no value of its parameter is left out.
  public func point(of texts: [String: String]) -> SearchPoint {
    var point = SearchPoint()
    for parameter in parameters {
      guard let text = texts[parameter.name] else { continue }
      point[parameter.name] = parameter.domain.value(of: text)
    }
    return point
  }
}

extension ParameterDomain {
  /// The value that a text says, or nil where it says none of this domain.
  func value(of text: String) -> ParameterValue? {
    switch self {
    case .float, .steps: return Double(text).flatMap { $0.isFinite ? .float($0) : nil }
    case .int: return Int(text).map(ParameterValue.int)
    case .categorical(let words), .ordinal(let words):
      return words.contains(text) ? .category(text) : nil
    case .boolean: return Bool(text).map(ParameterValue.bool)
    }
  }
}
