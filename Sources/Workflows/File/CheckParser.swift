internal import Basics
internal import DataPipelines

/// Reads one entry of `data.checks`: a condition on a column, on the number of rows, or in SQL.
enum CheckParser {
  static let columnConditions = ["between", "not_null", "unique", "one_of", "matches"]
  static let keys = ["column"] + columnConditions + ["rows", "sql"]

  static func parse(_ reader: SectionReader) -> DatasetRequest.Check? {
    let conditions = (columnConditions + ["rows", "sql"]).filter(reader.has)
    guard let condition = conditions.first, conditions.count == 1 else {
      reader.problems.add(
        reader.line,
        "\(reader.path): expected exactly one condition ("
          + SectionReader.either(columnConditions + ["rows", "sql"])
          + "), found \(conditions.isEmpty ? "none" : conditions.joined(separator: " and "))")
      return nil
    }
    let column = reader.text("column", "the name of a column")
    if columnConditions.contains(condition) {
      reader.require("column", "the column that '\(condition)' is about")
    } else if reader.has("column") {
      reader.problems.add(
        reader.line(of: "column"),
        "\(reader.path): '\(condition)' is about the whole table; "
          + "remove 'column'")
    }
    var check = DatasetRequest.Check(column: column)
    switch condition {
    case "between": check.between = bounds(reader)
    case "not_null": check.notNull = reader.isTrue("not_null")
    case "unique": check.unique = reader.isTrue("unique")
    case "one_of":
      check.oneOf = reader.texts("one_of", "a list of values, such as [red, white]")
    case "matches": check.matches = reader.text("matches", "a regular expression in quotes")
    case "sql": check.sql = reader.text("sql", "an SQL condition in quotes")
    default: readRows(reader, into: &check)
    }
    return check
  }

  private static func bounds(_ reader: SectionReader) -> [Double]? {
    guard let node = reader.node("between") else { return nil }
    let expected = "two numbers, the smaller one first, such as [5, 20]"
    guard case .list(let items) = node.content, items.count == 2,
      let low = items[0].double, let high = items[1].double, low <= high
    else {
      reader.refuse("between", expected: expected, found: node)
      return nil
    }
    return [low, high]
  }

  private static func readRows(_ reader: SectionReader, into check: inout DatasetRequest.Check) {
    guard let rows = reader.section("rows", known: ["at_least", "at_most"]) else { return }
    check.rowsAtLeast = rows.integer("at_least", in: 0...Int.max)
    check.rowsAtMost = rows.integer("at_most", in: 0...Int.max)
    if !rows.has("at_least"), !rows.has("at_most") {
      rows.problems.add(rows.line, "\(rows.path): expected at_least or at_most")
    }
    if let least = check.rowsAtLeast, let most = check.rowsAtMost, least > most {
      rows.problems.add(rows.line, "\(rows.path): at_least \(least) is over at_most \(most)")
    }
  }
}
