/// Boosted trees, evaluated without their engine.
///
/// Gives XGBoost's margins to the bit: 32-bit sums, the base score first, then the leaves in the
/// order of the trees. It serves one row in a few microseconds, of which XGBoost's own interface
/// needs many only to be called; tests compare both on random models.
struct TreeEnsemble: Sendable, Equatable {
  /// A split or a leaf; the right child follows the left one.
  struct Node: Sendable, Equatable {
    /// Threshold of a quantity, first word of a category's set, or value of a leaf.
    var value: Float
    /// The feature, and the flags below.
    var feature: UInt32
    /// Place of the left child; 0 is a leaf.
    var left: UInt32

    static let defaultsLeft: UInt32 = 1 << 31
    static let isCategory: UInt32 = 1 << 30
    static let featureMask: UInt32 = Node.isCategory - 1
  }

  /// Categories that go right, as bits.
  struct CategorySet: Sendable, Equatable {
    /// Place of the first word in `words`.
    var start: Int
    /// Number of bits.
    var count: Int
  }

  var nodes: [Node] = []
  /// Place of each tree's first node.
  var roots: [UInt32] = []
  /// Output to which each tree's leaf is added.
  var outputs: [Int32] = []
  var sets: [CategorySet] = []
  var words: [UInt32] = []
  /// Where each output starts.
  var baseMargins: [Float]
  var featureCount: Int
  var link: Link

  var outputCount: Int { baseMargins.count }
  var leafCount: Int { nodes.count { $0.left == 0 } }

  /// Margins of rows of `featureCount` features, row after row.
  func margins(of features: FeatureMatrix) -> [Float] {
    [Float](unsafeUninitializedCapacity: features.rowCount * outputCount) { margins, count in
      features.values.withUnsafeBufferPointer { values in
        guard let source = values.baseAddress, let target = margins.baseAddress else { return }
        // A block's rows and a tree's nodes stay in the processor's cache together.
        for start in stride(from: 0, to: features.rowCount, by: 64) {
          write(
            marginsOf: source + start * featureCount, rows: min(64, features.rowCount - start),
            into: target + start * outputCount)
        }
      }
      count = features.rowCount * outputCount
    }
  }

  /// Calls `body` with the margins of rows, row after row, in 64 bits.
  func withMargins(
    of features: FeatureMatrix, _ body: (UnsafeBufferPointer<Double>) -> Void
  ) {
    guard features.rowCount == 1 else {
      return margins(of: features).map(Double.init).withUnsafeBufferPointer(body)
    }
    // One row, as nearly every request has, needs no array.
    withUnsafeTemporaryAllocation(of: Float.self, capacity: outputCount) { margins in
      features.values.withUnsafeBufferPointer { values in
        guard let source = values.baseAddress, let target = margins.baseAddress else { return }
        write(marginsOf: source, rows: 1, into: target)
      }
      withUnsafeTemporaryAllocation(of: Double.self, capacity: outputCount) { wide in
        for output in 0..<outputCount { wide[output] = Double(margins[output]) }
        body(UnsafeBufferPointer(wide))
      }
    }
  }

  /// Writes the margins of some rows.
  func write(
    marginsOf features: UnsafePointer<Float>, rows: Int, into margins: UnsafeMutablePointer<Float>
  ) {
    let outputCount = outputCount
    let width = featureCount
    for row in 0..<rows {
      for output in 0..<outputCount { margins[row * outputCount + output] = baseMargins[output] }
    }
    nodes.withUnsafeBufferPointer { nodes in
      guard let nodes = nodes.baseAddress else { return }
      var tree = 0
      while tree + 4 <= roots.count {
        for row in 0..<rows {
          add(fourFrom: tree, to: margins + row * outputCount, features + row * width, nodes)
        }
        tree += 4
      }
      for tree in tree..<roots.count {
        for row in 0..<rows {
          var place = Int(roots[tree])
          while nodes[place].left != 0 { place = next(place, features + row * width, nodes) }
          margins[row * outputCount + Int(outputs[tree])] += nodes[place].value
        }
      }
    }
  }

  /// Adds the leaves of four trees, walked side by side: the processor waits for four nodes at once
  /// instead of one after the other.
  @inline(__always)
  private func add(
    fourFrom tree: Int, to margins: UnsafeMutablePointer<Float>, _ row: UnsafePointer<Float>,
    _ nodes: UnsafePointer<Node>
  ) {
    var first = Int(roots[tree])
    var second = Int(roots[tree + 1])
    var third = Int(roots[tree + 2])
    var fourth = Int(roots[tree + 3])
    while nodes[first].left | nodes[second].left | nodes[third].left | nodes[fourth].left != 0 {
      first = next(first, row, nodes)
      second = next(second, row, nodes)
      third = next(third, row, nodes)
      fourth = next(fourth, row, nodes)
    }
    margins[Int(outputs[tree])] += nodes[first].value
    margins[Int(outputs[tree + 1])] += nodes[second].value
    margins[Int(outputs[tree + 2])] += nodes[third].value
    margins[Int(outputs[tree + 3])] += nodes[fourth].value
  }

  /// The child of a split that a row goes to; a leaf stays where it is.
  @inline(__always)
  private func next(
    _ place: Int, _ row: UnsafePointer<Float>, _ nodes: UnsafePointer<Node>
  ) -> Int {
    let node = nodes[place]
    let value = row[Int(node.feature & Node.featureMask)]
    var goesRight = value < node.value ? 0 : 1
    if value.isNaN {
      goesRight = node.feature & Node.defaultsLeft != 0 ? 0 : 1
    } else if node.feature & Node.isCategory != 0 {
      goesRight = isMember(value, of: sets[Int(node.value.bitPattern)]) ? 1 : 0
    }
    return node.left == 0 ? place : Int(node.left) + goesRight
  }

  private func isMember(_ value: Float, of set: CategorySet) -> Bool {
    guard value >= 0, value < Float(set.count) else { return false }
    let category = Int(value)
    // XGBoost's bit field counts from the most significant bit of each word.
    return words[set.start + category / 32] >> UInt32(31 - category % 32) & 1 != 0
  }
}
