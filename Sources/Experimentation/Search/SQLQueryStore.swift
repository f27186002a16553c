import GRDB
import Synchronization

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
      LIMIT ? OFFSET ?
      """
    arguments =
      joins.flatMap(\.arguments) + conditions.flatMap(\.arguments)
      + [.integer(Int64(page.limit) + 1), .integer(Int64(page.offset))]
  }

  func fetch<Record: FetchableRecord>(_ type: Record.Type, in db: Database) throws -> [Record] {
    try Record.fetchAll(statement(in: db), arguments: StatementArguments(arguments.map(\.value)))
  }

  func fetchRows(in db: Database) throws -> [Row] {
    try Row.fetchAll(statement(in: db), arguments: StatementArguments(arguments.map(\.value)))
  }

  /// Texts of the first queries that were asked: a client asks few, again and again.
  private static let hot = Mutex<Set<String>>([])
  /// Each keeps some kilobytes in every connection that reads.
  private static let mostHot = 64

  /// Prepared once for a text among the hot ones: preparing takes about as long as finding a page.
  private func statement(in db: Database) throws -> Statement {
    let isHot = Self.hot.withLock { hot in
      hot.contains(sql) || (hot.count < Self.mostHot && hot.insert(sql).inserted)
    }
    return isHot ? try db.cachedStatement(sql: sql) : try db.makeStatement(sql: sql)
  }
}
