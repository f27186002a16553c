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
      for tree in roots.indices {
        let root = Int(roots[tree])
        let own = margins + Int(outputs[tree])
        for row in 0..<rows {
          own[row * outputCount] += leaf(of: features + row * width, from: root, nodes)
        }
      }
    }
  }

  @inline(__always)
  private func leaf(
    of row: UnsafePointer<Float>, from root: Int, _ nodes: UnsafePointer<Node>
  ) -> Float {
    var node = nodes[root]
    while node.left != 0 {
      let value = row[Int(node.feature & Node.featureMask)]
      let goesLeft: Bool
      if value.isNaN {
        goesLeft = node.feature & Node.defaultsLeft != 0
      } else if node.feature & Node.isCategory != 0 {
        goesLeft = !isMember(value, of: sets[Int(node.value.bitPattern)])
      } else {
        goesLeft = value < node.value
      }
      node = nodes[Int(node.left) + (goesLeft ? 0 : 1)]
    }
    return node.value
  }

  private func isMember(_ value: Float, of set: CategorySet) -> Bool {
    guard value >= 0, value < Float(set.count) else { return false }
    let category = Int(value)
    // XGBoost's bit field counts from the most significant bit of each word.
    return words[set.start + category / 32] >> UInt32(31 - category % 32) & 1 != 0
  }
}
