public import Basics
public import GRDB
import MLflowProtocol

/// Logged models, in the ledger.
public struct LoggedModelStore: Sendable {
  let ledger: Ledger

  /// Keeps logged models in that ledger.
  public init(ledger: Ledger) { self.ledger = ledger }

  /// Starts a model whose files come next.
  ///
  /// - Parameter location: where the files are already; nil is a folder of the experiment's.
  public static func create(
    _ id: String = LoggedModel.randomID(), in experiment: ExperimentID, name: String,
    kind: String = "", sourceRun: RunID? = nil, foreignRun: String? = nil,
    params: [String: String] = [:], tags: [String: String] = [:], location: String? = nil,
    nowMs: Int64, in db: Database
  ) throws -> LoggedModel {
    let home = try ExperimentStore.experiment(experiment, in: db)
    guard home.lifecycle == .active else {
      throw ExperimentationError(
        .invalidValue,
        "The experiment \(experiment) must be in the 'active' state. Current state is deleted.")
    }
    guard (1...500).contains(name.unicodeScalars.count),
      !name.contains(where: { "/:.%\"'".contains($0) })
    else {
      throw ExperimentationError(
        .invalidValue, "Invalid model name ('\(name.prefix(60))') provided.",
        hint: "It must have 1 to 500 characters and none of / : . % \" '")
    }
    if let sourceRun { _ = try RunStore.number(of: sourceRun, in: db) }
    var record = LoggedModelRecord(
      number: nil, id: id, experiment: home.id.rawValue, name: name, kind: kind,
      sourceRun: sourceRun?.rawValue, foreignRun: foreignRun, status: .pending, statusMessage: "",
      artifactLocation: location ?? home.artifactLocation + "/models/\(id)/artifacts",
      lifecycle: .active, createdAtMs: nowMs, updatedAtMs: nowMs)
    try record.insert(db)
    try note(params: params, tags: tags, on: id, nowMs: nowMs, in: db)
    return try model(id, in: db)
  }

  /// The model of that identifier, unless it is in the trash.
  public static func model(_ id: String, in db: Database) throws -> LoggedModel {
    try LoggedModelRecord.find(id, in: db).model(in: db)
  }

  /// The complete models that a run logged, the last one first.
  public static func models(loggedBy run: RunID, in db: Database) throws -> [LoggedModel] {
    try LoggedModelRecord.fetchAll(
      db,
      sql: """
        SELECT * FROM loggedModel WHERE sourceRun = ? AND lifecycle = 'active'
        ORDER BY createdAtMs DESC, number DESC
        """, arguments: [run.rawValue]
    ).filter { $0.status == .ready }.map { try $0.model(in: db) }
  }

  /// Says whether the files are complete.
  public static func setStatus(
    _ status: LoggedModel.Status, of id: String, message: String = "", nowMs: Int64,
    in db: Database
  ) throws -> LoggedModel {
    var record = try LoggedModelRecord.find(id, in: db)
    record.status = status
    record.statusMessage = message
    record.updatedAtMs = nowMs
    try record.update(db)
    return try record.model(in: db)
  }

  /// Moves a model to the trash; one that is there already is no error.
  public static func delete(_ id: String, nowMs: Int64, in db: Database) throws {
    try db.execute(
      sql: """
        UPDATE loggedModel SET lifecycle = 'deleted', updatedAtMs = ?
        WHERE id = ? AND lifecycle = 'active'
        """, arguments: [nowMs, id])
    guard db.changesCount == 0 else { return }
    let isKnown = try Bool.fetchOne(
      db, sql: "SELECT EXISTS (SELECT 1 FROM loggedModel WHERE id = ?)", arguments: [id])
    if isKnown != true { throw LoggedModelRecord.notFound(id) }
  }

  /// Notes params and tags; later values replace earlier ones.
  public static func note(
    params: [String: String] = [:], tags: [String: String] = [:], on id: String, nowMs: Int64,
    in db: Database
  ) throws {
    var record = try LoggedModelRecord.find(id, in: db)
    for (table, kind, pairs) in [
      ("loggedModelParam", MLflowKey.Kind.param, params), ("loggedModelTag", .tag, tags),
    ] {
      for (key, value) in pairs {
        try RunStore.checkKey(key, kind: kind, takesAnyCharacter: true)
        try db.execute(
          sql: "INSERT OR REPLACE INTO \(table) (model, key, value) VALUES (?, ?, ?)",
          arguments: [record.number, key, value])
      }
    }
    record.updatedAtMs = nowMs
    try record.update(db)
  }

  /// Removes a tag.
  public static func deleteTag(_ key: String, of id: String, in db: Database) throws {
    let record = try LoggedModelRecord.find(id, in: db)
    try db.execute(
      sql: "DELETE FROM loggedModelTag WHERE model = ? AND key = ?",
      arguments: [record.number, key])
    if db.changesCount == 0 {
      throw ExperimentationError(
        .tagNotFound, "No tag with key \(visible(key)) found for model with ID '\(id)'.")
    }
  }

  /// Keeps what a run measured on models; models that do not exist are passed over.
  public static func log(
    _ metrics: [LoggedModelMetric], run: RunID, in db: Database
  ) throws {
    let statement = try db.cachedStatement(
      sql: """
        INSERT OR REPLACE INTO loggedModelMetric
          (model, key, datasetName, datasetDigest, run, step, timestampMs, valueBits, value)
        SELECT number, ?, ?, ?, ?, ?, ?, ?, ? FROM loggedModel WHERE id = ?
        """)
    for metric in metrics {
      let point = metric.point
      try statement.execute(arguments: [
        point.key, metric.datasetName, metric.datasetDigest, run.rawValue, point.step,
        point.timestampMs, Int64(bitPattern: point.value.bitPattern),
        point.value.isNaN ? nil : point.value, metric.model,
      ])
    }
  }
}
