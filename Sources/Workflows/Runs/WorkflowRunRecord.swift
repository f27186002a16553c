internal import Basics
internal import Foundation
internal import GRDB

/// One row of the `workflowRun` table.
struct WorkflowRunRecord: Codable, Sendable, FetchableRecord, PersistableRecord {
  static let databaseTableName = "workflowRun"
  var id: String
  var project: String
  var name: String
  var definition: String
  var filePath: String
  var baseFolder: String
  var status: String
  var isCancelRequested: Bool
  /// JSON of a `StageFailure`.
  var failure: String?
  var createdAtMs: Int64
  var startedAtMs: Int64?
  var endedAtMs: Int64?
  /// JSON of `CommandInputs`.
  var inputs: String?
  /// JSON of `CommandInputs`.
  var dataInputs: String?

  init(_ run: WorkflowRun) throws {
    id = run.id.rawValue
    project = run.project
    name = run.name
    definition = run.definition
    filePath = run.filePath
    baseFolder = run.baseFolder
    status = run.status.rawValue
    isCancelRequested = run.isCancelRequested
    failure = try LedgerJSON.text(run.failure)
    createdAtMs = run.createdAtMs
    startedAtMs = run.startedAtMs
    endedAtMs = run.endedAtMs
    inputs = try LedgerJSON.text(run.inputs)
    dataInputs = try LedgerJSON.text(run.dataInputs)
  }
}

/// One row of the `stageRun` table.
struct StageRunRecord: Codable, Sendable, FetchableRecord, PersistableRecord {
  static let databaseTableName = "stageRun"
  var workflowRun: String
  var position: Int
  var name: String
  var status: String
  var isReused: Bool
  var stageKey: String?
  /// JSON of `StageIngredients`.
  var ingredients: String?
  /// JSON of a `StageOutput`.
  var output: String?
  /// JSON of a `StageFailure`.
  var failure: String?
  var startedAtMs: Int64?
  var endedAtMs: Int64?

  init(_ stage: StageRun, of run: Identifier<WorkflowRun>) throws {
    workflowRun = run.rawValue
    position = stage.name.position
    name = stage.name.rawValue
    status = stage.status.rawValue
    isReused = stage.isReused
    stageKey = stage.key
    ingredients = try LedgerJSON.text(stage.ingredients)
    output = try LedgerJSON.text(stage.output)
    failure = try LedgerJSON.text(stage.failure)
    startedAtMs = stage.startedAtMs
    endedAtMs = stage.endedAtMs
  }
}

/// One row of the `stageJob` table.
struct StageJobRecord: Codable, Sendable, FetchableRecord, PersistableRecord {
  static let databaseTableName = "stageJob"
  var job: String
  var workflowRun: String
  var stage: String
  var role: String
  var position: Int
  /// JSON of `StageJobDetails`.
  var details: String?
}

extension WorkflowRun {
  init(
    _ record: WorkflowRunRecord, stages: [StageRunRecord], jobs: [StageJobRecord]
  ) throws {
    guard let id = Identifier<WorkflowRun>(record.id), let status = Status(rawValue: record.status)
    else { throw WorkflowError(.ledgerDamaged, "workflow run \(record.id) cannot be read") }
    self.init(
      id: id, project: record.project, name: record.name, definition: record.definition,
      filePath: record.filePath, baseFolder: record.baseFolder, status: status,
      isCancelRequested: record.isCancelRequested, failure: try LedgerJSON.value(record.failure),
      createdAtMs: record.createdAtMs, startedAtMs: record.startedAtMs,
      endedAtMs: record.endedAtMs, inputs: try LedgerJSON.value(record.inputs),
      dataInputs: try LedgerJSON.value(record.dataInputs),
      stages: try stages.map { stage in
        try StageRun(
          stage,
          jobs: jobs.filter { $0.stage == stage.name }.map { StageJob(role: $0.role, job: $0.job) })
      })
  }
}

extension StageRun {
  init(_ record: StageRunRecord, jobs: [StageJob]) throws {
    guard let name = StageName(rawValue: record.name), let status = Status(rawValue: record.status)
    else { throw WorkflowError(.ledgerDamaged, "stage \(record.name) cannot be read") }
    self.init(pending: name)
    self.status = status
    isReused = record.isReused
    key = record.stageKey
    ingredients = try LedgerJSON.value(record.ingredients)
    output = try LedgerJSON.value(record.output)
    failure = try LedgerJSON.value(record.failure)
    self.jobs = jobs
    startedAtMs = record.startedAtMs
    endedAtMs = record.endedAtMs
  }
}

/// JSON in text columns.
enum LedgerJSON {
  static func text(_ value: (some Encodable)?) throws -> String? {
    guard let value else { return nil }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // A search may come to what is endless.
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }

  static func value<Value: Decodable>(_ text: String?) throws -> Value? {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    return try text.map { try decoder.decode(Value.self, from: Data($0.utf8)) }
  }
}
