import Basics
import GRDB

extension RunStore {
  /// Runs with what they logged, in the order of `records`: five queries for any number of them.
  static func details(of records: [RunRecord], in db: Database) throws -> [RunDetails] {
    var positions: [Int64: Int] = [:]
    var details: [RunDetails] = []
    for (position, record) in records.enumerated() {
      positions[record.number] = position
      details.append(
        RunDetails(run: record.run, metrics: [], params: [:], tags: [:], inputs: []))
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
