import Basics
import Foundation

/// Ways to points that keep all rules.
extension SearchSpace {
  /// Points tried before a space counts as empty: random ones, and then steps towards where the rules are broken less.
  private static let searchedPoints = 20_000

  static func allowedPoint(
    of parameters: [SearchParameter], _ constraints: [Constraint], _ forbidden: [SearchPoint],
    candidates: [SearchPoint]
  ) throws(OptimizationError) -> SearchPoint {
    /// How far a point is from keeping all rules; 0 where it keeps them.
    func excess(_ point: SearchPoint) -> Double {
      constraints.reduce(Double(forbidden.count { point.includes($0) })) {
        $0 + $1.excess(at: point)
      }
    }
    for point in candidates + [moved(SearchPoint(), into: parameters)] where excess(point) == 0 {
      return point
    }
    var random = SeededGenerator(seed: 0)
    var (best, least) = (SearchPoint(), Double.infinity)
    for _ in 0..<searchedPoints {
      let point = RandomSampler.draw(parameters, using: &random)
      let measured = excess(point)
      if measured == 0 { return point }
      if measured < least || best.values.isEmpty { (best, least) = (point, measured) }
    }
    for _ in 0..<searchedPoints {
      let point = stepped(best, parameters, using: &random)
      let measured = excess(point)
      // Steps along a plateau may lead to its end.
      if measured <= least { (best, least) = (point, measured) }
      guard least == 0 else { continue }
      // Away from the edge at which it was found: ways to it should pass through what is allowed.
      return walked(from: best, parameters, steps: 400, using: &random) { excess($0) == 0 }
    }
    throw OptimizationError(
      code: .invalidSpace,
      message: "no allowed point was found by \(2 * searchedPoints) trials",
      hint: "loosen the constraints, or give an initial point that keeps them")
  }

  /// A point beside another one: one value changes, and each of the others with a small chance, by steps of all
  /// orders of magnitude.
  private static func stepped(
    _ point: SearchPoint, _ parameters: [SearchParameter], using random: inout SeededGenerator
  ) -> SearchPoint {
    let chosen = random.next(below: parameters.count)
    let reach = pow(10, -4 * random.nextUnit())
    var result = SearchPoint()
    for (place, parameter) in parameters.enumerated() where parameter.isActive(in: result) {
      let changes = place == chosen || random.next(below: parameters.count) == 0
      guard let old = point[parameter.name], !parameter.domain.isUnordered || !changes else {
        result[parameter.name] = RandomSampler.value(of: parameter.domain, using: &random)
        continue
      }
      let step = changes ? reach * (2 * random.nextUnit() - 1) : 0
      result[parameter.name] =
        changes ? parameter.domain.value(at: parameter.domain.place(of: old) + step) : old
    }
    return result
  }

  /// An allowed point from a walk among the allowed ones (hit-and-run; Smith 1984, "Efficient Monte Carlo Procedures
  /// for Generating Points Uniformly Distributed over Bounded Regions").
  func walkedPoint(using random: inout SeededGenerator) -> SearchPoint {
    guard let anchor else { return RandomSampler.draw(parameters, using: &random) }
    return Self.walked(
      from: anchor, parameters, steps: 4 * parameters.count + 10, using: &random,
      isAllowed: admits)
  }

  /// Where a walk among allowed points ends.
  ///
  /// Each step looks from a point into a direction and back, as far as the rules and the ranges allow, and goes
  /// anywhere on that way; of the values without order one may change. Every other step moves one value alone: all of
  /// them together hardly get out of a corner.
  static func walked(
    from start: SearchPoint, _ parameters: [SearchParameter], steps: Int,
    using random: inout SeededGenerator, isAllowed: (SearchPoint) -> Bool
  ) -> SearchPoint {
    var point = start
    for step in 0..<steps {
      let fresh = parameters.map { RandomSampler.value(of: $0.domain, using: &random) }
      var changed = random.next(below: max(parameters.count, 1))
      let isAlone = step.isMultiple(of: 2)
      let slopes = parameters.indices.map { place in
        isAlone && place != changed ? 0 : NormalDistribution.quantile(random.nextUnit())
      }
      func moved(_ way: Double) -> SearchPoint {
        var result = SearchPoint()
        for (place, parameter) in parameters.enumerated() where parameter.isActive(in: result) {
          let domain = parameter.domain
          guard let old = point[parameter.name], !domain.isUnordered || place != changed else {
            result[parameter.name] = fresh[place]
            continue
          }
          result[parameter.name] =
            domain.isUnordered || way * slopes[place] == 0
            ? old : domain.value(at: domain.place(of: old) + way * slopes[place])
        }
        return result
      }
      if !isAllowed(moved(0)) { changed = -1 }
      // No further than to where the first value meets the end of its range.
      var (back, forth) = (Double.infinity, Double.infinity)
      for (parameter, slope) in zip(parameters, slopes) where !parameter.domain.isUnordered {
        guard let old = point[parameter.name], slope != 0 else { continue }
        let place = parameter.domain.place(of: old)
        let (up, down) = ((1 - place) / abs(slope), place / abs(slope))
        (back, forth) = (min(back, slope > 0 ? down : up), min(forth, slope > 0 ? up : down))
      }
      guard back.isFinite, forth.isFinite else {
        if changed >= 0 { point = moved(0) }
        continue
      }
      let low = -reach(back) { isAllowed(moved(-$0)) }
      let high = reach(forth) { isAllowed(moved($0)) }
      let next = moved(low + random.nextUnit() * (high - low))
      if isAllowed(next) { point = next }
    }
    return point
  }

  /// How far a way is allowed, up to its end.
  private static func reach(_ end: Double, isAllowed: (Double) -> Bool) -> Double {
    if isAllowed(end) { return end }
    var (near, far) = (0.0, end)
    for _ in 0..<12 {
      let middle = (near + far) / 2
      if isAllowed(middle) { near = middle } else { far = middle }
    }
    return near
  }

  /// The point itself where it is allowed, else one between it and an allowed one.
  func allowed(_ point: SearchPoint) -> SearchPoint {
    guard let anchor, !admits(point) else { return point }
    return firstAllowed(from: point, towards: anchor)
  }

  /// The first allowed point on the way to one that is allowed.
  ///
  /// Halves the way again and again; values without order change where more than half of it is gone.
  private func firstAllowed(from point: SearchPoint, towards goal: SearchPoint) -> SearchPoint {
    var (near, far) = (0.0, 1.0)
    var best = goal
    for _ in 0..<12 {
      let share = (near + far) / 2
      let candidate = between(point, goal, share: share)
      if admits(candidate) {
        (far, best) = (share, candidate)
      } else {
        near = share
      }
    }
    return best
  }

  private func between(_ point: SearchPoint, _ goal: SearchPoint, share: Double) -> SearchPoint {
    var result = SearchPoint()
    for parameter in parameters where parameter.isActive(in: result) {
      let domain = parameter.domain
      switch (point[parameter.name], goal[parameter.name]) {
      case (let one?, let other?):
        let (from, to) = (domain.place(of: one), domain.place(of: other))
        result[parameter.name] =
          domain.isUnordered
          ? (share > 0.5 ? other : one) : domain.value(at: from + share * (to - from))
      case (let one?, nil), (nil, let one?): result[parameter.name] = one
      case (nil, nil): result[parameter.name] = domain.middle
      }
    }
    return result
  }
}
