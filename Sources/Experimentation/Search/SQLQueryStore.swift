import GRDB

extension SQLArgument {
  var value: (any DatabaseValueConvertible)? {
    switch self {
    case .text(let text): text
    case .integer(let number): number
    case .real(let number): number
    }
  }
}

/// A `SELECT` put together from compiled conditions.
struct SQLQuery {
  private var sql: String
  private var arguments: [SQLArgument]

  /// - Parameters:
  ///   - head: `SELECT … FROM …`.
  ///   - joins: in the order in which they were compiled.
  init(
    _ head: String, joins: [SQLCondition] = [], conditions: [SQLCondition], order: [String],
    page: SearchPage
  ) {
    let all = joins.map(\.sql).joined(separator: "\n")
    let conditionText = conditions.map { "(\($0.sql))" }.joined(separator: " AND ")
    sql = """
      \(head)
      \(all)
      WHERE \(conditionText.isEmpty ? "1" : conditionText)
      ORDER BY \(order.joined(separator: ", "))
      LIMIT \(page.limit + 1) OFFSET \(page.offset)
      """
    arguments = joins.flatMap(\.arguments) + conditions.flatMap(\.arguments)
  }

  func fetch<Record: FetchableRecord>(_ type: Record.Type, in db: Database) throws -> [Record] {
    try Record.fetchAll(db, sql: sql, arguments: StatementArguments(arguments.map(\.value)))
  }

  func fetchRows(in db: Database) throws -> [Row] {
    try Row.fetchAll(db, sql: sql, arguments: StatementArguments(arguments.map(\.value)))
  }
}
