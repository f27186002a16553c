import Basics
public import GRDB

extension ModelStore {
  /// Changes what is noted about a version; of its model, only another stage is a change.
  @discardableResult
  public static func change(
    _ version: Int, of name: String, description: String? = nil, stage: ModelStage? = nil,
    project: String = "default", nowMs: Int64, in db: Database
  ) throws -> ModelVersion {
    let number = try find(name, project: project, in: db).number
    if stage != nil { try change(name, project: project, nowMs: nowMs, in: db) }
    _ = try self.version(version, of: name, project: project, in: db)
    try db.execute(
      sql: """
        UPDATE modelVersion SET description = coalesce(?, description),
          stage = coalesce(?, stage), updatedAtMs = ? WHERE model = ? AND version = ?
        """,
      arguments: [description, stage?.rawValue, nowMs, number, version])
    return try self.version(version, of: name, project: project, in: db)
  }

  /// Moves a version to a stage; the versions that were there may be archived.
  public static func moveToStage(
    _ stage: ModelStage, _ version: Int, of name: String, archiveOthers: Bool,
    project: String = "default", nowMs: Int64, in db: Database
  ) throws -> ModelVersion {
    let number = try find(name, project: project, in: db).number
    _ = try self.version(version, of: name, project: project, in: db)
    if archiveOthers {
      guard stage == .staging || stage == .production else {
        throw ExperimentationError(
          .invalidValue,
          "Model version transition cannot archive existing model versions because "
            + "'\(stage.rawValue)' is not an Active stage. Valid stages are Staging, Production")
      }
      try db.execute(
        sql: """
          UPDATE modelVersion SET stage = 'Archived', updatedAtMs = ?
          WHERE model = ? AND stage = ? AND version <> ?
          """, arguments: [nowMs, number, stage.rawValue, version])
    }
    return try change(version, of: name, stage: stage, project: project, nowMs: nowMs, in: db)
  }

  /// Leaves numbers out, so that the next version gets `number` where that is still possible.
  static func reserveVersions(
    below number: Int, of name: String, project: String, in db: Database
  ) throws {
    try db.execute(
      sql: "UPDATE registeredModel SET lastVersion = max(lastVersion, ?) WHERE number = ?",
      arguments: [number - 1, try find(name, project: project, in: db).number])
  }

  /// Removes a version with its aliases; its number is never used again.
  public static func deleteVersion(
    _ version: Int, of name: String, project: String = "default", nowMs: Int64, in db: Database
  ) throws {
    _ = try self.version(version, of: name, project: project, in: db)
    try change(name, project: project, nowMs: nowMs, in: db)
    let number = try find(name, project: project, in: db).number
    try db.execute(
      sql: "DELETE FROM modelVersion WHERE model = ? AND version = ?",
      arguments: [number, version])
  }

  /// Sets a tag of a version, which is no change of it: the order of search stays.
  public static func setTag(
    _ key: String, _ value: String, ofVersion version: Int, of name: String,
    project: String = "default", in db: Database
  ) throws {
    try checkTag(key, value)
    _ = try self.version(version, of: name, project: project, in: db)
    try db.execute(
      sql: """
        INSERT OR REPLACE INTO modelVersionTag (model, version, key, value) VALUES (?, ?, ?, ?)
        """,
      arguments: [try find(name, project: project, in: db).number, version, key, value])
  }

  /// Removes a tag of a version; one that is not there is no error.
  public static func deleteTag(
    _ key: String, ofVersion version: Int, of name: String, project: String = "default",
    in db: Database
  ) throws {
    _ = try self.version(version, of: name, project: project, in: db)
    try db.execute(
      sql: "DELETE FROM modelVersionTag WHERE model = ? AND version = ? AND key = ?",
      arguments: [try find(name, project: project, in: db).number, version, key])
  }

  /// The newest version of each stage, or of those asked for.
  public static func latestVersions(
    of name: String, stages: [ModelStage] = [], project: String = "default", in db: Database
  ) throws -> [ModelVersion] {
    let model = try find(name, project: project, in: db)
    let wanted = stages.isEmpty ? ModelStage.allCases : stages
    return try ModelVersionRecord.fetchAll(
      db,
      sql: """
        SELECT *, max(version) FROM modelVersion WHERE model = ? GROUP BY stage ORDER BY version
        """, arguments: [model.number]
    ).filter { wanted.contains($0.stage) }.map { try self.version($0, name: name, in: db) }
  }

  /// Versions that a filter finds, in order, and the token of the next page; what changed last comes
  /// first unless an order says otherwise.
  public func searchVersions(
    filter: String = "", order: [String] = [], page: SearchPage, in project: String = "default"
  ) async throws -> (versions: [ModelVersion], next: String?) {
    let query = try ListQuery(
      filter: filter, order: order.isEmpty ? ["last_updated_timestamp DESC"] : order,
      fields: Self.fields)
    let home = SQLCondition("registeredModel.project = ?", [.text(project)])
    let select = SQLQuery(
      """
      SELECT modelVersion.*, registeredModel.name AS modelName FROM modelVersion
      JOIN registeredModel ON registeredModel.number = modelVersion.model
      """, conditions: [home] + query.conditions, order: query.order, page: page)
    return try await ledger.read { db in
      let rows = try select.fetchRows(in: db)
      let versions = try rows.prefix(page.limit).map { row in
        try Self.version(ModelVersionRecord(row: row), name: row["modelName"], in: db)
      }
      return (versions, page.nextToken(count: rows.count))
    }
  }

  private static let fields = ListQuery.Fields(
    texts: [
      "name": "registeredModel.name",
      "run_id": "coalesce(modelVersion.run, modelVersion.foreignRun, '')",
      "source_path": "modelVersion.source",
    ],
    numbers: ["version_number": "modelVersion.version"], lists: ["name", "run_id"],
    order: [
      "name": "registeredModel.name", "version_number": "modelVersion.version",
      "creation_timestamp": "modelVersion.createdAtMs",
      "last_updated_timestamp": "modelVersion.updatedAtMs",
    ], keyed: ["tag": tag, "tags": tag],
    ties: ["registeredModel.name", "modelVersion.version DESC"])

  @Sendable private static func tag(
    _ clause: FilterClause
  ) throws(ExperimentationError) -> SQLCondition {
    let owner = "modelVersion.model AND pair.version = modelVersion.version"
    let condition = try SQLCondition.keyed(
      "modelVersionTag", owner: "model", is: owner, clause, noun: "tag")
    return condition.orAbsentPrompt(
      clause,
      absent: """
        NOT EXISTS (SELECT 1 FROM modelVersionTag AS pair
          WHERE pair.model = \(owner) AND pair.key = ?)
        """)
  }
}
