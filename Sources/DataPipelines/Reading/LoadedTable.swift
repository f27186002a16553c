/// A source that lies in a table of the engine, with the expressions that make its values.
struct LoadedTable {
  struct Column {
    /// Name for people, unique in the table.
    var name: String
    /// SQL over the table's own columns.
    var expression: String
    /// The engine's type of the expression: BIGINT, DOUBLE, BOOLEAN, TIMESTAMP or VARCHAR.
    var type: String
  }

  /// The engine's name of the table.
  var table: String
  var columns: [Column]

  /// The query that gives `_row` (counted from `firstRow`) and the columns by their names.
  func select(firstRow: Int = 0) -> String {
    let row = firstRow == 0 ? "rowid" : "rowid + \(firstRow)"
    let values = columns.map { "\($0.expression) AS \(quoted($0.name))" }
    return "SELECT \((["\(row) AS _row"] + values).joined(separator: ", ")) FROM \(table)"
  }

  func column(named name: String) -> Column? {
    columns.first { $0.name == name }
      ?? columns.first { $0.name.lowercased() == name.lowercased() }
  }
}
