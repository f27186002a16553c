import Basics
import GRDB

/// The database of an MLflow tracking server (SQLite), opened for reading alone.
///
/// Columns are asked for by name and may be missing: older versions have fewer.
struct MLflowDatabaseStore: MLflowSource {
  let path: String
  private let queue: DatabaseQueue

  /// Opens the file.
  ///
  /// - Throws: `import_impossible` for what is no database of MLflow's.
  init(path: String) throws {
    self.path = path
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

  func takeTroubles() -> [String] { [] }

  func experiments() throws -> [MLflowLine] { try lines("experiments", order: "experiment_id") }

  func experimentTags(_ experiment: MLflowLine) throws -> [String: String] {
    try pairs("experiment_tags", "experiment_id", experiment.text("experiment_id"))
  }

  func runs(in experiment: MLflowLine) throws -> [MLflowLine] {
    try lines(
      "runs", where: "experiment_id = ?", [experiment.text("experiment_id")],
      order: "start_time, run_uuid")
  }

  func params(of run: MLflowLine) throws -> [String: String] {
    try pairs("params", "run_uuid", run.text("run_uuid"))
  }

  func tags(of run: MLflowLine) throws -> [String: String] {
    try pairs("tags", "run_uuid", run.text("run_uuid"))
  }

  func inputs(of run: MLflowLine) throws -> [RunInput] {
    guard try has("datasets", "inputs") else { return [] }
    let rows = try lines(
      sql: """
        SELECT datasets.*, inputs.input_uuid FROM inputs
        JOIN datasets ON datasets.dataset_uuid = inputs.source_id
        WHERE inputs.destination_type = 'RUN' AND inputs.destination_id = ?
          AND inputs.source_type = 'DATASET'
        ORDER BY datasets.name, inputs.input_uuid
        """, [run.text("run_uuid")])
    return try rows.map { row in
      let tags = try lines(
        "input_tags", where: "input_uuid = ?", [row.text("input_uuid")], order: "name")
      return RunInput(
        name: row.text("name"), digest: row.text("digest"),
        context: tags.first { $0.text("name") == "mlflow.data.context" }?.text("value") ?? "",
        sourceType: row.text("dataset_source_type"), source: row.text("dataset_source"),
        schema: row.text("dataset_schema"), profile: row.text("dataset_profile"))
    }
  }

  func models(of run: MLflowLine) throws -> [RunModel] {
    guard try has("inputs") else { return [] }
    let id = run.text("run_uuid")
    let outputs = try lines(
      "inputs", where: "source_type = 'RUN_OUTPUT' AND source_id = ?", [id], order: "destination_id"
    )
    let inputs = try lines(
      "inputs", where: "source_type = 'RUN_INPUT' AND source_id = ?", [id], order: "destination_id")
    return outputs.map {
      RunModel(.output, model: $0.text("destination_id"), step: $0.integer("step") ?? 0)
    } + inputs.map { RunModel(.input, model: $0.text("destination_id")) }
  }

  func readPoints(of run: MLflowLine, size: Int, _ body: ([MetricPoint]) throws -> Void) throws {
    try queue.read { db in
      let rows = try Row.fetchCursor(
        db,
        sql: """
          SELECT key, value, timestamp, step, is_nan FROM metrics WHERE run_uuid = ?
          ORDER BY key, step, timestamp, rowid
          """, arguments: [run.text("run_uuid")])
      var batch: [MetricPoint] = []
      while let row = try rows.next() {
        let value: Double? = row["value"]
        let isNaN: Bool? = row["is_nan"]
        batch.append(
          MetricPoint(
            key: row["key"], value: isNaN == true ? .nan : unboundedMetric(value ?? .nan),
            step: row["step"] ?? 0, timestampMs: row["timestamp"] ?? 0))
        if batch.count == size {
          try body(batch)
          batch = []
        }
      }
      if !batch.isEmpty { try body(batch) }
    }
  }

  func folder(of uri: String, ofRun run: MLflowLine?) -> String? {
    let local = MLflowImport.localPath(uri) ?? MLflowImport.proxiedPath(uri, besideStore: path)
    return local.flatMap { FileTree.isFolder($0) ? $0 : nil }
  }

  /// Rows of a table, in order; none where the table is missing.
  func lines(
    _ table: String, where condition: String = "1",
    _ arguments: [any DatabaseValueConvertible] = [], order: String
  ) throws -> [MLflowLine] {
    guard try has(table) else { return [] }
    return try lines(
      sql: "SELECT * FROM \(table) WHERE \(condition) ORDER BY \(order)", arguments)
  }

  /// Texts by key.
  func pairs(
    _ table: String, _ column: String, _ value: String, key: String = "key", text: String = "value"
  ) throws -> [String: String] {
    [String: String](
      try lines(table, where: "\(column) = ?", [value], order: key)
        .map { ($0.text(key), $0.text(text)) }, uniquingKeysWith: { _, last in last })
  }

  private func has(_ tables: String...) throws -> Bool {
    try queue.read { db in try tables.allSatisfy { try db.tableExists($0) } }
  }

  private func lines(
    sql: String, _ arguments: [any DatabaseValueConvertible]
  ) throws -> [MLflowLine] {
    try queue.read { db in
      try Row.fetchAll(db, sql: sql, arguments: StatementArguments(arguments)).map { row in
        var values: [String: MLflowLine.Value] = [:]
        for (column, value) in row {
          switch value.storage {
          case .null: break
          case .int64(let number): values[column] = .integer(number)
          case .double(let number): values[column] = .number(number)
          case .string(let text): values[column] = .text(text)
          case .blob(let data): values[column] = .text(String(decoding: data, as: UTF8.self))
          }
        }
        return MLflowLine(values)
      }
    }
  }

  private static func refused(_ path: String, _ why: String) -> ExperimentationError {
    ExperimentationError(
      .importImpossible, "\(path) cannot be imported: \(why).",
      hint: "Name the SQLite file of an MLflow server, such as mlflow.db, or its folder mlruns.")
  }
}
