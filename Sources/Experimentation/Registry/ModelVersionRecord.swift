import GRDB

/// One row of the `registeredModel` table.
struct RegisteredModelRecord: Codable, Sendable, FetchableRecord, MutablePersistableRecord {
  static let databaseTableName = "registeredModel"
  /// What other tables call the model by.
  var number: Int64?
  var project: String
  var name: String
  var description: String
  var lastVersion: Int
  var createdAtMs: Int64
  var updatedAtMs: Int64

  mutating func didInsert(_ inserted: InsertionSuccess) { number = inserted.rowID }

  static func find(
    _ name: String, project: String, in db: Database
  ) throws -> RegisteredModelRecord? {
    try fetchOne(
      db, sql: "SELECT * FROM registeredModel WHERE project = ? AND name = ?",
      arguments: [project, name])
  }

  func requiredNumber() throws -> Int64 {
    guard let number else { throw DatabaseError(message: "a model without a number") }
    return number
  }
}

/// One row of the `modelVersion` table.
struct ModelVersionRecord: Codable, Sendable, FetchableRecord, PersistableRecord {
  static let databaseTableName = "modelVersion"
  var model: Int64
  var version: Int
  var registrationKey: String?
  var status: ModelVersionStatus
  var description: String
  var source: String
  var run: String?
  var job: String?
  var datasetVersion: String?
  var package: String?
  var signature: String?
  var provenance: String?
  var createdAtMs: Int64
  var updatedAtMs: Int64
  var stage: ModelStage
  var user: String
  var runLink: String
  var statusMessage: String
  var loggedModel: String?
  var foreignRun: String?

  init(model: Int64, version: Int, draft: ModelVersionDraft, nowMs: Int64) {
    self.model = model
    self.version = version
    registrationKey = draft.registrationKey
    status = .ready
    description = draft.description
    source = draft.source
    run = draft.run?.rawValue
    job = draft.job
    datasetVersion = draft.datasetVersion
    package = draft.package
    signature = draft.signature
    provenance = draft.provenance
    createdAtMs = nowMs
    updatedAtMs = nowMs
    stage = .none
    user = draft.user
    runLink = draft.runLink
    statusMessage = ""
    loggedModel = draft.loggedModel
    foreignRun = draft.foreignRun
  }

  func modelVersion(
    name: String, aliases: [String], tags: [String: String]
  ) -> ModelVersion {
    var draft = ModelVersionDraft(
      registrationKey: registrationKey, run: run.flatMap(RunID.init), job: job,
      datasetVersion: datasetVersion, package: package, source: source, signature: signature,
      provenance: provenance, description: description, user: user, runLink: runLink,
      loggedModel: loggedModel)
    draft.foreignRun = foreignRun
    return ModelVersion(
      name: name, version: version, status: status, draft: draft, aliases: aliases,
      createdAtMs: createdAtMs, updatedAtMs: updatedAtMs, stage: stage,
      statusMessage: statusMessage, tags: tags)
  }
}
