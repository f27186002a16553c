import Basics
import GRDB

/// One key to sort logged models by.
public struct LoggedModelOrder: Sendable {
  /// An attribute, or `metrics.` and a name.
  public var field: String
  /// From small to large.
  public var isAscending: Bool
  /// Only values measured on that dataset count; nil is any.
  public var datasetName: String?

  /// Takes every value as it is.
  public init(field: String, isAscending: Bool = true, datasetName: String? = nil) {
    self.field = field
    self.isAscending = isAscending
    self.datasetName = datasetName
  }
}

extension LoggedModelStore {
  /// Logged models that a filter finds, in order, and the token of the next page.
  public func search(
    in experiments: [ExperimentID], filter: String = "", order: [LoggedModelOrder] = [],
    page: SearchPage
  ) async throws -> (models: [LoggedModel], next: String?) {
    let query = try ListQuery(filter: filter, order: [], fields: Self.fields)
    guard !experiments.isEmpty else { return ([], nil) }
    let home = SQLCondition(
      "loggedModel.experiment IN (\(experiments.map { _ in "?" }.joined(separator: ", ")))",
      experiments.map { .text($0.rawValue) })
    let keys = try order.enumerated().map { try Self.key($0.offset, $0.element) }
    let select = SQLQuery(
      "SELECT loggedModel.* FROM loggedModel", joins: keys.compactMap(\.join),
      conditions: [home, SQLCondition("loggedModel.lifecycle = 'active'")] + query.conditions,
      order: keys.flatMap(\.order) + query.order, page: page)
    return try await ledger.read { db in
      let records = try select.fetch(LoggedModelRecord.self, in: db)
      return (
        try records.prefix(page.limit).map { try $0.model(in: db) },
        page.nextToken(count: records.count)
      )
    }
  }

  private static func key(
    _ index: Int, _ order: LoggedModelOrder
  ) throws(ExperimentationError) -> (join: SQLCondition?, order: [String]) {
    let direction = order.isAscending ? "ASC" : "DESC"
    let clause = try OrderClause(parsing: order.field)
    guard clause.entity == "metrics" || clause.entity == "metric" else {
      guard let column = fields.texts[clause.key] ?? fields.numbers[clause.key] else {
        throw ExperimentationError(
          .invalidValue, "Invalid order by field name: \(order.field.prefix(100))")
      }
      return (nil, ["\(column) \(direction)"])
    }
    let dataset = order.datasetName.map { _ in " AND datasetName = ?" } ?? ""
    let name = "order\(index)"
    let join = SQLCondition(
      """
      LEFT JOIN (SELECT model, value FROM loggedModelMetric WHERE key = ?\(dataset)
        GROUP BY model HAVING timestampMs = max(timestampMs)) AS \(name) ON \(name).model = loggedModel.number
      """,
      [.text(clause.key)] + (order.datasetName.map { [.text($0)] } ?? []))
    return (join, ["\(name).value IS NULL", "\(name).value \(direction)"])
  }

  private static let fields = ListQuery.Fields(
    texts: [
      "name": "loggedModel.name", "model_id": "loggedModel.id",
      "model_type": "loggedModel.kind", "status": "loggedModel.status",
      "source_run_id": "loggedModel.sourceRun", "experiment_id": "loggedModel.experiment",
    ],
    numbers: [
      "creation_timestamp": "loggedModel.createdAtMs", "creation_time": "loggedModel.createdAtMs",
      "last_updated_timestamp": "loggedModel.updatedAtMs",
      "last_updated_time": "loggedModel.updatedAtMs",
    ],
    lists: ["name", "model_id", "model_type", "status", "source_run_id"],
    keyed: [
      "tag": tag, "tags": tag, "param": param, "params": param, "metric": metric,
      "metrics": metric,
    ],
    ties: ["loggedModel.createdAtMs DESC", "loggedModel.id"])

  @Sendable private static func tag(
    _ clause: FilterClause
  ) throws(ExperimentationError) -> SQLCondition {
    try .keyed("loggedModelTag", owner: "model", is: "loggedModel.number", clause, noun: "tag")
  }

  @Sendable private static func param(
    _ clause: FilterClause
  ) throws(ExperimentationError) -> SQLCondition {
    try .keyed("loggedModelParam", owner: "model", is: "loggedModel.number", clause, noun: "param")
  }

  @Sendable private static func metric(
    _ clause: FilterClause
  ) throws(ExperimentationError) -> SQLCondition {
    let comparison = try SQLCondition.number("point.value", clause, noun: "metric")
    return SQLCondition(
      """
      EXISTS (SELECT 1 FROM loggedModelMetric AS point
        WHERE point.model = loggedModel.number AND point.key = ? AND \(comparison.sql))
      """, [.text(clause.key)] + comparison.arguments)
  }
}
