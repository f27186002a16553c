import Basics

/// Who survives a generation of NSGA-III: whole fronts, and of the last one those in the emptiest niches.
///
/// Deb & Jain 2014, Algorithms 1, 3 and 4. A niche is what lies nearer to one of the directions than to the
/// others.
struct NichedSurvival: Sendable {
  /// Of which each is a niche.
  let directions: [[Double]]
  /// How many survive.
  let size: Int

  /// Beyond it losses are all the same: squares of what is larger are infinite.
  private static let largest = 1e100

  /// Places of the survivors among the trials.
  ///
  /// - Parameters:
  ///   - candidates: places of trials that have ended.
  ///   - known: how many trials, from the first on, tell the best value of each goal.
  func survivors(
    of candidates: [Int], in history: SearchHistory, known: Int,
    using random: inout SeededGenerator
  ) -> [Int] {
    var (complete, others): ([(index: Int, losses: [Double])], [Int]) = ([], [])
    for index in candidates {
      if let losses = Self.losses(history, index) {
        complete.append((index, losses))
      } else {
        others.append(index)
      }
    }
    guard complete.count > size else {
      let rest = history.ranked(others).prefix(size - complete.count)
      return complete.map(\.index) + rest.map(\.index)
    }
    let ideal = (0..<known).reduce(into: complete[0].losses) { ideal, index in
      guard let losses = Self.losses(history, index) else { return }
      for goal in ideal.indices { ideal[goal] = min(ideal[goal], losses[goal]) }
    }
    return choose(complete.map(\.losses), ideal: ideal, using: &random).map { complete[$0].index }
  }

  private static func losses(_ history: SearchHistory, _ index: Int) -> [Double]? {
    history.losses(of: history.trials[index])?.map { min(max($0, -largest), largest) }
  }

  /// Places of `size` of more losses.
  func choose(
    _ losses: [[Double]], ideal: [Double], using random: inout SeededGenerator
  ) -> [Int] {
    let fronts = ParetoOrder(losses).fronts
    var members = [[Int]](repeating: [], count: (fronts.max() ?? -1) + 1)
    for (place, front) in fronts.enumerated() { members[front].append(place) }
    var (chosen, last): ([Int], [Int]) = ([], [])
    for front in members {
      if chosen.count + front.count > size {
        last = front
        break
      }
      chosen += front
    }
    guard chosen.count < size else { return chosen }
    let considered = chosen + last
    let scale = GoalScale(
      considered.map { losses[$0] },
      first: considered.indices.filter { fronts[considered[$0]] == 0 }, ideal: ideal)
    let niches = considered.map { niche(of: scale.scaled(losses[$0])) }
    var counts = [Int](repeating: 0, count: directions.count)
    for place in chosen.indices { counts[niches[place].direction] += 1 }
    var pools = [[(place: Int, distance: Double)]](repeating: [], count: directions.count)
    for place in chosen.count..<considered.count {
      pools[niches[place].direction].append((considered[place], niches[place].distance))
    }
    while chosen.count < size {
      let open = pools.indices.filter { !pools[$0].isEmpty }
      let least = open.reduce(Int.max) { min($0, counts[$1]) }
      let emptiest = open.filter { counts[$0] == least }
      let niche = emptiest[random.next(below: emptiest.count)]
      let pool = pools[niche]
      // The first of a niche is who lies nearest to its direction; the others are drawn.
      let pick =
        least == 0
        ? pool.indices.min { pool[$0].distance < pool[$1].distance } ?? 0
        : random.next(below: pool.count)
      chosen.append(pools[niche].remove(at: pick).place)
      counts[niche] += 1
    }
    return chosen
  }

  /// The direction whose line is nearest, and the square of the distance to it.
  private func niche(of point: [Double]) -> (direction: Int, distance: Double) {
    var nearest = (direction: 0, distance: Double.infinity)
    let square = point.reduce(0) { $0 + $1 * $1 }
    for (place, direction) in directions.enumerated() {
      let length = direction.reduce(0) { $0 + $1 * $1 }
      let along = zip(point, direction).reduce(0) { $0 + $1.0 * $1.1 }
      let distance = max(square - along * along / length, 0)
      if distance < nearest.distance { nearest = (place, distance) }
    }
    return nearest
  }
}
