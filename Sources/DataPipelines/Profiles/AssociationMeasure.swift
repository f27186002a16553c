/// Measures how closely each column goes with the target, on a sample.
struct AssociationMeasure {
  let connection: DuckDBConnection
  let request: DatasetRequest
  let sample: String
  /// Whether statements over all columns together are planned sooner than they run one by one.
  let isWide: Bool

  /// Fills in `association` of every column that can be compared with the target.
  func measure(_ columns: inout [DatasetProfile.Column]) throws {
    guard let target = columns.first(where: { $0.role == .target }), !target.isConstant,
      target.type != .text
    else { return }
    let isNumber = isNumericTarget(target)
    let numeric = columns.indices.filter { columns[$0].type.isNumeric && isCompared(columns[$0]) }
    let classes = columns.indices.filter {
      columns[$0].type == .category && isCompared(columns[$0]) && columns[$0].distinctCount <= 1_000
    }
    let found =
      isNumber
      ? try pearson(numeric.map { columns[$0] }, target)
      : try etaByClass(numeric.map { columns[$0] }, target)
    for (index, value) in zip(numeric, found) { columns[index].association = value }
    let categories = classes.map { columns[$0] }
    let related =
      switch (isNumber, isWide) {
      case (true, true): try etaOfCategories(categories, target)
      case (true, false): try categories.map { try etaOfCategory($0, target) }
      case (false, true): try cramersVTogether(categories, target)
      case (false, false): try categories.map { try cramersV($0, target) }
      }
    for (index, value) in zip(classes, related) { columns[index].association = value }
  }

  /// Whether the target is a quantity rather than a class.
  private func isNumericTarget(_ target: DatasetProfile.Column) -> Bool {
    guard target.type.isNumeric, target.type != .boolean else { return false }
    switch request.task {
    case .regression, .forecasting: return true
    case .classification: return false
    case nil: return target.type == .decimal || target.distinctCount > 20
    }
  }

  private func isCompared(_ column: DatasetProfile.Column) -> Bool {
    column.role != .target && column.role != .identity && !column.isConstant
  }

  private func number(_ column: DatasetProfile.Column) -> String {
    let name = quoted(column.name)
    return column.type == .timestamp
      ? "CAST(epoch_us(\(name)) AS DOUBLE) / 1e6" : "CAST(\(name) AS DOUBLE)"
  }

  private func pearson(
    _ columns: [DatasetProfile.Column], _ target: DatasetProfile.Column
  ) throws -> [DatasetProfile.Association?] {
    try AggregateParts(
      connection: connection,
      aggregates: columns.map { ["CAST(corr(\(number($0)), \(number(target))) AS DOUBLE)"] }
    ).from(sample).map { values in
      guard let value = values[0].number, value.isFinite else { return nil }
      return DatasetProfile.Association(measure: .pearson, value: value)
    }
  }

  /// Numbers against classes: rows for each class, then the share of variance between them.
  private func etaByClass(
    _ columns: [DatasetProfile.Column], _ target: DatasetProfile.Column
  ) throws -> [DatasetProfile.Association?] {
    var found: [DatasetProfile.Association?] = []
    for start in stride(from: 0, to: columns.count, by: 100) {
      let part = columns[start..<min(start + 100, columns.count)]
      let aggregates = part.flatMap { column in
        ["count", "avg", "var_pop"].map { "CAST(\($0)(\(number(column))) AS DOUBLE)" }
      }
      let rows = try connection.query(
        "SELECT \(aggregates.joined(separator: ", ")) FROM \(sample) "
          + "GROUP BY \(quoted(target.name)) LIMIT 10000"
      ).rows()
      for offset in part.indices.map({ ($0 - start) * 3 }) {
        found.append(
          eta(
            rows.map {
              ($0[offset].number ?? 0, $0[offset + 1].number ?? 0, $0[offset + 2].number ?? 0)
            }))
      }
    }
    return found
  }

  private func etaOfCategory(
    _ column: DatasetProfile.Column, _ target: DatasetProfile.Column
  ) throws -> DatasetProfile.Association? {
    let value = number(target)
    let rows = try connection.query(
      "SELECT CAST(count(\(value)) AS DOUBLE), avg(\(value)), var_pop(\(value)) FROM \(sample) "
        + "WHERE \(quoted(column.name)) IS NOT NULL GROUP BY \(quoted(column.name))"
    ).rows()
    return eta(rows.map { ($0[0].number ?? 0, $0[1].number ?? 0, $0[2].number ?? 0) })
  }

  private func etaOfCategories(
    _ columns: [DatasetProfile.Column], _ target: DatasetProfile.Column
  ) throws -> [DatasetProfile.Association?] {
    var groups = [[(Double, Double, Double)]](repeating: [], count: columns.count)
    for (place, row) in try pairs(columns, beside: number(target)).rows(
      ["CAST(count(beside) AS DOUBLE)", "avg(beside)", "var_pop(beside)"], by: ["v"])
    {
      groups[place].append((row[1].number ?? 0, row[2].number ?? 0, row[3].number ?? 0))
    }
    return groups.map(eta)
  }

  private func pairs(_ columns: [DatasetProfile.Column], beside: String) -> ColumnPairs {
    ColumnPairs(
      connection: connection, table: sample,
      values: columns.map { "CAST(\(quoted($0.name)) AS VARCHAR)" }, beside: beside)
  }

  /// The correlation ratio, corrected for the number of groups, from (count, mean, variance) of each.
  private func eta(_ groups: [(Double, Double, Double)]) -> DatasetProfile.Association? {
    let groups = groups.filter { $0.0 > 0 }
    let total = groups.reduce(0) { $0 + $1.0 }
    guard groups.count > 1, total > Double(groups.count) else { return nil }
    let mean = groups.reduce(0) { $0 + $1.0 * $1.1 } / total
    let between = groups.reduce(0) { $0 + $1.0 * ($1.1 - mean) * ($1.1 - mean) }
    let within = groups.reduce(0) { $0 + $1.0 * $1.2 }
    guard between + within > 0 else { return nil }
    let explained = between / (between + within)
    let corrected = 1 - (1 - explained) * (total - 1) / (total - Double(groups.count))
    return DatasetProfile.Association(measure: .eta, value: max(0, corrected).squareRoot())
  }

  /// Rows that share two values.
  private struct Cell<Value: Hashable> {
    var one: Value
    var other: Value
    var count: Double
  }

  private func cramersV(
    _ column: DatasetProfile.Column, _ target: DatasetProfile.Column
  ) throws -> DatasetProfile.Association? {
    let (one, other) = (quoted(column.name), quoted(target.name))
    let rows = try connection.query(
      "SELECT CAST(dense_rank() OVER (ORDER BY \(one)) AS BIGINT), "
        + "CAST(dense_rank() OVER (ORDER BY \(other)) AS BIGINT), count(*) FROM \(sample) "
        + "WHERE \(one) IS NOT NULL AND \(other) IS NOT NULL GROUP BY \(one), \(other) "
        + "LIMIT 200000"
    ).rows()
    return cramersV(
      rows.compactMap { row -> Cell<Int>? in
        guard let one = row[0].integer, let other = row[1].integer, let count = row[2].number
        else { return nil }
        return Cell(one: one, other: other, count: count)
      })
  }

  private func cramersVTogether(
    _ columns: [DatasetProfile.Column], _ target: DatasetProfile.Column
  ) throws -> [DatasetProfile.Association?] {
    var cells = [[Cell<String>]](repeating: [], count: columns.count)
    for (place, row) in try pairs(columns, beside: "CAST(\(quoted(target.name)) AS VARCHAR)").rows(
      ["count(*)"], by: ["v", "beside"])
    {
      guard let one = row[0].text, let other = row[1].text, let count = row[2].number else {
        continue
      }
      cells[place].append(Cell(one: one, other: other, count: count))
    }
    return cells.map { cramersV($0) }
  }

  /// Cramér's V with Bergsma's correction (2013).
  private func cramersV<Value>(_ cells: [Cell<Value>]) -> DatasetProfile.Association? {
    var ofOne: [Value: Double] = [:]
    var ofOther: [Value: Double] = [:]
    var total = 0.0
    for cell in cells {
      ofOne[cell.one, default: 0] += cell.count
      ofOther[cell.other, default: 0] += cell.count
      total += cell.count
    }
    guard ofOne.count > 1, ofOther.count > 1, total > 1 else { return nil }
    // Sum of n²/(row·column) over filled cells, less one, is chi-squared by the number of rows.
    let phi =
      cells.reduce(0.0) { sum, cell in
        let expected = (ofOne[cell.one] ?? 1) * (ofOther[cell.other] ?? 1)
        return sum + cell.count * cell.count / expected
      } - 1
    let (r, c) = (Double(ofOne.count), Double(ofOther.count))
    let correctedPhi = max(0, phi - (r - 1) * (c - 1) / (total - 1))
    let correctedRows = r - (r - 1) * (r - 1) / (total - 1)
    let correctedColumns = c - (c - 1) * (c - 1) / (total - 1)
    let least = min(correctedRows, correctedColumns) - 1
    guard least > 0 else { return nil }
    return DatasetProfile.Association(
      measure: .cramersV, value: min(1, (correctedPhi / least).squareRoot()))
  }
}
