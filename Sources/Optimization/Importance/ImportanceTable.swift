/// Completed trials as a table that trees can be grown from.
struct ImportanceTable: Sendable {
  /// What kind of values a column has.
  enum Axis: Sendable, Equatable {
    /// Places in 0...1.
    case ordered
    /// Indices of so many words that have no order.
    case words(Int)
  }

  /// In the order of the columns.
  let parameters: [SearchParameter]
  let axes: [Axis]
  /// Where the trials lie, a column for each parameter.
  let columns: [[Double]]
  /// What is explained, with mean 0 and variance 1.
  let targets: [Double]
  /// What turns a target back into a value of the trials.
  let mean: Double
  let deviation: Double

  /// Rows below which nothing can be learned.
  static let fewestRows = 4

  /// The trials at `rows` with the parameters that all of them have; nil for too few of them, and for values that do not differ.
  ///
  /// - Parameters:
  ///   - values: one for each trial of the history; nil where it counts for nothing.
  init?(_ history: SearchHistory, values: [Double?], rows: [Int]) {
    let rows = rows.filter { values[$0] != nil }
    let known = rows.compactMap { values[$0] }
    guard known.count >= Self.fewestRows else { return nil }
    let count = Double(known.count)
    let mean = known.reduce(0) { $0 + $1 / count }
    let variance = known.reduce(0) { $0 + ($1 - mean) * ($1 - mean) / count }
    // Differences that rounding makes are none.
    guard variance.isFinite, variance.squareRoot() > 1e-12 * max(abs(mean), 1e-290) else {
      return nil
    }
    let parameters = history.space.parameters.filter { parameter in
      rows.allSatisfy { history.trials[$0].point[parameter.name] != nil }
    }
    self.parameters = parameters
    axes = parameters.map { parameter in
      parameter.domain.isUnordered ? .words(parameter.domain.valueCount ?? 1) : .ordered
    }
    columns = parameters.map { parameter in
      rows.map { row in
        history.trials[row].point[parameter.name].map(parameter.domain.place) ?? 0
      }
    }
    self.mean = mean
    deviation = variance.squareRoot()
    targets = known.map { ($0 - mean) / variance.squareRoot() }
  }

  /// Takes columns and targets as they are, for tests of the trees.
  init(axes: [Axis], columns: [[Double]], targets: [Double]) {
    self.axes = axes
    self.columns = columns
    self.targets = targets
    parameters = axes.indices.map { SearchParameter("x\($0)", .float(low: 0, high: 1)) }
    mean = 0
    deviation = 1
  }

  var rowCount: Int { targets.count }

  /// One trial's places.
  func row(_ index: Int) -> [Double] { columns.map { $0[index] } }
}

extension SearchHistory {
  /// The value of each completed trial for one goal; nil where there is none that is finite.
  ///
  /// What was pruned has a value of other steps, which cannot be compared.
  func finiteValues(goal: Int) -> [Double?] {
    trials.map { trial in
      guard let values = trial.values, values.indices.contains(goal) else { return nil }
      return values[goal].isFinite ? values[goal] : nil
    }
  }
}
