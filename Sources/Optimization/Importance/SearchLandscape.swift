/// What a search has learned of its space: expected values along one parameter or over two, all others averaged.
///
/// From the forest of `ParameterImportance`, over the parameters that always exist, or that exist where one of them does.
public struct SearchLandscape: Sendable {
  /// One place of a curve.
  public struct Place: Sendable, Equatable {
    /// In 0...1 along the parameter's scale.
    public var share: Double
    /// Expected value there, in the unit of the trials.
    public var mean: Double
    /// Standard deviation between the trees.
    public var deviation: Double
  }

  private let table: ImportanceTable
  private let partitions: [BoxPartition]

  /// Learns from the completed trials; nil where they are too few or all the same.
  ///
  /// - Parameters:
  ///   - goal: which of the values, from 0.
  ///   - name: a parameter with a condition, to learn from the trials alone that had it.
  public init?(
    of history: SearchHistory, goal: Int = 0, having name: String? = nil, seed: UInt64,
    trees: Int = ParameterImportance.defaultTreeCount
  ) {
    let values = history.finiteValues(goal: goal)
    let rows = values.indices.filter { row in
      name.map { history.trials[row].point[$0] != nil } ?? true
    }
    guard let table = ImportanceTable(history, values: values, rows: rows) else { return nil }
    self.table = table
    partitions = RegressionForest(table, trees: trees, seed: seed).trees
      .map { BoxPartition($0, axes: table.axes) }
  }

  /// The expected value along a parameter, at so many even places (one for each word); empty where it is unknown.
  public func curve(_ name: String, places count: Int) -> [Place] {
    guard let axis = axis(name) else { return [] }
    return shares(of: axis, count).map { share in
      let values = partitions.map {
        $0.marginal(at: [(axis, place(share, on: axis))])
      }
      let spread = Spread.of(values)
      return Place(
        share: share, mean: table.mean + table.deviation * spread.mean,
        deviation: table.deviation * spread.deviation)
    }
  }

  /// The expected values over two parameters, row by row from the start of the second; empty where one is unknown.
  public func surface(
    _ first: String, _ second: String, places count: Int
  ) -> (values: [Double], columns: Int, rows: Int) {
    guard let x = axis(first), let y = axis(second), x != y else { return ([], 0, 0) }
    let (columns, rows) = (shares(of: x, count), shares(of: y, count))
    var values: [Double] = []
    for row in rows {
      for column in columns {
        let at = [(x, place(column, on: x)), (y, place(row, on: y))]
        let sum = partitions.reduce(0) { $0 + $1.marginal(at: at) }
        values.append(table.mean + table.deviation * sum / Double(partitions.count))
      }
    }
    return (values, columns.count, rows.count)
  }

  /// The expected value at a point with its standard deviation between the trees; nil where the point lacks a parameter.
  func belief(at point: SearchPoint) -> (mean: Double, deviation: Double)? {
    var at: [(axis: Int, place: Double)] = []
    for (axis, parameter) in table.parameters.enumerated() {
      guard let value = point[parameter.name] else { return nil }
      at.append((axis, parameter.domain.place(of: value)))
    }
    let spread = Spread.of(partitions.map { $0.marginal(at: at) })
    return (table.mean + table.deviation * spread.mean, table.deviation * spread.deviation)
  }

  private func axis(_ name: String) -> Int? {
    table.parameters.firstIndex { $0.name == name }
  }

  /// Middles of even parts of 0...1.
  private func shares(of axis: Int, _ count: Int) -> [Double] {
    let count = if case .words(let words) = table.axes[axis] { words } else { max(count, 1) }
    return (0..<count).map { (Double($0) + 0.5) / Double(count) }
  }

  private func place(_ share: Double, on axis: Int) -> Double {
    guard case .words(let words) = table.axes[axis] else { return share }
    return (share * Double(words)).rounded(.down)
  }
}
