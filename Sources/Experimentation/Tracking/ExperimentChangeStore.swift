import Basics
public import GRDB
import MLflowProtocol

extension ExperimentStore {
  /// The experiment of that name, in use or in the trash.
  public static func experiment(
    named name: String, project: String = "default", in db: Database
  ) throws -> Experiment {
    guard let record = try find(name, project: project, in: db) else {
      throw ExperimentationError(
        .experimentNotFound, "Could not find experiment with name '\(name)'",
        hint: "`aifactory experiments list` shows those that exist.")
    }
    return try record.experiment()
  }

  /// Renames an experiment in use.
  public static func rename(
    _ id: ExperimentID, to name: String, nowMs: Int64, in db: Database
  ) throws {
    let experiment = try experiment(id, in: db)
    try checkName(name)
    guard experiment.lifecycle == .active else {
      throw ExperimentationError(
        .invalidValue, "Cannot rename a non-active experiment.", hint: "Restore it first.")
    }
    if let other = try find(name, project: experiment.project, in: db), other.id != id.rawValue {
      throw ExperimentationError(
        .experimentAlreadyExists, "Experiment(name=\(name)) already exists.")
    }
    try db.execute(
      sql: "UPDATE experiment SET name = ?, updatedAtMs = ? WHERE id = ?",
      arguments: [name, nowMs, id.rawValue])
  }

  /// Moves an experiment with its runs to the trash or back.
  public static func setLifecycle(
    _ lifecycle: LifecycleStage, of id: ExperimentID, nowMs: Int64, in db: Database
  ) throws {
    let experiment = try experiment(id, in: db)
    guard experiment.lifecycle != lifecycle else {
      throw ExperimentationError(
        .experimentNotFound,
        "No Experiment with id=\(id) exists that is "
          + (lifecycle == .deleted ? "active" : "deleted"))
    }
    try db.execute(
      sql: "UPDATE experiment SET lifecycle = ?, updatedAtMs = ? WHERE id = ?",
      arguments: [lifecycle.rawValue, nowMs, id.rawValue])
    try db.execute(
      sql: """
        UPDATE run SET lifecycle = ?, deletedAtMs = ? WHERE experiment = ?
          AND id NOT IN (SELECT name FROM condemned WHERE kind = 'run')
        """,
      arguments: [lifecycle.rawValue, lifecycle == .deleted ? nowMs : nil, id.rawValue])
  }

  /// Sets a tag of an experiment.
  public static func setTag(
    _ key: String, _ value: String, of id: ExperimentID, nowMs: Int64, in db: Database
  ) throws {
    let experiment = try experiment(id, in: db)
    guard experiment.lifecycle == .active else {
      throw ExperimentationError(
        .invalidValue,
        "The experiment \(id) must be in the 'active' state. Current state is deleted.")
    }
    try RunStore.checkKey(key, kind: .tag)
    guard value.count <= 20_000 else {
      throw ExperimentationError(
        .invalidValue, "'value' exceeds the maximum length of 20000 characters")
    }
    try db.execute(
      sql: "INSERT OR REPLACE INTO experimentTag (experiment, key, value) VALUES (?, ?, ?)",
      arguments: [id.rawValue, key, value])
    try db.execute(
      sql: "UPDATE experiment SET updatedAtMs = ? WHERE id = ?", arguments: [nowMs, id.rawValue])
  }

  /// Removes a tag of an experiment.
  public static func deleteTag(_ key: String, of id: ExperimentID, in db: Database) throws {
    _ = try experiment(id, in: db)
    try db.execute(
      sql: "DELETE FROM experimentTag WHERE experiment = ? AND key = ?",
      arguments: [id.rawValue, key])
    if db.changesCount == 0 {
      throw ExperimentationError(
        .tagNotFound, "No tag with name: \(key) in experiment with id \(id).")
    }
  }

  /// The tags of an experiment.
  public static func tags(of id: ExperimentID, in db: Database) throws -> [String: String] {
    let rows = try Row.fetchAll(
      db, sql: "SELECT key, value FROM experimentTag WHERE experiment = ?",
      arguments: [id.rawValue])
    return [String: String](uniqueKeysWithValues: rows.map { ($0["key"], $0["value"]) })
  }
}

extension ExperimentStore {
  /// Experiments that a filter finds, with their tags, and the token of the next page; the youngest
  /// first unless an order says otherwise.
  public func search(
    filter: String = "", order: [String] = [], view: SearchView = .activeOnly, page: SearchPage,
    in project: String = "default"
  ) async throws -> (experiments: [(Experiment, tags: [String: String])], next: String?) {
    let query = try ListQuery(filter: filter, order: order, fields: Self.fields)
    var conditions = [SQLCondition("experiment.project = ?", [.text(project)])]
    if let condition = view.condition("experiment.lifecycle") { conditions.append(condition) }
    let select = SQLQuery(
      "SELECT experiment.* FROM experiment", conditions: conditions + query.conditions,
      order: query.order, page: page)
    return try await ledger.read { db in
      let records = try select.fetch(ExperimentRecord.self, in: db)
      let found = try records.prefix(page.limit).map { record in
        let experiment = try record.experiment()
        return (experiment, tags: try Self.tags(of: experiment.id, in: db))
      }
      return (found, page.nextToken(count: records.count))
    }
  }

  private static let fields = ListQuery.Fields(
    texts: ["name": "experiment.name", "experiment_id": "experiment.id"],
    numbers: [
      "creation_time": "experiment.createdAtMs", "last_update_time": "experiment.updatedAtMs",
    ],
    lists: ["experiment_id"],
    keyed: ["tag": tagCondition, "tags": tagCondition],
    ties: ["experiment.createdAtMs DESC", "experiment.id"])

  @Sendable private static func tagCondition(
    _ clause: FilterClause
  ) throws(ExperimentationError) -> SQLCondition {
    try .keyed("experimentTag", owner: "experiment", is: "experiment.id", clause, noun: "tag")
  }
}
