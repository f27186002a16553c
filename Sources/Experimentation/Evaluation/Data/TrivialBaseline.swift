import DataPipelines

/// What one would predict without a model.
enum TrivialBaseline {
  /// The mean of numbers, or the shares of classes, of the rows before the test split.
  static func output(training: Truth, rowCount: Int) -> ModelOutput {
    switch training {
    case .numbers(let values):
      let known = values.filter { !$0.isNaN }
      let mean = known.isEmpty ? 0 : known.reduce(0, +) / Double(known.count)
      return .numbers([Double](repeating: mean, count: rowCount), bounds: nil)
    case .codes(let codes, let classes):
      var counts = [Double](repeating: 0, count: classes.count)
      for code in codes where code >= 0 { counts[Int(code)] += 1 }
      let total = counts.reduce(0, +)
      let shares = counts.map { total > 0 ? $0 / total : 1 / Double(classes.count) }
      return .probabilities(
        (0..<rowCount).flatMap { _ in shares }, classCount: classes.count)
    }
  }

  /// The last value that a forecast of each row knows; the mean for a series that is new.
  ///
  /// Of each series that is the last before the test split for the first `horizon` rows, then the
  /// last of those, and so on: the model is measured with the same knowledge.
  static func lastValues(
    training: Table, target: String, time: String, series: String?, test: Table, horizon: Int
  ) -> ModelOutput? {
    guard case .numbers(let values)? = training[target]?.values,
      case .numbers(let times)? = training[time]?.values,
      case .numbers(let actual)? = test[target]?.values,
      case .numbers(let testTimes)? = test[time]?.values
    else { return nil }
    let known =
      series.flatMap { training[$0] }.map(SeriesRows.init)
      ?? SeriesRows(training.rowCount)
    var last: [String: Double] = [:]
    for (name, rows) in zip(known.names, known.rows) {
      let row = rows.filter { !values[$0].isNaN && !times[$0].isNaN }.max { times[$0] < times[$1] }
      if let row { last[name] = values[row] }
    }
    let finite = values.filter { !$0.isNaN }
    let mean = finite.isEmpty ? 0 : finite.reduce(0, +) / Double(finite.count)
    let asked = series.flatMap { test[$0] }.map(SeriesRows.init) ?? SeriesRows(test.rowCount)
    var output = [Double](repeating: mean, count: test.rowCount)
    for (name, rows) in zip(asked.names, asked.rows) {
      var (known, newest) = (last[name], last[name])
      for (place, row) in rows.sorted(by: { testTimes[$0] < testTimes[$1] }).enumerated() {
        if place % max(horizon, 1) == 0 { known = newest }
        output[row] = known ?? mean
        if !actual[row].isNaN { newest = actual[row] }
      }
    }
    return .numbers(output, bounds: nil)
  }
}
