import Basics
import GRDB

extension TraceStore {
  /// Counts the traces that each of two filters finds, and both.
  ///
  /// - Parameter base: the filter of what is looked at; empty is all traces of the experiments.
  public func correlation(
    _ first: String, _ second: String, among base: String = "", in experiments: [ExperimentID]
  ) async throws -> TraceCorrelation {
    let filters = try [first, second, base].map { filter in
      let conditions = try TraceQuery(filter: filter, order: []).conditions
      return SQLCondition(
        (["1"] + conditions.map { "(\($0.sql))" }).joined(separator: " AND "),
        conditions.flatMap(\.arguments))
    }
    let marks = experiments.map { _ in "?" }.joined(separator: ", ")
    let sql = """
      SELECT coalesce(sum(isFirst), 0), coalesce(sum(isSecond), 0),
        coalesce(sum(isFirst AND isSecond), 0), count(*)
      FROM (
        SELECT (\(filters[0].sql)) IS TRUE AS isFirst, (\(filters[1].sql)) IS TRUE AS isSecond
        FROM trace WHERE \(filters[2].sql) AND trace.experiment IN (\(marks))
      )
      """
    let arguments =
      filters.flatMap(\.arguments) + experiments.map { SQLArgument.text($0.rawValue) }
    return try await ledger.read { db in
      let row = try Row.fetchOne(
        db, sql: sql, arguments: StatementArguments(arguments.map(\.value)))
      return TraceCorrelation(
        first: row?[0] ?? 0, second: row?[1] ?? 0, both: row?[2] ?? 0, all: row?[3] ?? 0)
    }
  }
}
