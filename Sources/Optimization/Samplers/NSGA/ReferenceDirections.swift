/// Directions that are spread evenly over the trade-offs between goals.
///
/// Das & Dennis 1998, "Normal-Boundary Intersection: A New Method for Generating the Pareto Surface in
/// Nonlinear Multicriteria Optimization Problems" (SIAM Journal on Optimization 8): the points of the unit
/// simplex whose coordinates are multiples of a fraction.
enum ReferenceDirections {
  /// All points with coordinates that are multiples of 1/`divisions` and add up to 1; the center for no
  /// division.
  static func simplex(goals: Int, divisions: Int) -> [[Double]] {
    guard divisions > 0 else {
      return [[Double](repeating: 1 / Double(goals), count: goals)]
    }
    var points: [[Double]] = []
    var shares = [Int](repeating: 0, count: goals)
    func fill(_ goal: Int, _ left: Int) {
      guard goal < goals - 1 else {
        shares[goal] = left
        points.append(shares.map { Double($0) / Double(divisions) })
        return
      }
      for share in 0...left {
        shares[goal] = share
        fill(goal + 1, left - share)
      }
    }
    fill(0, divisions)
    return points
  }

  /// How many points `simplex` has, or `most` + 1 where there are more.
  static func count(goals: Int, divisions: Int, most: Int) -> Int {
    var count = 1
    // Each product of so many consecutive numbers can be divided: binomials, from the left.
    for step in 0..<divisions {
      count = count * (goals + step) / (step + 1)
      guard count <= most else { return most + 1 }
    }
    return count
  }

  /// As many directions as a number allows, `goals` + 1 at least.
  ///
  /// With fewer divisions than goals all points lie on the border of the simplex; then there are two layers,
  /// of which the inner one is half as large (Deb & Jain 2014, §IV-B).
  static func fitting(goals: Int, atMost most: Int) -> [[Double]] {
    guard goals > 1 else { return [[1]] }
    func count(_ divisions: Int) -> Int {
      Self.count(goals: goals, divisions: divisions, most: most)
    }
    var divisions = 1
    while count(divisions + 1) <= most { divisions += 1 }
    if divisions >= goals { return simplex(goals: goals, divisions: divisions) }
    divisions = 1
    while count(divisions + 1) + count(divisions) <= most { divisions += 1 }
    let center = 1 / Double(goals)
    return simplex(goals: goals, divisions: divisions)
      + simplex(goals: goals, divisions: divisions - 1).map { point in
        point.map { ($0 + center) / 2 }
      }
  }
}
