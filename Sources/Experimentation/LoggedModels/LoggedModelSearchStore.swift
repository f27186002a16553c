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

/// A dataset on which metrics of logged models were measured.
public struct LoggedModelDataset: Sendable {
  /// Its name.
  public var name: String
  /// Its digest; empty is any.
  public var digest: String

  /// Takes every value as it is.
  public init(name: String, digest: String = "") {
    self.name = name
    self.digest = digest
  }
}

extension LoggedModelStore {
  /// Logged models that a filter finds, in order, and the token of the next page.
  ///
  /// - Parameter datasets: only metrics that were measured on one of these count, and only models
  ///   that have such a one; none is any.
  public func search(
    in experiments: [ExperimentID], filter: String = "", datasets: [LoggedModelDataset] = [],
    order: [LoggedModelOrder] = [], page: SearchPage
  ) async throws -> (models: [LoggedModel], next: String?) {
    let query = try ListQuery(filter: filter, order: [], fields: Self.fields(datasets))
    guard !experiments.isEmpty else { return ([], nil) }
    let measured = datasets.isEmpty ? [] : [Self.measured("1", [], on: datasets)]
    let home = SQLCondition(
      "loggedModel.experiment IN (\(experiments.map { _ in "?" }.joined(separator: ", ")))",
      experiments.map { .text($0.rawValue) })
    let keys = try order.enumerated().map { try Self.key($0.offset, $0.element) }
    let select = SQLQuery(
      "SELECT loggedModel.* FROM loggedModel", joins: keys.compactMap(\.join),
      conditions: [home, SQLCondition("loggedModel.lifecycle = 'active'")] + measured
        + query.conditions,
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
      let fields = fields([])
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

  private static func fields(_ datasets: [LoggedModelDataset]) -> ListQuery.Fields {
    let metric = metric(on: datasets)
    return ListQuery.Fields(
      texts: [
        "name": "loggedModel.name", "model_id": "loggedModel.id",
        "model_type": "loggedModel.kind", "status": "loggedModel.status",
        "source_run_id": "coalesce(loggedModel.sourceRun, loggedModel.foreignRun)",
        "experiment_id": "loggedModel.experiment",
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
  }

  @Sendable private static func tag(
    _ clause: FilterClause
  ) throws(ExperimentationError) -> SQLCondition {
    try .keyed(
      "loggedModelTag", owner: "model", is: "loggedModel.number", clause, noun: "tag",
      takesLists: true)
  }

  @Sendable private static func param(
    _ clause: FilterClause
  ) throws(ExperimentationError) -> SQLCondition {
    try .keyed(
      "loggedModelParam", owner: "model", is: "loggedModel.number", clause, noun: "param",
      takesLists: true)
  }

  private static func metric(
    on datasets: [LoggedModelDataset]
  ) -> @Sendable (FilterClause) throws(ExperimentationError) -> SQLCondition {
    { clause throws(ExperimentationError) in
      let comparison = try SQLCondition.number("point.value", clause, noun: "metric")
      return measured(
        "point.key = ? AND \(comparison.sql)", [.text(clause.key)] + comparison.arguments,
        on: datasets)
    }
  }

  /// A metric of the model, measured on one of the datasets, for which a condition holds.
  private static func measured(
    _ condition: String, _ arguments: [SQLArgument], on datasets: [LoggedModelDataset]
  ) -> SQLCondition {
    let places = datasets.map { dataset in
      dataset.digest.isEmpty
        ? SQLCondition("point.datasetName = ?", [.text(dataset.name)])
        : SQLCondition(
          "point.datasetName = ? AND point.datasetDigest = ?",
          [.text(dataset.name), .text(dataset.digest)])
    }
    let place = places.isEmpty ? "1" : places.map { "(\($0.sql))" }.joined(separator: " OR ")
    return SQLCondition(
      """
      EXISTS (SELECT 1 FROM loggedModelMetric AS point
        WHERE point.model = loggedModel.number AND \(condition) AND (\(place)))
      """, arguments + places.flatMap(\.arguments))
  }
}
