/// A regression tree over the unit cube: a constant on each of its boxes.
///
/// Grown by least squares (Breiman, Friedman, Olshen & Stone 1984, "Classification and Regression
/// Trees"); words without order are split as if ordered by their means, which finds the best of
/// all splits in two (Fisher 1958).
struct RegressionTree: Sendable {
  /// Which way leads to the left.
  enum Side: Sendable, Equatable {
    /// Places below a bound.
    case below(Double)
    /// Words for which this is true.
    case among([Bool])

    func holds(_ place: Double) -> Bool {
      switch self {
      case .below(let bound): return place < bound
      case .among(let words):
        let word = Int(place)
        return words.indices.contains(word) && words[word]
      }
    }
  }

  enum Node: Sendable, Equatable {
    case leaf(Double)
    case split(axis: Int, Side, left: Int, right: Int)
  }

  /// The root is the first.
  private(set) var nodes: [Node] = []

  /// Takes nodes as they are.
  init(nodes: [Node]) { self.nodes = nodes }

  /// Grows until all boxes are pure, smaller than two leaves, or too deep.
  ///
  /// - Parameter rows: rows of the table; what is there twice counts twice.
  init(_ table: ImportanceTable, rows: [Int], leastLeaf: Int = 1, mostDepth: Int = 64) {
    let grower = Grower(table: table, leastLeaf: max(leastLeaf, 1), mostDepth: mostDepth)
    _ = grower.grow(rows, depth: 0, into: &nodes)
  }

  /// The value of the box around places.
  func value(at places: [Double]) -> Double {
    value { places[$0] }
  }

  /// The value of the box around the places that `place` gives for each axis.
  func value(at place: (Int) -> Double) -> Double {
    var index = 0
    while true {
      switch nodes[index] {
      case .leaf(let value): return value
      case .split(let axis, let side, let left, let right):
        index = side.holds(place(axis)) ? left : right
      }
    }
  }
}

/// Finds splits.
private struct Grower {
  let table: ImportanceTable
  let leastLeaf: Int
  let mostDepth: Int

  private struct Split {
    var axis: Int
    var side: RegressionTree.Side
    /// Sum of squares that it explains.
    var gain: Double
  }

  func grow(_ rows: [Int], depth: Int, into nodes: inout [RegressionTree.Node]) -> Int {
    let place = nodes.count
    let sum = rows.reduce(0) { $0 + table.targets[$1] }
    let mean = rows.isEmpty ? 0 : sum / Double(rows.count)
    nodes.append(.leaf(mean))
    guard depth < mostDepth, rows.count >= 2 * leastLeaf,
      let split = bestSplit(rows, sum: sum)
    else { return place }
    let column = table.columns[split.axis]
    let left = grow(rows.filter { split.side.holds(column[$0]) }, depth: depth + 1, into: &nodes)
    let right = grow(rows.filter { !split.side.holds(column[$0]) }, depth: depth + 1, into: &nodes)
    nodes[place] = .split(axis: split.axis, split.side, left: left, right: right)
    return place
  }

  private func bestSplit(_ rows: [Int], sum: Double) -> Split? {
    let squares = rows.reduce(0) { $0 + table.targets[$1] * table.targets[$1] }
    let within = squares - sum * sum / Double(rows.count)
    // The first of equals: gains that differ by rounding alone count as equal.
    var best = Split(axis: 0, side: .below(0), gain: max(within, 0) * 1e-10 + 1e-14)
    var isFound = false
    for axis in table.axes.indices {
      let found =
        switch table.axes[axis] {
        case .ordered: orderedSplit(axis, rows, sum: sum)
        case .words(let count): wordSplit(axis, count, rows, sum: sum)
        }
      if let found, found.gain > best.gain * (1 + 1e-10) { (best, isFound) = (found, true) }
    }
    return isFound ? best : nil
  }

  private func orderedSplit(_ axis: Int, _ rows: [Int], sum: Double) -> Split? {
    let column = table.columns[axis]
    let sorted = rows.sorted { (column[$0], $0) < (column[$1], $1) }
    var best: Split?
    var left = 0.0
    for index in 0..<(sorted.count - 1) {
      left += table.targets[sorted[index]]
      let (here, next) = (column[sorted[index]], column[sorted[index + 1]])
      guard here < next, index + 1 >= leastLeaf, sorted.count - index - 1 >= leastLeaf else {
        continue
      }
      let gain = Self.gain(left, index + 1, sum: sum, count: sorted.count)
      guard gain > best?.gain ?? 0 else { continue }
      let middle = here + (next - here) / 2
      best = Split(axis: axis, side: .below(middle > here ? middle : next), gain: gain)
    }
    return best
  }

  private func wordSplit(_ axis: Int, _ wordCount: Int, _ rows: [Int], sum: Double) -> Split? {
    var (sums, counts) = (
      [Double](repeating: 0, count: wordCount), [Int](repeating: 0, count: wordCount)
    )
    for row in rows {
      let word = Int(table.columns[axis][row])
      guard counts.indices.contains(word) else { continue }
      sums[word] += table.targets[row]
      counts[word] += 1
    }
    let present = counts.indices.filter { counts[$0] > 0 }
      .sorted { (sums[$0] / Double(counts[$0]), $0) < (sums[$1] / Double(counts[$1]), $1) }
    guard present.count > 1 else { return nil }
    var best: Split?
    var (left, count) = (0.0, 0)
    var words = [Bool](repeating: false, count: wordCount)
    for word in present.dropLast() {
      left += sums[word]
      count += counts[word]
      words[word] = true
      guard count >= leastLeaf, rows.count - count >= leastLeaf else { continue }
      let gain = Self.gain(left, count, sum: sum, count: rows.count)
      guard gain > best?.gain ?? 0 else { continue }
      best = Split(axis: axis, side: .among(words), gain: gain)
      // Words that nobody tried here go where more trials are.
      if 2 * count > rows.count {
        for absent in counts.indices where counts[absent] == 0 { words[absent] = true }
        best?.side = .among(words)
        for absent in counts.indices where counts[absent] == 0 { words[absent] = false }
      }
    }
    return best
  }

  /// Sum of squares that two parts explain, of which one has that sum and count.
  private static func gain(_ left: Double, _ leftCount: Int, sum: Double, count: Int) -> Double {
    let right = sum - left
    return left * left / Double(leftCount) + right * right / Double(count - leftCount)
      - sum * sum / Double(count)
  }
}
