import Basics
import GRDB

extension LoggedModelStore {
  /// Keeps a model with the identifier and the times that it had elsewhere; false where one of
  /// that identifier is here.
  static func take(
    _ line: MLflowLine, to experiment: Experiment, params: [String: String],
    tags: [String: String], metrics: [(run: RunID, metric: LoggedModelMetric)], nowMs: Int64,
    in db: Database
  ) throws -> Bool {
    let id = line.text("model_id")
    guard id.hasPrefix("m-"), RunID(String(id.dropFirst(2))) != nil else {
      throw ExperimentationError(.invalidValue, "its id is not m- and 32 hexadecimal digits.")
    }
    if try isKnown(id, in: db) { return false }
    let named = line.text("source_run_id")
    let run = try RunStore.known(named, in: db)
    let created = line.integer("creation_timestamp_ms") ?? nowMs
    let statuses: [LoggedModel.Status] = [.pending, .pending, .ready, .uploadFailed]
    var record = LoggedModelRecord(
      number: nil, id: id, experiment: experiment.id.rawValue,
      name: line.text("name").firstScalars(500), kind: line.text("model_type"),
      sourceRun: run?.rawValue, foreignRun: run == nil && !named.isEmpty ? named : nil,
      status: statuses[Int(max(0, min(3, line.integer("status") ?? 2)))],
      statusMessage: line.text("status_message"),
      artifactLocation: experiment.artifactLocation + "/models/\(id)/artifacts",
      lifecycle: .active, createdAtMs: created, updatedAtMs: created)
    try record.insert(db)
    try note(params: params, tags: tags, on: id, nowMs: created, in: db)
    for (run, metric) in metrics where try RunRecord.find(run, in: db) != nil {
      try log([metric], run: run, in: db)
    }
    if line.text("lifecycle_stage") == "deleted" { try delete(id, nowMs: nowMs, in: db) }
    return true
  }

  /// Whether a model of that identifier is here, in use or in the trash.
  static func isKnown(_ id: String, in db: Database) throws -> Bool {
    try Bool.fetchOne(
      db, sql: "SELECT EXISTS (SELECT 1 FROM loggedModel WHERE id = ?)", arguments: [id]) ?? false
  }
}

extension TraceStore {
  /// Whether a trace of that identifier is here.
  static func isKnown(_ id: String, in db: Database) throws -> Bool {
    try Bool.fetchOne(
      db, sql: "SELECT EXISTS (SELECT 1 FROM trace WHERE id = ?)", arguments: [id]) ?? false
  }
}

extension ArtifactStore {
  /// The digest of the file of that path; nil where there is none.
  static func digest(of path: String, in db: Database) throws -> ObjectDigest? {
    try String.fetchOne(db, sql: "SELECT sha256 FROM artifact WHERE path = ?", arguments: [path])
      .flatMap { ObjectDigest(hex: $0) }
  }
}
