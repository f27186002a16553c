import Basics
import GRDB

extension EvaluationDatasetStore {
  /// Datasets that a filter finds, the newest first, and the token of the next page.
  ///
  /// - Parameter experiments: those of which the dataset must be in one; none is all.
  public func search(
    in experiments: [ExperimentID] = [], filter: String = "", order: [String] = [],
    page: SearchPage, project: String = "default"
  ) async throws -> (datasets: [EvaluationDataset], next: String?) {
    let query = try ListQuery(filter: filter, order: order, fields: Self.fields)
    var conditions = [SQLCondition("evaluationDataset.project = ?", [.text(project)])]
    if !experiments.isEmpty {
      let marks = experiments.map { _ in "?" }.joined(separator: ", ")
      conditions.append(
        SQLCondition(
          """
          EXISTS (SELECT 1 FROM evaluationDatasetExperiment AS home
            WHERE home.dataset = evaluationDataset.number AND home.experiment IN (\(marks)))
          """, experiments.map { .text($0.rawValue) }))
    }
    let select = SQLQuery(
      "SELECT evaluationDataset.* FROM evaluationDataset",
      conditions: conditions + query.conditions, order: query.order, page: page)
    return try await ledger.read { db in
      let rows = try select.fetchRows(in: db)
      return (
        try rows.prefix(page.limit).map { try Self.dataset($0, in: db) },
        page.nextToken(count: rows.count)
      )
    }
  }

  private static let fields = ListQuery.Fields(
    texts: [
      "name": "evaluationDataset.name", "created_by": "evaluationDataset.createdBy",
      "last_updated_by": "evaluationDataset.updatedBy",
    ],
    numbers: [
      "created_time": "evaluationDataset.createdAtMs",
      "last_update_time": "evaluationDataset.updatedAtMs",
    ],
    lists: ["name"],
    order: [
      "name": "evaluationDataset.name", "created_time": "evaluationDataset.createdAtMs",
      "last_update_time": "evaluationDataset.updatedAtMs",
    ],
    keyed: ["tag": tag, "tags": tag],
    ties: ["evaluationDataset.createdAtMs DESC", "evaluationDataset.number DESC"])

  @Sendable private static func tag(
    _ clause: FilterClause
  ) throws(ExperimentationError) -> SQLCondition {
    try .keyed(
      "evaluationDatasetTag", owner: "dataset", is: "evaluationDataset.number", clause,
      noun: "tag")
  }
}
