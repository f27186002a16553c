/// The boxes of a tree, and what of its value remains when all axes but one or two are averaged.
///
/// Hutter, Hoos & Leyton-Brown 2014 ("An Efficient Approach for Assessing Hyperparameter
/// Importance", §3 and algorithm 2): the marginal of a tree is the sum of its leaves' values, each
/// weighted with the share that its box takes of the axes left out.
struct BoxPartition: Sendable {
  /// What a box takes of one axis.
  enum Extent: Sendable, Equatable {
    case range(Double, Double)
    case words([Bool])

    /// Share of the axis.
    var share: Double {
      switch self {
      case .range(let low, let high): return high - low
      case .words(let words):
        return Double(words.count { $0 }) / Double(max(words.count, 1))
      }
    }

    /// Whether a place of the axis lies in it; the upper end of the axis belongs to its last box.
    func holds(_ place: Double) -> Bool {
      switch self {
      case .range(let low, let high):
        return low <= place && (place < high || (high >= 1 && place >= 1))
      case .words(let words):
        let word = Int(place)
        return words.indices.contains(word) && words[word]
      }
    }
  }

  struct Box: Sendable, Equatable {
    /// Without the mean over the whole cube.
    var value: Double
    var extents: [Extent]
    /// Share of the cube.
    var volume: Double
  }

  private(set) var boxes: [Box] = []
  /// Over the whole cube.
  let mean: Double
  /// Of the tree's values, over the whole cube.
  let variance: Double

  init(_ tree: RegressionTree, axes: [ImportanceTable.Axis]) {
    var boxes: [Box] = []
    let whole = axes.map { axis in
      switch axis {
      case .ordered: return Extent.range(0, 1)
      case .words(let count): return .words([Bool](repeating: true, count: count))
      }
    }
    func walk(_ node: Int, _ extents: [Extent]) {
      switch tree.nodes[node] {
      case .leaf(let value):
        let volume = extents.reduce(1) { $0 * $1.share }
        // A box of no width holds a share of nothing.
        if volume > 0 { boxes.append(Box(value: value, extents: extents, volume: volume)) }
      case .split(let axis, let side, let left, let right):
        let (one, other) = Self.parts(of: extents[axis], side)
        var narrow = extents
        narrow[axis] = one
        walk(left, narrow)
        narrow[axis] = other
        walk(right, narrow)
      }
    }
    if !tree.nodes.isEmpty { walk(0, whole) }
    let mean = boxes.reduce(0) { $0 + $1.value * $1.volume }
    for place in boxes.indices { boxes[place].value -= mean }
    self.mean = mean
    self.boxes = boxes
    variance = boxes.reduce(0) { $0 + $1.value * $1.value * $1.volume }
  }

  private static func parts(
    of extent: Extent, _ side: RegressionTree.Side
  ) -> (left: Extent, right: Extent) {
    switch (extent, side) {
    case (.range(let low, let high), .below(let bound)):
      let bound = min(max(bound, low), high)
      return (.range(low, bound), .range(bound, high))
    case (.words(let words), .among(let chosen)):
      return (
        .words(zip(words, chosen).map { $0 && $1 }), .words(zip(words, chosen).map { $0 && !$1 })
      )
    case (.range, .among), (.words, .below): return (extent, extent)
    }
  }

  /// Variance of the tree's marginal over one axis.
  func variance(of axis: Int) -> Double {
    let cells = AxisCells(boxes.map { $0.extents[axis] })
    var values = [Double](repeating: 0, count: cells.widths.count)
    for (box, covered) in zip(boxes, cells.covered) {
      let part = box.value * box.volume / box.extents[axis].share
      for cell in covered { values[cell] += part }
    }
    return zip(cells.widths, values).reduce(0) { $0 + $1.0 * $1.1 * $1.1 }
  }

  /// Variance of the tree's marginal over two axes, what each has alone included.
  func variance(of first: Int, _ second: Int) -> Double {
    let (rows, columns) = (
      AxisCells(boxes.map { $0.extents[first] }), AxisCells(boxes.map { $0.extents[second] })
    )
    let width = columns.widths.count
    let parts = boxes.map { box in
      box.value * box.volume / (box.extents[first].share * box.extents[second].share)
    }
    let values =
      rows.isOrdered && columns.isOrdered
      ? Self.sums(of: parts, rows, columns)
      : parts.enumerated().reduce(
        into: [Double](repeating: 0, count: rows.widths.count * width)
      ) { values, part in
        for row in rows.covered[part.offset] {
          for column in columns.covered[part.offset] {
            values[row * width + column] += part.element
          }
        }
      }
    var sum = 0.0
    for (row, height) in rows.widths.enumerated() {
      for (column, across) in columns.widths.enumerated() {
        let value = values[row * width + column]
        sum += height * across * value * value
      }
    }
    return sum
  }

  /// What boxes bring to each cell, by their corners alone: a box may cover thousands of cells.
  private static func sums(
    of parts: [Double], _ rows: AxisCells, _ columns: AxisCells
  ) -> [Double] {
    let (height, width) = (rows.widths.count, columns.widths.count)
    // One more row and column take what ends at the edge.
    var corners = [Double](repeating: 0, count: (height + 1) * (width + 1))
    for (place, part) in parts.enumerated() {
      guard let top = rows.covered[place].first, let bottom = rows.covered[place].last,
        let left = columns.covered[place].first, let right = columns.covered[place].last
      else { continue }
      corners[top * (width + 1) + left] += part
      corners[top * (width + 1) + right + 1] -= part
      corners[(bottom + 1) * (width + 1) + left] -= part
      corners[(bottom + 1) * (width + 1) + right + 1] += part
    }
    var values = [Double](repeating: 0, count: height * width)
    for row in 0..<height {
      var along = 0.0
      for column in 0..<width {
        along += corners[row * (width + 1) + column]
        values[row * width + column] = along + (row > 0 ? values[(row - 1) * width + column] : 0)
      }
    }
    return values
  }

  /// The tree's value at places of some axes, averaged over all others.
  func marginal(at places: [(axis: Int, place: Double)]) -> Double {
    var sum = mean
    for box in boxes where places.allSatisfy({ box.extents[$0.axis].holds($0.place) }) {
      sum += places.reduce(box.value * box.volume) { $0 / box.extents[$1.axis].share }
    }
    return sum
  }
}

/// An axis cut at all bounds of some boxes.
private struct AxisCells {
  /// Shares of the axis; they add up to 1.
  var widths: [Double] = []
  /// The cells of each box.
  var covered: [[Int]] = []
  /// Whether the cells of a box follow each other.
  var isOrdered = false

  init(_ extents: [BoxPartition.Extent]) {
    guard case .range? = extents.first else {
      let count = extents.first.map { extent -> Int in
        if case .words(let words) = extent { return words.count } else { return 0 }
      }
      widths = [Double](repeating: 1 / Double(max(count ?? 1, 1)), count: count ?? 0)
      covered = extents.map { extent in
        guard case .words(let words) = extent else { return [] }
        return words.indices.filter { words[$0] }
      }
      return
    }
    isOrdered = true
    var ends: Set<Double> = []
    for case .range(let low, let high) in extents { ends.formUnion([low, high]) }
    let sorted = ends.sorted()
    let places = [Double: Int](uniqueKeysWithValues: sorted.enumerated().map { ($1, $0) })
    widths = zip(sorted, sorted.dropFirst()).map { $1 - $0 }
    covered = extents.map { extent in
      guard case .range(let low, let high) = extent, let first = places[low],
        let last = places[high]
      else { return [] }
      return Array(first..<last)
    }
  }
}
