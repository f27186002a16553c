import Basics
import Foundation
import GRDB
import JobProtocol

/// One row of the `job` table.
struct JobRecord: Codable, Sendable, FetchableRecord, PersistableRecord {
  static let databaseTableName = "job"

  var id: String
  var project: String
  var name: String
  var kind: String
  var purpose: String
  var spec: String
  var cpus: Int
  var memoryBytes: Int64?
  var gpus: Int
  var state: String
  var reason: String?
  var message: String?
  var attempt: Int
  var exitCode: Int32?
  var signal: Int32?
  var progress: String?
  var usage: String?
  var revision: Int64
  var waitingSinceMs: Int64
  var orderKeyMs: Int64
  var createdAtMs: Int64
  var startedAtMs: Int64?
  var endedAtMs: Int64?
  var site: String
  var folder: String?
  var handedOver: Bool
  var engineId: String?
  var engineState: String?
  var restarts = 0
  var restartReason: String?
  var arrayId: String?
  var arrayAtMost: Int?
  var serviceId: String?
  var held = false

  /// The row of a job; nil where there is none.
  static func find(_ id: String, in db: Database) throws -> JobRecord? {
    // Prepared once: it is asked several times for each change of a job.
    let statement = try db.cachedStatement(sql: "SELECT * FROM job WHERE id = ?")
    return try fetchOne(statement, arguments: [id])
  }

  /// One point of priority is worth as much as one minute of waiting.
  static func orderKey(waitingSinceMs: Int64, priority: Int) -> Int64 {
    waitingSinceMs - Int64(priority) * 60_000
  }

  /// The row of a job that was just submitted.
  ///
  /// - Parameter folder: where its files lie, if not among those of this home.
  init(
    submitted spec: JobSpec, id: Identifier<Job>, project: String, folder: String? = nil,
    atMs: Int64
  ) throws {
    self.id = id.rawValue
    self.project = project
    name = spec.name
    kind = spec.kind.rawValue
    purpose = spec.purpose
    self.spec = try RecordJSON.text(spec)
    cpus = spec.resources.cpus
    memoryBytes = spec.resources.memoryBytes
    gpus = spec.resources.gpus
    state = JobStateMachine.State.queued.rawValue
    attempt = 0
    revision = 1
    waitingSinceMs = atMs
    orderKeyMs = Self.orderKey(waitingSinceMs: atMs, priority: spec.priority)
    createdAtMs = atMs
    site = spec.site ?? Site.localName
    self.folder = folder
    handedOver = false
    (arrayId, arrayAtMost) = (spec.array?.array, spec.array?.atMost)
    serviceId = spec.service?.id
    held = spec.after?.isEmpty == false
  }

  var machine: JobStateMachine {
    get throws {
      guard let state = JobStateMachine.State(rawValue: state) else {
        throw RecordJSON.unknownWord(state)
      }
      return JobStateMachine(
        state: state, reason: reason.flatMap(JobReason.init(rawValue:)), attempt: attempt,
        isHandedOver: handedOver, isHeld: held)
    }
  }

  /// Takes over what the machine decided, as a new revision.
  mutating func take(_ machine: JobStateMachine) {
    state = machine.state.rawValue
    reason = machine.reason?.rawValue
    attempt = machine.attempt
    handedOver = machine.isHandedOver
    held = machine.isHeld
    revision += 1
  }

  /// The job of this row.
  func job(folder: String) throws -> Job {
    guard let identifier = Identifier<Job>(id) else { throw RecordJSON.unknownWord(id) }
    let machine = try machine
    var job = Job(
      id: identifier, project: project, spec: try RecordJSON.value(spec), state: machine.state,
      reason: machine.reason, message: message, attempt: attempt, exitCode: exitCode,
      signal: signal, progress: try progress.map { try RecordJSON.value($0) },
      usage: try usage.map { try RecordJSON.value($0) } ?? JobUsage(), createdAtMs: createdAtMs,
      startedAtMs: startedAtMs, endedAtMs: endedAtMs, folder: self.folder ?? folder + "/" + id,
      revision: revision, site: site, engineId: engineId, engineState: engineState)
    job.restarts = restarts
    job.isHeld = held
    job.restartReason = restartReason.flatMap(JobReason.init(rawValue:))
    return job
  }

  /// Puts the job among those that wait, as if it had not begun.
  mutating func wait(sinceMs: Int64) throws {
    let spec: JobSpec = try RecordJSON.value(spec)
    (startedAtMs, endedAtMs, exitCode, signal) = (nil, nil, nil, nil)
    (message, progress, usage) = (nil, nil, nil)
    (engineId, engineState) = (nil, nil)
    waitingSinceMs = sinceMs
    orderKeyMs = Self.orderKey(waitingSinceMs: sinceMs, priority: spec.priority)
  }
}

/// JSON in a column of text.
enum RecordJSON {
  static func text(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }

  static func value<Value: Decodable>(_ text: String) throws -> Value {
    try JSONDecoder().decode(Value.self, from: Data(text.utf8))
  }

  static func unknownWord(_ word: String) -> DatabaseError {
    DatabaseError(resultCode: .SQLITE_CORRUPT, message: "unknown word in table job: \(word)")
  }
}
