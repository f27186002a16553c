import Basics
import Testing

@testable import Optimization

struct BoxPartitionTests {
  /// 0 below 0.5 of the first axis; above, 4 below a quarter of the second and 8 elsewhere.
  static let tree = RegressionTree(nodes: [
    .split(axis: 0, .below(0.5), left: 1, right: 2), .leaf(0),
    .split(axis: 1, .below(0.25), left: 3, right: 4), .leaf(4), .leaf(8),
  ])

  @Test func `variances of a tree are those that paper and pencil give`() {
    let partition = BoxPartition(Self.tree, axes: [.ordered, .ordered])
    #expect(partition.mean == 3.5)
    #expect(partition.variance == 13.75)
    // Marginals: 0 and 7 on the first axis, 2 and 4 on the second.
    #expect(partition.variance(of: 0) == 12.25)
    #expect(partition.variance(of: 1) == 0.75)
    #expect(partition.variance(of: 0, 1) == 13.75)
    #expect(partition.marginal(at: [(0, 0.1)]) == 0)
    #expect(partition.marginal(at: [(0, 0.9)]) == 7)
    #expect(partition.marginal(at: [(1, 0.1)]) == 2)
    #expect(partition.marginal(at: [(0, 1), (1, 1)]) == 8)
  }

  @Test func `words count with their share of all words`() {
    // The first of three words gives 6, the others 0.
    let tree = RegressionTree(nodes: [
      .split(axis: 0, .among([true, false, false]), left: 1, right: 2), .leaf(6), .leaf(0),
    ])
    let partition = BoxPartition(tree, axes: [.words(3), .ordered])
    #expect(abs(partition.mean - 2) < 1e-12)
    #expect(abs(partition.variance(of: 0) - 8) < 1e-12)
    #expect(abs(partition.variance - 8) < 1e-12)
    #expect(partition.variance(of: 1) < 1e-24)
    #expect(abs(partition.marginal(at: [(0, 0)]) - 6) < 1e-12)
    #expect(abs(partition.marginal(at: [(0, 2)])) < 1e-12)
  }

  /// Trees of random tables, with words among the axes.
  @Test(arguments: 0..<12)
  func `what boxes say agrees with averages of the tree over a fine grid`(seed: Int) {
    var random = SeededGenerator(seed: UInt64(seed))
    let axes: [ImportanceTable.Axis] = [.ordered, .words(3), .ordered]
    let places = 8
    // Places in eighths: splits lie between them, so that a grid of sixteenths meets each box evenly.
    let columns: [[Double]] = axes.map { axis in
      (0..<40).map { _ in
        if case .words(let count) = axis { return Double(random.next(below: count)) }
        return (Double(random.next(below: places)) + 0.5) / Double(places)
      }
    }
    let targets = (0..<40).map { _ in random.nextUnit() }
    let table = ImportanceTable(axes: axes, columns: columns, targets: targets)
    let tree = RegressionTree(table, rows: Array(0..<40))
    let partition = BoxPartition(tree, axes: axes)
    let fine = (0..<(2 * places)).map { (Double($0) + 0.5) / Double(2 * places) }
    let grid = fine.flatMap { x in
      (0..<3).flatMap { word in fine.map { [x, Double(word), $0] } }
    }
    let values = grid.map { tree.value(at: $0) }
    let mean = values.reduce(0, +) / Double(values.count)
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
    #expect(abs(partition.mean - mean) < 1e-9)
    #expect(abs(partition.variance - variance) < 1e-9)
    let first = fine[random.next(below: fine.count)]
    let chosen = zip(grid, values).filter { $0.0[0] == first }.map(\.1)
    let average = chosen.reduce(0, +) / Double(chosen.count)
    #expect(abs(partition.marginal(at: [(0, first)]) - average) < 1e-9)
    // The two ordered axes together, the words averaged.
    let both = fine.flatMap { x in
      fine.map { z in
        (0..<3).reduce(0) { $0 + tree.value(at: [x, Double($1), z]) } / 3 - mean
      }
    }
    let expected = both.reduce(0) { $0 + $1 * $1 } / Double(both.count)
    #expect(abs(partition.variance(of: 0, 2) - expected) < 1e-9)
    // What axes make alone is part of what pairs make, and that of the whole.
    for second in 0..<3 {
      for one in 0..<second {
        let together = partition.variance(of: one, second)
        let alone = partition.variance(of: one) + partition.variance(of: second)
        #expect(together >= alone - 1e-9)
        #expect(together <= partition.variance + 1e-9)
      }
    }
  }

  @Test func `a tree gives back what it was grown from`() {
    var random = SeededGenerator(seed: 5)
    let columns = (0..<2).map { _ in (0..<60).map { _ in random.nextUnit() } }
    let targets = (0..<60).map { _ in random.nextUnit() }
    let table = ImportanceTable(
      axes: [.ordered, .ordered], columns: columns, targets: targets)
    let tree = RegressionTree(table, rows: Array(0..<60))
    for row in 0..<60 { #expect(abs(tree.value(at: table.row(row)) - targets[row]) < 1e-12) }
    let flat = RegressionTree(table, rows: Array(0..<60), mostDepth: 0)
    #expect(flat.nodes.count == 1)
    let wide = RegressionTree(table, rows: Array(0..<60), leastLeaf: 30)
    #expect(wide.nodes.count <= 3)
  }

  @Test func `neighbors without a number between them are still told apart`() {
    let low = 0.3
    let table = ImportanceTable(
      axes: [.ordered], columns: [[low, low.nextUp]], targets: [-1, 1])
    let tree = RegressionTree(table, rows: [0, 1])
    #expect(tree.value(at: [low]) == -1)
    #expect(tree.value(at: [low.nextUp]) == 1)
  }
}
