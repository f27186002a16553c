/// The volume that some points dominate up to a reference point: how good a frontier is, in one number.
///
/// Exact, by the WFG recursion (While, Bradstreet & Barone 2012); in the plane one sweep. Smaller
/// losses are better; points that do not dominate the reference count nothing.
public enum Hypervolume {
  /// The volume; 0 without points.
  public static func of(_ losses: [[Double]], reference: [Double]) -> Double {
    let inside = losses.filter { point in
      point.count == reference.count && zip(point, reference).allSatisfy { $0 < $1 }
    }
    return volume(frontier(inside), reference)
  }

  private static func volume(_ points: [[Double]], _ reference: [Double]) -> Double {
    guard !points.isEmpty else { return 0 }
    if reference.count == 1 { return reference[0] - (points.map { $0[0] }.min() ?? reference[0]) }
    if reference.count == 2 { return area(points, reference) }
    // Each point adds its box less what the points after it dominate of it.
    let sorted = points.sorted { $0[reference.count - 1] > $1[reference.count - 1] }
    var sum = 0.0
    for (place, point) in sorted.enumerated() {
      let limited = sorted[(place + 1)...].map { zip($0, point).map(max) }
      let box = zip(point, reference).reduce(1) { $0 * ($1.1 - $1.0) }
      sum += box - volume(frontier(limited), reference)
    }
    return sum
  }

  private static func area(_ points: [[Double]], _ reference: [Double]) -> Double {
    var (area, ceiling) = (0.0, reference[1])
    for point in points.sorted(by: { ($0[0], $0[1]) < ($1[0], $1[1]) }) where point[1] < ceiling {
      area += (reference[0] - point[0]) * (ceiling - point[1])
      ceiling = point[1]
    }
    return area
  }

  /// The points that no other dominates, equal ones once.
  private static func frontier(_ points: [[Double]]) -> [[Double]] {
    let order = ParetoOrder(points)
    var seen: Set<[Double]> = []
    return points.indices.filter { order.fronts[$0] == 0 && seen.insert(points[$0]).inserted }
      .map { points[$0] }
  }
}
