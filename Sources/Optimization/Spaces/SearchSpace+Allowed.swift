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
      var walk = AllowedWalk(from: best, parameters, constraints) { excess($0) == 0 }
      walk.walk(400, using: &random)
      return walk.point
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

  /// An allowed point from a walk among the allowed ones, which begins near a point that is not.
  func walkedPoint(from point: SearchPoint, using random: inout SeededGenerator) -> SearchPoint {
    var walk = AllowedWalk(from: allowed(point), parameters, constraints, isAllowed: admits)
    walk.walk(6 * parameters.count + 12, using: &random)
    return walk.point
  }

  /// The point itself where it is allowed, else one between it and an allowed one.
  func allowed(_ point: SearchPoint) -> SearchPoint {
    guard let anchor, !admits(point) else { return point }
    return repaired(point) ?? firstAllowed(from: point, towards: anchor)
  }

  /// The point moved straight across each rule that it breaks, again and again, as far as its ranges let it (successive
  /// projections, Kaczmarz 1937, here on curves, too); nil where that leads nowhere.
  ///
  /// Every other time one number moves alone: whole ones may be too coarse to share a short way.
  private func repaired(_ point: SearchPoint) -> SearchPoint? {
    var result = point
    let fresh = parameters.map(\.domain.middle)
    for round in 0..<40 {
      for constraint in constraints where !constraint.holds(at: result) {
        let names = constraint.names
        var places = parameters.indices.filter { names.contains(parameters[$0].name) }
        if !round.isMultiple(of: 2) { places = [places[round / 2 % places.count]] }
        // A little further than to where both sides are equal.
        guard let shifts = constraint.shifts(of: places, parameters, to: 0, at: result) else {
          continue
        }
        result = result.moved(parameters, by: shifts.map { 1.01 * $0 }, fresh)
      }
      if admits(result) { return result }
    }
    return nil
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
