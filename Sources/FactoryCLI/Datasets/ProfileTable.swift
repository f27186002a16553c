internal import DataPipelines

/// A profile as a table for people, a line a column.
enum ProfileTable {
  static func table(_ profile: DatasetProfile) -> TextTable {
    TextTable(
      [
        "COLUMN", "TYPE", "ROLE", .number("MISSING"), .number("DISTINCT"), .number("TARGET"),
        "DISTRIBUTION", "VALUES",
      ],
      rows: profile.columns.map { column in
        [
          TextTable.Cell(column.name), TextTable.Cell(column.type.rawValue),
          TextTable.Cell(column.role.rawValue),
          TextTable.Cell(share(column.nullCount, of: profile.rowCount)),
          TextTable.Cell("\(column.distinctCount)"),
          TextTable.Cell(column.association.map { short($0.value) } ?? ""),
          TextTable.Cell(column.numbers.map { bars($0.histogram.counts) } ?? ""),
          TextTable.Cell(values(of: column)),
        ]
      })
  }

  private static func values(of column: DatasetProfile.Column) -> String {
    if let numbers = column.numbers, column.type != .timestamp {
      let median = numbers.quantiles.count == 7 ? numbers.quantiles[3] : numbers.mean
      return "\(short(numbers.minimum)) … \(short(median)) … \(short(numbers.maximum))"
    }
    return column.topValues.prefix(4).map { "\($0.value.prefix(20)) (\($0.count))" }
      .joined(separator: ", ")
  }

  private static func share(_ count: Int, of total: Int) -> String {
    guard count > 0, total > 0 else { return "" }
    let percent = Double(count) * 100 / Double(total)
    return percent < 0.1 ? "<0.1%" : "\((percent * 10).rounded() / 10)%"
  }

  /// A number in four digits or so.
  static func short(_ number: Double) -> String {
    guard number.isFinite else { return "\(number)" }
    if let whole = Int(exactly: number), abs(whole) < 10_000_000 { return "\(whole)" }
    let size = abs(number)
    if size >= 1_000 { return "\((number * 10).rounded() / 10)" }
    if size >= 0.01 { return "\((number * 1_000).rounded() / 1_000)" }
    return "\(Float(number))"
  }

  /// Ten bars for the counts of bins.
  static func bars(_ counts: [Int]) -> String {
    let marks = Array("▁▂▃▄▅▆▇█")
    let width = max(1, counts.count / 10)
    let sums = stride(from: 0, to: counts.count, by: width).map { start in
      counts[start..<min(start + width, counts.count)].reduce(0, +)
    }
    guard let most = sums.max(), most > 0 else { return "" }
    return String(
      sums.map { $0 == 0 ? " " : marks[min(7, Int(Double($0) / Double(most) * 7.99))] })
  }
}
