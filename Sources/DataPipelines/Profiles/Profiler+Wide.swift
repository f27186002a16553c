/// Profiles of tables with many columns for their rows.
extension Profiler {
  /// Columns from which statements go over pairs of column and value: a statement with expressions
  /// for each takes longer to plan than to run where rows are few.
  private static let wideColumns = 8
  /// Columns from which planning takes longer than any number of rows that is counted exactly.
  private static let widestColumns = 200
  /// Values that are paired with less effort than it takes to plan a statement without pairs.
  private static let fewValues = 1_000_000

  /// Different values up to which a column's are counted together with those of others.
  private static let mostListed = 1_000

  /// Whether the table is wide for its rows, and small enough for exact counts.
  var isWide: Bool {
    guard rowCount <= Self.sampleLimit, columns.count >= Self.wideColumns else { return false }
    return columns.count >= Self.widestColumns || columns.count * rowCount <= Self.fewValues
  }

  /// Totals and quantiles of the columns of numbers; nil and none for others.
  func wideNumbers() throws -> (totals: [Totals?], quantiles: [[Double]]) {
    var totals = [Totals?](repeating: nil, count: columns.count)
    var quantiles = [[Double]](repeating: [], count: columns.count)
    let levels = DatasetProfile.quantileLevels.map { "\($0)" }.joined(separator: ", ")
    let numeric = columns.indices.filter { Self.numeric(columns[$0]) != nil }
    let numbers = pairs(numeric.compactMap { Self.numeric(columns[$0]) }.map(Self.double))
    for (place, row) in try numbers.rows([
      "count(v)", "count(DISTINCT v)", "min(v)", "max(v)", "avg(v)", "stddev_samp(v)",
      "CAST(quantile_cont(v, [\(levels)]) AS VARCHAR)",
    ]) {
      totals[numeric[place]] = Totals(
        present: row[0].integer ?? 0, distinct: row[1].integer ?? 0, minimum: row[2].number,
        maximum: row[3].number, mean: row[4].number, standardDeviation: row[5].number)
      quantiles[numeric[place]] = Self.numbers(inList: row[6].text)
    }
    return (totals, quantiles)
  }

  /// Totals of the columns that are no numbers, and shapes of those of texts; nil for others.
  func wideTexts() throws -> (totals: [Totals?], shapes: [TextShape?]) {
    var totals = [Totals?](repeating: nil, count: columns.count)
    let areFew = rowCount <= TextShape.mostRows
    var shapes = areFew ? [TextShape?](repeating: nil, count: columns.count) : try textShapes()
    let others = columns.indices.filter { Self.numeric(columns[$0]) == nil }
    for (place, row) in try pairs(others.map { Self.text(columns[$0]) })
      .rows(["count(v)", "count(DISTINCT v)"] + (areFew ? TextShape.aggregates(of: "v") : []))
    {
      let index = others[place]
      totals[index] = Totals(present: row[0].integer ?? 0, distinct: row[1].integer ?? 0)
      if areFew, columns[index].type == "VARCHAR" { shapes[index] = TextShape(row.dropFirst(2)) }
    }
    return (totals, shapes)
  }

  /// The most frequent values of the listed columns with few different ones; nil for others.
  func wideTopValues(_ totals: [Totals]) throws -> [[DatasetProfile.ValueCount]?] {
    var counts = [[DatasetProfile.ValueCount]?](repeating: nil, count: columns.count)
    let shown = columns.indices.filter {
      isListed(columns[$0], totals[$0]) && totals[$0].distinct <= Self.mostListed
    }
    for index in shown { counts[index] = [] }
    for (place, row) in try pairs(shown.map { Self.text(columns[$0]) }).rows(
      ["count(*)"], by: ["v"])
    {
      counts[shown[place]]?.append(
        DatasetProfile.ValueCount(value: row[0].text ?? "", count: row[1].integer ?? 0))
    }
    for index in shown {
      let isNumber = columns[index].type == "BIGINT"
      let sorted = counts[index]?.sorted { one, other in
        guard one.count == other.count else { return one.count > other.count }
        if isNumber { return (Int(one.value) ?? 0) < (Int(other.value) ?? 0) }
        return one.value.utf8.lexicographicallyPrecedes(other.value.utf8)
      }
      counts[index] = sorted?.prefix(Self.topCount).map {
        let start = $0.value.unicodeScalars.prefix(Self.shownLength)
        return DatasetProfile.ValueCount(value: String(start), count: $0.count)
      }
    }
    return counts
  }

  /// The histograms of all columns of numbers; nil for others.
  func wideHistograms(_ totals: [Totals]) throws -> [[Int]?] {
    var counts = [[Int]?](repeating: nil, count: columns.count)
    let shown = columns.indices.filter { Self.numeric(columns[$0]) != nil && totals[$0].width > 0 }
    let bins = Self.histogramBins
    let rows = try pairs(shown.compactMap { Self.numeric(columns[$0]) }.map(Self.double)).rows(
      ["count(*)"],
      by: ["CAST(least(\(bins - 1), floor((v - low) / width)) AS INTEGER)"],
      constants: [
        "low": shown.map { totals[$0].minimum ?? 0 },
        "width": shown.map { totals[$0].width },
      ])
    for place in shown { counts[place] = [Int](repeating: 0, count: bins) }
    for (place, row) in rows {
      if let bin = row[0].integer, (0..<bins).contains(bin) {
        counts[shown[place]]?[bin] = row[1].integer ?? 0
      }
    }
    return counts
  }

  private func pairs(_ values: [String]) -> ColumnPairs {
    ColumnPairs(connection: connection, table: "labeled", values: values)
  }

  private static func double(_ value: String) -> String { "CAST(\(value) AS DOUBLE)" }

  private static func text(_ column: TableShaping.Column) -> String {
    "CAST(\(quoted(column.name)) AS VARCHAR)"
  }
}
