import Basics

/// Regression trees grown from draws of the same trials (Breiman 2001, "Random Forests").
///
/// Each tree sees a bootstrap draw; all parameters are considered at each split, as in the
/// forests of Hutter et al. 2014.
struct RegressionForest: Sendable {
  let trees: [RegressionTree]
  /// Rows of the table that a tree was not grown from.
  let unseen: [[Int]]

  /// Rows that a tree is grown from at most, so that thousands of trials cost seconds.
  static let mostRows = 2_000

  /// - Parameter seed: each tree draws from a stream of its own.
  init(_ table: ImportanceTable, trees count: Int, seed: UInt64) {
    var (trees, unseen): ([RegressionTree], [[Int]]) = ([], [])
    for tree in 0..<max(count, 1) {
      var random = SeededGenerator(seed: seed, stream: UInt64(tree))
      var isSeen = [Bool](repeating: false, count: table.rowCount)
      let rows = (0..<min(table.rowCount, Self.mostRows)).map { _ in
        let row = random.next(below: table.rowCount)
        isSeen[row] = true
        return row
      }
      trees.append(RegressionTree(table, rows: rows))
      unseen.append(isSeen.indices.filter { !isSeen[$0] })
    }
    self.trees = trees
    self.unseen = unseen
  }

  /// Share of the variance that the trees explain of rows which they have not seen; nil without such rows.
  ///
  /// 1 is all of it; 0 is what the mean explains, and less than 0 is worse than that.
  func explained(_ table: ImportanceTable) -> Double? {
    var (sums, counts) = (
      [Double](repeating: 0, count: table.rowCount), [Int](repeating: 0, count: table.rowCount)
    )
    for (tree, rows) in zip(trees, unseen) {
      for row in rows {
        sums[row] += tree.value { table.columns[$0][row] }
        counts[row] += 1
      }
    }
    let known = counts.indices.filter { counts[$0] > 0 }
    guard known.count > 1 else { return nil }
    let mean = known.reduce(0) { $0 + table.targets[$1] } / Double(known.count)
    var (errors, total) = (0.0, 0.0)
    for row in known {
      let error = table.targets[row] - sums[row] / Double(counts[row])
      let distance = table.targets[row] - mean
      errors += error * error
      total += distance * distance
    }
    return total > 0 ? 1 - errors / total : nil
  }
}

/// Mean and standard deviation.
enum Spread {
  static func of(_ values: [Double]) -> (mean: Double, deviation: Double) {
    guard !values.isEmpty else { return (.nan, .nan) }
    let count = Double(values.count)
    let mean = values.reduce(0, +) / count
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
    return (mean, variance.squareRoot())
  }
}
