import Basics
import GRDB

/// One row of the `service` table.
struct ServiceRecord: Codable, Sendable, FetchableRecord, PersistableRecord {
  static let databaseTableName = "service"

  var id: String
  var project: String
  var name: String
  var wanted: Bool
  var failure: String?
  var createdAtMs: Int64
  var endedAtMs: Int64?

  /// The row of a service that was just submitted.
  init(_ id: Identifier<NamedService>, name: String, project: String, atMs: Int64) {
    self.id = id.rawValue
    self.project = project
    self.name = name
    wanted = true
    createdAtMs = atMs
  }

  var service: NamedService {
    get throws {
      guard let identifier = Identifier<NamedService>(id) else { throw RecordJSON.unknownWord(id) }
      return NamedService(
        id: identifier, project: project, name: name, isWanted: wanted, failure: failure,
        createdAtMs: createdAtMs, endedAtMs: endedAtMs)
    }
  }
}
