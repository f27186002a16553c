import Basics
import GRDB

extension RunStore {
  /// Runs with what they logged, in the order of `records`: five queries for any number of them.
  static func details(of records: [RunRecord], in db: Database) throws -> [RunDetails] {
    var positions: [Int64: Int] = [:]
    var details: [RunDetails] = []
    for (position, record) in records.enumerated() {
      positions[record.number] = position
      var empty = RunDetails(run: record.run, metrics: [], params: [:], tags: [:], inputs: [])
      if let name = record.nameTag { empty.tags[RunTagKey.name] = name }
      details.append(empty)
    }
    guard !records.isEmpty else { return [] }
    let numbers = "[" + positions.keys.map { "\($0)" }.joined(separator: ",") + "]"

    /// Reads rows whose first column is the run.
    func each(_ sql: String, _ body: (FoundRow, Int) throws -> Void) throws {
      let statement = try db.cachedStatement(
        sql: sql + " WHERE run IN (SELECT value FROM json_each(?))")
      try statement.each(.text(numbers)) { row in
        if let position = positions[row.integer(0)] { try body(row, position) }
      }
    }
    // Runs of one search have the same metrics, so names are looked up once.
    var names: [Int64: String] = [:]
    let nameOfKey = try db.cachedStatement(sql: "SELECT name FROM metricKey WHERE number = ?")
    try each("SELECT run, key, step, timestampMs, valueBits FROM latestMetric") { row, position in
      let key = row.integer(1)
      let name = try names[key] ?? nameOfKey.first(.integer(key)) { $0.text(0) } ?? ""
      names[key] = name
      details[position].metrics.append(
        MetricPoint(
          key: name, value: Double(bitPattern: UInt64(bitPattern: row.integer(4))),
          step: row.integer(2), timestampMs: row.integer(3)))
    }
    for position in details.indices { details[position].metrics.sort { $0.key < $1.key } }
    try each("SELECT run, key, value FROM param") { row, position in
      details[position].params[row.text(1)] = row.text(2)
    }
    try each("SELECT run, key, value FROM runTag") { row, position in
      details[position].tags[row.text(1)] = row.text(2)
    }
    // In order of name, digest and context, as the table is.
    try each(
      """
      SELECT run, name, digest, context, sourceType, source, datasetVersion, schema, profile, tags
      FROM runInput
      """
    ) { row, position in details[position].inputs.append(input(row)) }
    try each("SELECT run, direction, model, step FROM runModel") { row, position in
      guard let direction = RunModel.Direction(rawValue: row.text(1)) else { return }
      details[position].models.append(
        RunModel(direction, model: row.text(2), step: row.integer(3)))
    }
    return details
  }

  private static func input(_ row: FoundRow) -> RunInput {
    var input = RunInput(
      name: row.text(1), digest: row.text(2), context: row.text(3), sourceType: row.text(4),
      source: row.text(5), datasetVersion: row.isNull(6) ? nil : row.text(6),
      schema: row.text(7), profile: row.text(8))
    // The table keeps JSON objects of texts.
    for tag in (try? JSONValue(parsing: row.text(9)))?.objectValue ?? [] {
      input.tags[tag.key] = tag.value.stringValue
    }
    return input
  }
}
