import DataPipelines

/// Measures the groups of columns.
struct SliceMeasurement {
  let table: Table
  let truth: Truth
  let output: ModelOutput
  let main: MetricName
  let seed: UInt64

  /// Columns that are sliced without being asked for, at most.
  static let mostAutomatic = 12
  /// Row visits of the bootstrap of one column.
  private static let budget = 20_000_000

  /// Reports the columns asked for, then columns of few values.
  func reports(
    asked: [String], columns: [DatasetManifest.Column]
  ) throws -> [SliceReport] {
    var reports: [SliceReport] = []
    for name in asked where !reports.contains(where: { $0.column == name }) {
      if let column = table[name] { reports.append(try report(Slicing(column))) }
    }
    var automatic = 0
    for column in columns where automatic < Self.mostAutomatic {
      guard column.role != .target, !reports.contains(where: { $0.column == column.name }),
        column.type == .category || column.type == .boolean, let values = table[column.name]
      else { continue }
      let slicing = Slicing(values)
      guard (2...12).contains(slicing.labels.count) else { continue }
      let report = try report(slicing)
      guard report.groups.count > 1 else { continue }
      reports.append(report)
      automatic += 1
    }
    return reports
  }

  private func report(_ slicing: Slicing) throws -> SliceReport {
    var groups: [SliceReport.Group] = []
    var smallGroups = 0
    var smallRows = 0
    for (rows, label) in zip(slicing.rowsByGroup, slicing.labels) {
      guard rows.count >= SliceReport.leastRows else {
        smallGroups += 1
        smallRows += rows.count
        continue
      }
      groups.append(try group(label, rows: rows))
    }
    return SliceReport(
      column: slicing.column,
      groups: groups.sorted { ($1.rowCount, $0.label) < ($0.rowCount, $1.label) },
      smallGroupCount: smallGroups, smallGroupRowCount: smallRows)
  }

  private func group(_ label: String, rows: [Int]) throws -> SliceReport.Group {
    let scorer = try PredictionScorer(truth: truth.rows(rows), output: output.rows(rows))
    let metrics = scorer.metrics
    let draws = min(200, max(20, Self.budget / max(1, table.rowCount)))
    let spread = metrics[main].map { value in
      let replicates = Bootstrap(rowCount: rows.count, clusters: nil, seed: seed)
        .replicates(of: [scorer], draws: draws)
      let deviation = Self.deviation(replicates.first?.values[main] ?? [])
      return MeasuredMetric(
        value: value, low: max(main.range.lowerBound, value - 1.96 * deviation),
        high: min(main.range.upperBound, value + 1.96 * deviation))
    }
    return SliceReport.Group(
      label: label, rowCount: rows.count, metrics: metrics.byWord, main: spread)
  }

  private static func deviation(_ draws: [Double]) -> Double {
    let values = draws.filter(\.isFinite)
    guard values.count > 1 else { return 0 }
    let mean = values.reduce(0, +) / Double(values.count)
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (squares / Double(values.count - 1)).squareRoot()
  }
}
