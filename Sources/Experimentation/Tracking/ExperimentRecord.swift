import GRDB

/// One row of the `experiment` table.
struct ExperimentRecord: Codable, Sendable, FetchableRecord, PersistableRecord {
  static let databaseTableName = "experiment"
  var id: String
  var project: String
  var name: String
  var artifactLocation: String
  var lifecycle: LifecycleStage
  var createdAtMs: Int64
  var updatedAtMs: Int64

  func experiment() throws -> Experiment {
    guard let id = ExperimentID(id) else {
      throw DatabaseError(message: "an experiment with a malformed id")
    }
    return Experiment(
      id: id, project: project, name: name, artifactLocation: artifactLocation,
      lifecycle: lifecycle, createdAtMs: createdAtMs, updatedAtMs: updatedAtMs)
  }
}
