import Basics

/// The combinations of a space as the leaves of a tree, a level for each parameter.
struct GridTree {
  let space: SearchSpace
  let levels: Int
  private let values: [[ParameterValue]]
  private let decides: [Bool]
  /// How many combinations there are, at most 2^40.
  let count: Int

  private static let most = 1 << 40

  init(_ space: SearchSpace, levels: Int) {
    self.space = space
    self.levels = levels
    let values = space.parameters.map { Self.values(of: $0.domain, levels: levels) }
    let parents = Set(space.parameters.compactMap(\.condition?.parent))
    let decides = space.parameters.map { parents.contains($0.name) }
    self.values = values
    self.decides = decides
    count = Self.count(space.parameters[...], values, decides, SearchPoint())
  }

  /// Whether more levels bring other combinations.
  var canBeFiner: Bool {
    count < Self.most && levels < 1 << 20
      && zip(space.parameters, values).contains { $1.count != $0.domain.valueCount }
  }

  static func values(of domain: ParameterDomain, levels: Int) -> [ParameterValue] {
    if let count = domain.valueCount, count <= levels || domain.isUnordered {
      // Shares of a logarithmic scale would pass over large numbers and meet small ones twice.
      if case .int(let low, let high, _) = domain { return (low...high).map(ParameterValue.int) }
      return (0..<count).map { domain.value(atShare: (Double($0) + 0.5) / Double(count)) }
    }
    var values: [ParameterValue] = []
    for level in 0..<levels {
      let value = domain.value(at: Double(level) / Double(levels - 1))
      if value != values.last { values.append(value) }
    }
    return values
  }

  /// The combination with that number in 0..<count.
  func combination(_ number: Int) -> SearchPoint {
    var (rest, point) = (number, SearchPoint())
    for (place, parameter) in space.parameters.enumerated() where parameter.isActive(in: point) {
      let later = space.parameters[(place + 1)...]
      for value in values[place] {
        point[parameter.name] = value
        let size = Self.count(later, values, decides, point)
        if rest < size { break }
        rest -= size
      }
    }
    return point
  }

  /// Whether it has all values of the point.
  func contains(_ point: SearchPoint) -> Bool {
    zip(space.parameters, values).allSatisfy { parameter, values in
      point[parameter.name].map(values.contains) ?? true
    }
  }

  private static func count(
    _ parameters: ArraySlice<SearchParameter>, _ values: [[ParameterValue]], _ decides: [Bool],
    _ point: SearchPoint
  ) -> Int {
    guard let parameter = parameters.first else { return 1 }
    let place = parameters.startIndex
    let later = parameters.dropFirst()
    guard parameter.isActive(in: point) else { return count(later, values, decides, point) }
    guard decides[place] else {
      return min(count(later, values, decides, point) * values[place].count, most)
    }
    var (sum, point) = (0, point)
    for value in values[place] {
      point[parameter.name] = value
      sum = min(sum + count(later, values, decides, point), most)
    }
    return sum
  }
}
