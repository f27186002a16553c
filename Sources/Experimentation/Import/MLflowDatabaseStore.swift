import Basics
import GRDB

/// The database of an MLflow tracking server (SQLite), opened for reading alone.
///
/// Columns are asked for by name and may be missing: older versions have fewer.
struct MLflowDatabaseStore {
  private let queue: DatabaseQueue

  /// Opens the file.
  ///
  /// - Throws: `import_impossible` for what is no database of MLflow's.
  init(path: String) throws {
    guard FileTree.exists(path), !FileTree.isFolder(path) else {
      throw Self.refused(path, "there is no such file")
    }
    var configuration = Configuration()
    configuration.readonly = true
    do {
      queue = try DatabaseQueue(path: path, configuration: configuration)
      let hasRuns = try queue.read { db in
        try db.tableExists("experiments") && db.tableExists("runs") && db.tableExists("metrics")
      }
      guard hasRuns else { throw Self.refused(path, "it lacks MLflow's tables") }
    } catch is DatabaseError {
      throw Self.refused(path, "it is no SQLite database")
    }
  }

  /// One row by the names of its columns.
  struct Line: Sendable {
    private let values: [String: DatabaseValue]

    fileprivate init(_ row: Row) {
      values = [String: DatabaseValue](row.map { ($0.0, $0.1) }, uniquingKeysWith: { $1 })
    }

    func text(_ column: String) -> String { value(column) ?? "" }
    func integer(_ column: String) -> Int64? { value(column) }
    func double(_ column: String) -> Double { value(column) ?? 0 }

    private func value<Value: DatabaseValueConvertible>(_ column: String) -> Value? {
      values[column].flatMap { Value.fromDatabaseValue($0) }
    }
  }

  /// Rows of a table, in order; none where the table is missing.
  func lines(
    _ table: String, where condition: String = "1",
    _ arguments: [any DatabaseValueConvertible] = [],
    order: String
  ) throws -> [Line] {
    try queue.read { db in
      guard try db.tableExists(table) else { return [] }
      return try Row.fetchAll(
        db, sql: "SELECT * FROM \(table) WHERE \(condition) ORDER BY \(order)",
        arguments: StatementArguments(arguments)
      ).map(Line.init)
    }
  }

  /// How many rows a table has.
  func count(_ table: String) throws -> Int {
    try queue.read { db in try Int.fetchOne(db, sql: "SELECT count(*) FROM \(table)") ?? 0 }
  }

  private static func refused(_ path: String, _ why: String) -> ExperimentationError {
    ExperimentationError(
      .importImpossible, "\(path) cannot be imported: \(why).",
      hint: "Name the SQLite file of an MLflow server, such as mlflow.db.")
  }
}
