import Basics
import GRDB

extension RunStore {
  /// Runs with what they logged, in the order of `records`: five queries for any number of them.
  static func details(of records: [RunRecord], in db: Database) throws -> [RunDetails] {
    var positions: [Int64: Int] = [:]
    var details: [RunDetails] = []
    for (position, record) in records.enumerated() {
      positions[try record.requiredNumber()] = position
      details.append(
        RunDetails(run: try record.run(), metrics: [], params: [:], tags: [:], inputs: []))
    }
    guard !records.isEmpty else { return [] }
    let numbers = "[" + positions.keys.map { "\($0)" }.joined(separator: ",") + "]"

    func each(_ sql: String, _ body: (Row, Int) throws -> Void) throws {
      let statement = try db.cachedStatement(
        sql: sql.replacing("$RUNS", with: "run IN (SELECT value FROM json_each(?))"))
      let rows = try Row.fetchCursor(statement, arguments: [numbers])
      while let row = try rows.next() {
        if let position = positions[row[0]] { try body(row, position) }
      }
    }
    try each(
      """
      SELECT run, name, step, timestampMs, valueBits FROM latestMetric
      JOIN metricKey ON metricKey.number = key WHERE $RUNS ORDER BY run, name
      """
    ) { row, position in
      details[position].metrics.append(MetricPoint(key: row[1], row: row, from: 2))
    }
    try each("SELECT run, key, value FROM param WHERE $RUNS") { row, position in
      details[position].params[row[1]] = row[2]
    }
    try each("SELECT run, key, value FROM runTag WHERE $RUNS") { row, position in
      details[position].tags[row[1]] = row[2]
    }
    try each("SELECT * FROM runInput WHERE $RUNS ORDER BY run, name, digest, context") {
      row, position in details[position].inputs.append(input(row))
    }
    try each("SELECT run, direction, model, step FROM runModel WHERE $RUNS") { row, position in
      guard let direction = RunModel.Direction(rawValue: row[1]) else { return }
      details[position].models.append(RunModel(direction, model: row[2], step: row[3]))
    }
    return details
  }

  private static func input(_ row: Row) -> RunInput {
    RunInput(
      name: row["name"], digest: row["digest"], context: row["context"],
      sourceType: row["sourceType"], source: row["source"],
      datasetVersion: row["datasetVersion"], schema: row["schema"], profile: row["profile"])
  }
}

extension RunStore {
  /// Runs that a filter finds, in order, and the token of the next page.
  ///
  /// - Parameters:
  ///   - experiments: those to search in; none finds none, nil is all of the project.
  ///   - filter: MLflow's grammar, see `FilterParser`.
  ///   - order: keys such as `metrics.rmse DESC`; the newest first breaks ties.
  public func search(
    in experiments: [ExperimentID]?, filter: String = "", order: [String] = [],
    view: SearchView = .activeOnly, page: SearchPage, project: String = "default"
  ) async throws -> (runs: [RunDetails], next: String?) {
    let query = try RunQuery(filter: filter, order: order)
    if let experiments, experiments.isEmpty { return ([], nil) }
    let all = SQLCondition(
      "run.experiment IN (SELECT id FROM experiment WHERE project = ?)", [.text(project)])
    let home = experiments.map { experiments in
      SQLCondition(
        "run.experiment IN (\(experiments.map { _ in "?" }.joined(separator: ", ")))",
        experiments.map { .text($0.rawValue) })
    }
    var conditions = [home ?? all]
    if let condition = view.condition("run.lifecycle") { conditions.append(condition) }
    let select = SQLQuery(
      "SELECT run.* FROM run", joins: query.joins, conditions: conditions + query.conditions,
      order: query.order, page: page)
    return try await ledger.read { db in
      let records = try select.fetch(RunRecord.self, in: db)
      return (
        try Self.details(of: Array(records.prefix(page.limit)), in: db),
        page.nextToken(count: records.count)
      )
    }
  }
}
