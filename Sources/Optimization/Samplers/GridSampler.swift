public import Basics

/// Every combination of a few values of each parameter, in an order that the seed shuffles.
///
/// Real numbers and long ranges are cut into even levels on their own scale, both ends included
/// (Montgomery, "Design and Analysis of Experiments", full factorial designs); words without an order are all
/// there. What depends on a condition is combined only where it exists. After the last combination come those
/// with one level more between any two, each once, and so on; after all of a countable space it starts again.
public struct GridSampler: Sampler {
  /// Levels of a parameter that has more values than that.
  public var levels: Int

  /// Takes the number of levels.
  public init(levels: Int = 5) { self.levels = max(levels, 2) }

  /// The combination after those that the search got so far, of those that the rules allow.
  public func point(
    for history: SearchHistory, memory: inout SamplerMemory, using random: inout SeededGenerator
  ) -> SearchPoint {
    let (space, number) = (history.space, Self.place(in: history))
    var trees = GridTrees(space, levels: levels, seed: history.seed)
    let first = trees.firstCount
    if space.isFree, number < first { return trees.combination(number).point }
    // Which combinations are new and allowed is found by trying them in order, each once.
    var walk = space.isFree ? GridWalk(index: first, found: first) : GridWalk()
    if let earlier = memory.content as? GridWalk, earlier.found <= number { walk = earlier }
    defer { memory.content = walk }
    while walk.index < 4096 + 64 * number {
      let (point, isNew) = trees.combination(walk.index)
      let counts = isNew && space.admits(point)
      // The memory stays before this trial, which may be asked for again.
      if counts, walk.found == number { return point }
      walk.index += 1
      if counts { walk.found += 1 }
    }
    return RandomSampler.point(of: space, using: &random)
  }

  /// The number of the next combination: points that were given to the search take none away.
  static func place(in history: SearchHistory) -> Int {
    history.trials.count { !$0.isGiven }
  }

  private struct GridWalk: Sendable {
    var index = 0
    /// Combinations before the index that are allowed, and that no coarser grid had.
    var found = 0
  }

  /// A walk through 0..<count in steps that share no factor with it.
  static func shuffled(_ index: Int, of count: Int, seed: UInt64) -> Int {
    var random = SeededGenerator(seed: seed, stream: UInt64(count))
    let start = random.next(below: count)
    // Near the golden section neighbors in time are far apart.
    var step = max(Int(Double(count) * (0.6 + 0.036 * random.nextUnit())), 1)
    while gcd(step, count) != 1 { step += 1 }
    let (high, low) = UInt(step).multipliedFullWidth(by: UInt(index))
    let place = UInt(count).dividingFullWidth((high % UInt(count), low)).remainder
    return (Int(place) + start) % count
  }

  private static func gcd(_ a: Int, _ b: Int) -> Int { b == 0 ? a : gcd(b, a % b) }
}

/// A grid and its refinements, one after another.
private struct GridTrees {
  private var trees: [GridTree]
  private let seed: UInt64

  init(_ space: SearchSpace, levels: Int, seed: UInt64) {
    trees = [GridTree(space, levels: levels)]
    self.seed = seed
  }

  /// Combinations of the coarsest grid.
  var firstCount: Int { trees[0].count }

  /// The combination at a place of the shuffled order, and whether no coarser grid has it.
  mutating func combination(_ index: Int) -> (point: SearchPoint, isNew: Bool) {
    var (index, place) = (index, 0)
    while index >= trees[place].count, trees[place].canBeFiner {
      index -= trees[place].count
      place += 1
      if place == trees.count {
        let last = trees[place - 1]
        trees.append(GridTree(last.space, levels: last.levels * 2 - 1))
      }
    }
    let tree = trees[place]
    let point = tree.combination(
      GridSampler.shuffled(index % tree.count, of: tree.count, seed: seed))
    // Beyond the finest grid everything comes again.
    return (point, place == 0 || index >= tree.count || !trees[place - 1].contains(point))
  }
}
