import Basics

/// A walk among the points that keep all rules, which ends anywhere among them.
///
/// A step takes a direction, goes anywhere on that line, and nearer and nearer to where it began while that is not
/// allowed (hit-and-run, Smith 1984, "Efficient Monte Carlo Procedures for Generating Points Uniformly Distributed
/// over Bounded Regions"; shrinking brackets, Neal 2003, "Slice Sampling"). Some directions change one value, some all
/// of them, and most go along a rule: one number goes anywhere, and one or two others of that rule follow, so that the
/// sides of what would be broken differ by as much as before. What is as thin as an equality leaves no other way.
/// Along rules that are curved on the parameters' scales the ends are nearly, and not quite, as likely as each other.
struct AllowedWalk {
  let parameters: [SearchParameter]
  let constraints: [Constraint]
  /// Numbers of each constraint, as places among the parameters; without those that name one alone.
  private let linked: [[Int]]
  private let isAllowed: (SearchPoint) -> Bool
  private(set) var point: SearchPoint

  /// Tries of a step on a line: brackets shrink to some millionth.
  private static let tries = 40
  /// Tries of a step along a rule, where a way is long or none.
  private static let slides = 16

  init(
    from start: SearchPoint, _ parameters: [SearchParameter], _ constraints: [Constraint],
    isAllowed: @escaping (SearchPoint) -> Bool
  ) {
    self.parameters = parameters
    self.constraints = constraints
    self.isAllowed = isAllowed
    point = start
    linked = constraints.map { constraint in
      let names = constraint.names
      return parameters.indices.filter {
        names.contains(parameters[$0].name) && !parameters[$0].domain.isUnordered
      }
    }.filter { $0.count > 1 }
  }

  /// Goes so many steps.
  mutating func walk(_ steps: Int, using random: inout SeededGenerator) {
    guard !parameters.isEmpty else { return }
    for step in 0..<steps {
      // Two of three along a rule, where there are such; then by turns one value and all of them.
      if !linked.isEmpty, step % 3 != 2 {
        slide(using: &random)
      } else if step % 6 == 2 {
        let slopes = parameters.map { _ in NormalDistribution.quantile(random.nextUnit()) }
        go(along: slopes, using: &random)
      } else {
        var slopes = parameters.map { _ in 0.0 }
        slopes[random.next(below: slopes.count)] = 1
        go(along: slopes, using: &random)
      }
    }
  }

  /// A step along a line; of the values without order one may change.
  private mutating func go(along slopes: [Double], using random: inout SeededGenerator) {
    let fresh = parameters.map { RandomSampler.value(of: $0.domain, using: &random) }
    var changed = random.next(below: parameters.count)
    func moved(_ way: Double) -> SearchPoint {
      point.moved(parameters, by: slopes.map { way * $0 }, fresh, changing: changed)
    }
    if !isAllowed(moved(0)) { changed = -1 }
    // No further than to where the first value meets the end of its range.
    var (low, high) = (-Double.infinity, Double.infinity)
    for (parameter, slope) in zip(parameters, slopes) where !parameter.domain.isUnordered {
      guard let old = point[parameter.name], slope != 0 else { continue }
      let place = parameter.domain.place(of: old)
      let ends = [-place / slope, (1 - place) / slope]
      (low, high) = (max(low, ends.min() ?? 0), min(high, ends.max() ?? 0))
    }
    guard low.isFinite, high.isFinite else {
      if changed >= 0 { point = moved(0) }
      return
    }
    for _ in 0..<Self.tries {
      let way = low + random.nextUnit() * (high - low)
      let next = moved(way)
      if isAllowed(next) {
        point = next
        return
      }
      if way < 0 { low = way } else { high = way }
    }
  }

  /// A step along a rule.
  private mutating func slide(using random: inout SeededGenerator) {
    var places = linked[random.next(below: linked.count)].filter {
      point[parameters[$0].name] != nil
    }
    guard places.count > 1 else { return }
    random.shuffle(&places)
    let leader = places[0]
    let two = constraints.count > 1 && places.count > 2 && random.next(below: 2) == 0
    let followers = Array(places[1...(two ? 2 : 1)])
    guard let old = point[parameters[leader].name] else { return }
    let fresh = parameters.map { RandomSampler.value(of: $0.domain, using: &random) }
    let gaps = constraints.map { $0.gap(at: point) }
    let start = parameters[leader].domain.place(of: old)
    var (low, high) = (0.0, 1.0)
    for _ in 0..<Self.slides {
      let place = low + random.nextUnit() * (high - low)
      var shifts = parameters.map { _ in 0.0 }
      shifts[leader] = place - start
      let next = point.moved(parameters, by: shifts, fresh)
      if let next = followed(next, followers, gaps, fresh) {
        point = next
        return
      }
      if place < start { low = place } else { high = place }
    }
  }

  /// The point with the followers moved until all rules hold; nil where that takes them out of their ranges.
  private func followed(
    _ start: SearchPoint, _ followers: [Int], _ gaps: [Double?], _ fresh: [ParameterValue]
  ) -> SearchPoint? {
    var next = start
    for _ in 0..<8 {
      var isBroken = false
      for (constraint, gap) in zip(constraints, gaps) where !constraint.holds(at: next) {
        isBroken = true
        guard let gap,
          let shifts = constraint.shifts(of: followers, parameters, to: gap, at: next),
          followers.allSatisfy({ place in
            guard let old = next[parameters[place].name] else { return false }
            return (0...1).contains(parameters[place].domain.place(of: old) + shifts[place])
          })
        else { return nil }
        next = next.moved(parameters, by: shifts, fresh)
      }
      if !isBroken { return isAllowed(next) ? next : nil }
    }
    return isAllowed(next) ? next : nil
  }
}

extension SearchPoint {
  /// The point with each number moved on its scale, as far as its range goes.
  ///
  /// - Parameters:
  ///   - shifts: for each parameter.
  ///   - fresh: values for what exists there and not here.
  ///   - changed: which parameter without an order gets its fresh value; none by default.
  func moved(
    _ parameters: [SearchParameter], by shifts: [Double], _ fresh: [ParameterValue],
    changing changed: Int = -1
  ) -> SearchPoint {
    var result = SearchPoint()
    for (place, parameter) in parameters.enumerated() where parameter.isActive(in: result) {
      let domain = parameter.domain
      guard let old = self[parameter.name], !domain.isUnordered || place != changed else {
        result[parameter.name] = fresh[place]
        continue
      }
      result[parameter.name] =
        domain.isUnordered || shifts[place] == 0
        ? old : domain.value(at: domain.place(of: old) + shifts[place])
    }
    return result
  }
}

extension Constraint {
  /// By how much its left side is more than its right one; nil where a parameter is inactive or a side is no number.
  func gap(at point: SearchPoint) -> Double? {
    guard let sides = sides(at: point) else { return nil }
    let gap = sides.left - sides.right
    return gap.isFinite ? gap : nil
  }

  /// By how much to move some numbers on their scales to come near a gap: a step of Newton's, the shortest one.
  ///
  /// - Returns: for each parameter; nil where none of them changes the gap.
  func shifts(
    of places: [Int], _ parameters: [SearchParameter], to wanted: Double, at point: SearchPoint
  ) -> [Double]? {
    guard let gap = gap(at: point) else { return nil }
    var slopes = parameters.map { _ in 0.0 }
    var square = 0.0
    for place in places {
      let parameter = parameters[place]
      guard let value = point[parameter.name], !parameter.domain.isUnordered else { continue }
      let here = parameter.domain.place(of: value)
      let step = parameter.domain.nudge(at: value)
      var other = point
      other[parameter.name] = parameter.domain.value(at: here + (here + step <= 1 ? step : -step))
      guard let there = other[parameter.name].map(parameter.domain.place), there != here,
        let next = self.gap(at: other)
      else { continue }
      slopes[place] = (next - gap) / (there - here)
      square += slopes[place] * slopes[place]
    }
    guard square > 0, square.isFinite else { return nil }
    return slopes.map { $0 * (wanted - gap) / square }
  }
}

extension ParameterDomain {
  /// A small step on the scale that changes a value.
  fileprivate func nudge(at value: ParameterValue) -> Double {
    guard valueCount != nil else { return 1e-9 }
    if grain > 0 { return grain }
    guard case .int(let number) = value else { return 1e-9 }
    let here = place(of: value)
    let up = place(of: .int(number + 1)) - here
    return max(up, here - place(of: .int(number - 1)))
  }
}
