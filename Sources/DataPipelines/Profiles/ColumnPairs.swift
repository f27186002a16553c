/// Aggregates of many columns over pairs of a column's number and its value.
///
/// A statement with expressions for each of thousands of columns takes long to plan; this one has
/// the same few for all.
struct ColumnPairs {
  let connection: DuckDBConnection
  let table: String
  /// SQL of values that have one type.
  let values: [String]
  /// SQL of a value of each row that stands beside all of its pairs, as `beside`.
  var beside: String?

  /// Columns of one statement.
  private static let width = 250

  /// Rows of values over `v`, each with the number of its column first; columns without any value
  /// have none.
  ///
  /// - Parameters:
  ///   - aggregates: SQL over `v`, `beside` and the names of `constants`.
  ///   - keys: SQL of further groups beside the column.
  ///   - constants: numbers by name, one a column.
  func rows(
    _ aggregates: [String], by keys: [String] = [], constants: [String: [Double]] = [:]
  ) throws -> [(column: Int, values: [DuckDBValue])] {
    var found: [(column: Int, values: [DuckDBValue])] = []
    for start in stride(from: 0, to: values.count, by: Self.width) {
      let part = start..<min(start + Self.width, values.count)
      let lists = constants.sorted { $0.key < $1.key }.map { name, numbers in
        "unnest([\(part.map { "CAST(\(numbers[$0]) AS DOUBLE)" }.joined(separator: ", "))]) AS \(name)"
      }
      let pairs =
        [
          "unnest([\(part.map { values[$0] }.joined(separator: ", "))]) AS v",
          "unnest(range(\(part.count))) AS i",
        ] + lists + (beside.map { ["\($0) AS beside"] } ?? [])
      let rows = try connection.query(
        "SELECT i, \((keys + aggregates).joined(separator: ", ")) "
          + "FROM (SELECT \(pairs.joined(separator: ", ")) FROM \(table)) WHERE v IS NOT NULL "
          + "GROUP BY \((["i"] + keys).joined(separator: ", "))"
      ).rows()
      for row in rows {
        guard let place = row[0].integer else { continue }
        found.append((start + place, Array(row.dropFirst())))
      }
    }
    return found
  }
}
