import Basics

/// How much each parameter of a search decided about the values of its trials.
///
/// Pure: equal histories and seeds give equal numbers. What always exists is judged over all
/// completed trials; what depends on a condition over those in which it exists.
public struct ParameterImportance: Sendable, Equatable {
  /// How importance is measured.
  public enum Method: String, Sendable, CaseIterable {
    /// Functional ANOVA: the share of the variance over the whole space that a parameter makes alone,
    /// and pairs beyond that (Hutter, Hoos & Leyton-Brown 2014).
    case fanova
    /// How much more wrong a forest is about trials it has not seen when a parameter's values are
    /// exchanged among them, in shares of the variance (Breiman 2001).
    case permutation
  }

  /// One parameter.
  public struct Share: Sendable, Equatable {
    /// Its name.
    public var name: String
    /// Its importance; 1 is everything.
    public var value: Double
    /// Standard deviation between the trees.
    public var deviation: Double
    /// Completed trials in which it existed.
    public var trialCount: Int
  }

  /// Parameters that exist under the same condition, judged by a forest of the trials that had them.
  public struct Branch: Sendable, Equatable {
    /// Their names.
    public var names: [String]
    /// Completed trials that had them.
    public var trialCount: Int
    /// Share of the variance that their forest explains of trials it has not seen; nil where nobody knows.
    public var explained: Double?
  }

  /// Two parameters together, without what each does alone.
  public struct PairShare: Sendable, Equatable {
    /// Name of the one that the space names first.
    public var first: String
    /// Name of the other.
    public var second: String
    /// Share of the variance.
    public var value: Double
    /// Standard deviation between the trees.
    public var deviation: Double
  }

  /// How it was measured.
  public var method: Method
  /// Most important first.
  public var shares: [Share]
  /// Most important first; functional ANOVA alone knows them.
  public var pairs: [PairShare]
  /// Parameters with conditions, as they are judged; in the order of the space.
  public private(set) var branches: [Branch] = []
  /// Parameters about which too few trials say something.
  public var unknown: [String]
  /// Completed trials with a finite value.
  public var trialCount: Int
  /// Share of the variance that the forest of what always exists explains of trials it has not seen; nil where
  /// nobody knows.
  ///
  /// Where it is small, the importances say little; those of parameters with a condition by their branch's.
  public var explained: Double?

  /// Trees of a forest.
  public static let defaultTreeCount = 64
  /// Trials that a measurement needs.
  public static let fewestTrials = ImportanceTable.fewestRows

  /// Measures the parameters of a search.
  ///
  /// - Parameters:
  ///   - goal: which of the values, from 0.
  ///   - seed: of the forest's draws.
  /// - Throws: `search_trials_missing` for fewer than four completed trials, or equal values.
  public init(
    of history: SearchHistory, goal: Int = 0, method: Method = .fanova, seed: UInt64,
    trees: Int = ParameterImportance.defaultTreeCount
  ) throws(OptimizationError) {
    let values = history.finiteValues(goal: goal)
    self.method = method
    trialCount = values.count { $0 != nil }
    (shares, pairs, unknown, explained) = ([], [], [], nil)
    let rows = Array(values.indices)
    guard let whole = ImportanceTable(history, values: values, rows: rows) else {
      throw Self.notEnough(values.compactMap(\.self))
    }
    let forest = RegressionForest(whole, trees: trees, seed: seed)
    explained = forest.explained(whole)
    for (place, group) in ParameterGroup.of(history.space).enumerated() {
      let names = group.members.map { history.space.parameters[$0].name }
      if group.condition == nil {
        measure(names, by: forest, whole, seed: seed)
        continue
      }
      let present = rows.filter { history.trials[$0].point[names[0]] != nil }
      guard let table = ImportanceTable(history, values: values, rows: present) else {
        unknown += names
        continue
      }
      let streamed = seed &+ UInt64(place) &* 0x9E37_79B9_7F4A_7C15
      let own = RegressionForest(table, trees: trees, seed: streamed)
      branches.append(
        Branch(names: names, trialCount: table.rowCount, explained: own.explained(table)))
      measure(names, by: own, table, seed: streamed)
    }
    shares = Self.sorted(shares, by: \.value)
    pairs = Self.sorted(pairs, by: \.value)
  }

  private mutating func measure(
    _ names: [String], by forest: RegressionForest, _ table: ImportanceTable, seed: UInt64
  ) {
    let members = table.parameters.indices.filter { names.contains(table.parameters[$0].name) }
    switch method {
    case .fanova:
      let partitions = forest.trees.map { BoxPartition($0, axes: table.axes) }
        .filter { $0.variance > 0 }
      let analysis = VarianceAnalysis(partitions)
      for axis in members { add(analysis.share(of: axis), axis, table) }
      // A pair belongs to the group of its later parameter, so that it is told once.
      for second in members {
        for first in 0..<second {
          let share = analysis.share(of: first, second)
          pairs.append(
            PairShare(
              first: table.parameters[first].name, second: table.parameters[second].name,
              value: share.mean, deviation: share.deviation))
        }
      }
    case .permutation:
      for axis in members {
        add(PermutationLoss.of(axis, in: table, forest: forest, seed: seed), axis, table)
      }
    }
  }

  private mutating func add(
    _ share: (mean: Double, deviation: Double), _ axis: Int, _ table: ImportanceTable
  ) {
    shares.append(
      Share(
        name: table.parameters[axis].name, value: share.mean, deviation: share.deviation,
        trialCount: table.rowCount))
  }

  /// Largest first, equal ones in their order.
  private static func sorted<Element>(
    _ elements: [Element], by value: KeyPath<Element, Double>
  ) -> [Element] {
    elements.enumerated().sorted { one, other in
      let (left, right) = (one.element[keyPath: value], other.element[keyPath: value])
      return left != right ? left > right : one.offset < other.offset
    }.map(\.element)
  }

  private static func notEnough(_ values: [Double]) -> OptimizationError {
    OptimizationError(
      code: .notToldEnough,
      message: values.count < fewestTrials
        ? "\(values.count) completed trial\(values.count == 1 ? " is" : "s are") too few to tell what matters"
        : Set(values).count > 1
          ? "the values of the \(values.count) completed trials differ too much for a variance"
          : "the values of all \(values.count) completed trials are the same",
      hint: "ask again when \(fewestTrials) trials or more have completed with different values")
  }
}

/// Shares of the variance, tree by tree.
private struct VarianceAnalysis {
  let partitions: [BoxPartition]
  /// Variances of the axes alone, by tree.
  private let alone: [[Double]]

  init(_ partitions: [BoxPartition]) {
    self.partitions = partitions
    alone = partitions.map { partition in
      (partition.boxes.first?.extents ?? []).indices.map { partition.variance(of: $0) }
    }
  }

  func share(of axis: Int) -> (mean: Double, deviation: Double) {
    guard !partitions.isEmpty else { return (0, 0) }
    return Spread.of(zip(partitions, alone).map { $1[axis] / $0.variance })
  }

  func share(of first: Int, _ second: Int) -> (mean: Double, deviation: Double) {
    guard !partitions.isEmpty else { return (0, 0) }
    return Spread.of(
      zip(partitions, alone).map { partition, alone in
        let together = partition.variance(of: first, second) - alone[first] - alone[second]
        // It is a sum of squares: what is below zero is rounding.
        return max(together, 0) / partition.variance
      })
  }
}

/// What a forest loses when one parameter's values are exchanged among the trials that a tree has not seen.
private enum PermutationLoss {
  static func of(
    _ axis: Int, in table: ImportanceTable, forest: RegressionForest, seed: UInt64
  ) -> (mean: Double, deviation: Double) {
    var losses: [Double] = []
    for (number, (tree, rows)) in zip(forest.trees, forest.unseen).enumerated()
    where rows.count > 1 {
      var random = SeededGenerator(
        seed: seed ^ 0xA5A5_5A5A_C3C3_3C3C, stream: UInt64(number * table.axes.count + axis))
      var exchanged = rows
      random.shuffle(&exchanged)
      var loss = 0.0
      for (row, other) in zip(rows, exchanged) {
        let honest = tree.value { table.columns[$0][row] } - table.targets[row]
        let wrong =
          tree.value { table.columns[$0][$0 == axis ? other : row] } - table.targets[row]
        loss += wrong * wrong - honest * honest
      }
      losses.append(loss / Double(rows.count))
    }
    return losses.isEmpty ? (0, 0) : Spread.of(losses)
  }
}
