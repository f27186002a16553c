/// Fronts of points of which none is better in all respects, and how alone each point is on its front.
///
/// Sorting: Zhang, Tian, Cheng & Jin 2015 (ENS). Crowding: Deb, Pratap, Agarwal & Meyarivan 2002
/// (NSGA-II, §III-B). Losses: smaller is better.
struct ParetoOrder {
  /// 0 for the points that no other dominates, 1 for those that only these dominate, and so on.
  let fronts: [Int]
  /// The mean side of the box between a point's neighbors, in shares of the front's extent;
  /// infinite at the ends.
  let crowding: [Double]

  init(_ losses: [[Double]]) {
    let order = losses.indices.sorted { left, right in
      for (one, other) in zip(losses[left], losses[right]) where one != other {
        return one < other
      }
      return left < right
    }
    var fronts = [Int](repeating: 0, count: losses.count)
    var members: [[Int]] = []
    let isPlane = losses.first?.count == 2
    for index in order {
      func isDominated(_ front: [Int]) -> Bool {
        // In the plane the last member has the least second loss of its front.
        if isPlane { return front.last.map { Self.dominates(losses[$0], losses[index]) } ?? false }
        return front.reversed().contains { Self.dominates(losses[$0], losses[index]) }
      }
      // Who is dominated by a front's member is dominated by one of each better front.
      var (low, high) = (0, members.count)
      while low < high {
        let middle = (low + high) / 2
        if isDominated(members[middle]) { low = middle + 1 } else { high = middle }
      }
      if low == members.count { members.append([]) }
      members[low].append(index)
      fronts[index] = low
    }
    self.fronts = fronts
    crowding = Self.crowding(losses, members)
  }

  /// Whether `one` is nowhere worse than `other` and somewhere better.
  static func dominates(_ one: [Double], _ other: [Double]) -> Bool {
    var isBetter = false
    for (left, right) in zip(one, other) {
      if left > right { return false }
      if left < right { isBetter = true }
    }
    return isBetter
  }

  private static func crowding(_ losses: [[Double]], _ fronts: [[Int]]) -> [Double] {
    var crowding = [Double](repeating: 0, count: losses.count)
    for front in fronts {
      for goal in losses[front[0]].indices {
        let sorted = front.sorted { (losses[$0][goal], $0) < (losses[$1][goal], $1) }
        let extent = losses[sorted[sorted.count - 1]][goal] - losses[sorted[0]][goal]
        crowding[sorted[0]] = .infinity
        crowding[sorted[sorted.count - 1]] = .infinity
        guard extent > 0, extent.isFinite, sorted.count > 2 else { continue }
        for place in 1..<(sorted.count - 1) {
          crowding[sorted[place]] +=
            (losses[sorted[place + 1]][goal] - losses[sorted[place - 1]][goal]) / extent
        }
      }
    }
    return crowding
  }
}
