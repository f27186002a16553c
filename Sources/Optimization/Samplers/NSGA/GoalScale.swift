/// Several goals on one scale: 0 at the best of each, 1 where the frontier meets the axis of each.
///
/// Deb & Jain 2014, §IV-C: a plane through the extreme points of the population, and where it cuts the axes.
/// Where there is no such plane, the worst values of the first front take its place (Blank, Deb & Roy 2019,
/// "Investigating the Normalization Procedure of NSGA-III").
struct GoalScale: Sendable {
  /// The least loss of each goal.
  let ideal: [Double]
  /// What is 1 of each goal, above `ideal`; more than 0.
  let intercepts: [Double]

  /// Shares of the scale below which a plane cuts an axis too near to the ideal point to mean anything.
  private static let least = 1e-6

  /// - Parameters:
  ///   - losses: of the population, at least one and all finite.
  ///   - first: places of those on the first front.
  init(_ losses: [[Double]], first: [Int], ideal: [Double]) {
    self.ideal = ideal
    let shifted = losses.map { zip($0, ideal).map { $0 - $1 } }
    let worst = ideal.indices.map { goal in shifted.reduce(0) { max($0, $1[goal]) } }
    let nadir = ideal.indices.map { goal in
      let value = first.reduce(0) { max($0, shifted[$1][goal]) }
      return value > 0 ? value : worst[goal] > 0 ? worst[goal] : 1
    }
    // In shares of the nadir, so that the plane does not suffer from units.
    let shares = shifted.map { zip($0, nadir).map { $0 / $1 } }
    if let cuts = Self.cuts(of: Self.extremes(shares)) {
      intercepts = cuts.indices.map { goal in
        min(cuts[goal] * nadir[goal], max(worst[goal], nadir[goal]))
      }
    } else {
      intercepts = nadir
    }
  }

  /// Losses on the scale.
  func scaled(_ losses: [Double]) -> [Double] {
    losses.indices.map { (losses[$0] - ideal[$0]) / intercepts[$0] }
  }

  /// For each goal the point nearest to its axis, by the achievement scalarizing function.
  private static func extremes(_ shares: [[Double]]) -> [[Double]] {
    (shares.first ?? []).indices.map { axis in
      func distance(_ point: [Double]) -> Double {
        point.indices.reduce(-.infinity) { max($0, point[$1] / ($1 == axis ? 1 : Self.least)) }
      }
      var (nearest, shortest) = (shares[0], Double.infinity)
      for point in shares {
        let own = distance(point)
        if own < shortest { (nearest, shortest) = (point, own) }
      }
      return nearest
    }
  }

  /// Where the plane through as many points as there are goals cuts each axis; nil without such a plane.
  private static func cuts(of points: [[Double]]) -> [Double]? {
    let count = points.count
    // b with E·b = 1 from its normal equations; whether it solves is seen from what is left.
    var matrix = [Double](repeating: 0, count: count * count)
    var right = [Double](repeating: 0, count: count)
    for point in points {
      for row in 0..<count {
        right[row] += point[row]
        for column in 0..<count { matrix[row * count + column] += point[row] * point[column] }
      }
    }
    guard let factor = Cholesky(matrix, size: count) else { return nil }
    let plane = factor.backward(factor.forward(right))
    let isThrough = points.allSatisfy { point in
      abs(zip(point, plane).reduce(-1) { $0 + $1.0 * $1.1 }) < least
    }
    guard isThrough, plane.allSatisfy({ $0 > 0 && $0 < 1 / least }) else { return nil }
    return plane.map { 1 / $0 }
  }
}
