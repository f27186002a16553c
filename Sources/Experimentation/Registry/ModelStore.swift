public import Basics
public import GRDB

/// The model registry, in the ledger.
///
/// The static functions join a transaction of their caller; the others are one transaction each.
public struct ModelStore: Sendable {
  let ledger: Ledger

  /// Keeps models in that ledger.
  public init(ledger: Ledger) { self.ledger = ledger }

  /// Registers a version in a transaction of its own.
  @discardableResult
  public func createVersion(
    of name: String, _ draft: ModelVersionDraft, nowMs: Int64, in project: String = "default"
  ) async throws -> ModelVersion {
    try await ledger.write { db in
      try Self.createVersion(of: name, draft, project: project, nowMs: nowMs, in: db)
    }
  }

  /// Registers the next version of a model, which is made if it is new.
  ///
  /// A draft whose `registrationKey` that model has seen returns the version made then.
  @discardableResult
  public static func createVersion(
    of name: String, _ draft: ModelVersionDraft, project: String = "default", nowMs: Int64,
    in db: Database
  ) throws -> ModelVersion {
    var model = try ensure(name, project: project, nowMs: nowMs, in: db)
    let number = try model.requiredNumber()
    if let key = draft.registrationKey,
      let known = try ModelVersionRecord.fetchOne(
        db, sql: "SELECT * FROM modelVersion WHERE model = ? AND registrationKey = ?",
        arguments: [number, key])
    {
      return try version(known, name: name, in: db)
    }
    if let run = draft.run { _ = try RunStore.number(of: run, in: db) }
    model.lastVersion += 1
    model.updatedAtMs = nowMs
    try model.update(db)
    let record = ModelVersionRecord(
      model: number, version: model.lastVersion, draft: draft, nowMs: nowMs)
    try record.insert(db)
    return try version(record, name: name, in: db)
  }

  /// The models of a project in order of their last change, newest first.
  ///
  /// MLflow's prompts, which are models with a tag, are left out.
  public func list(in project: String = "default") async throws -> [RegisteredModel] {
    try await ledger.read { db in
      try RegisteredModelRecord.fetchAll(
        db,
        sql: """
          SELECT * FROM registeredModel WHERE project = ? AND NOT EXISTS (
            SELECT 1 FROM registeredModelTag WHERE model = registeredModel.number
            AND key = 'mlflow.prompt.is_prompt' AND lower(value) = 'true'
          ) ORDER BY updatedAtMs DESC, name
          """,
        arguments: [project]
      ).map { try Self.model($0, in: db) }
    }
  }

  /// A model and its versions, newest first.
  public func model(
    _ name: String, in project: String = "default"
  ) async throws -> (model: RegisteredModel, versions: [ModelVersion]) {
    try await ledger.read { db in
      let record = try Self.find(name, project: project, in: db)
      let versions = try ModelVersionRecord.fetchAll(
        db, sql: "SELECT * FROM modelVersion WHERE model = ? ORDER BY version DESC",
        arguments: [record.number])
      return (
        try Self.model(record, in: db),
        try versions.map { try Self.version($0, name: name, in: db) }
      )
    }
  }

  /// One version of a model; nil asks for the newest.
  public func version(
    _ version: Int?, of name: String, in project: String = "default"
  ) async throws -> ModelVersion {
    try await ledger.read { db in
      try Self.version(version, of: name, project: project, in: db)
    }
  }

  /// One version of a model; nil asks for the newest.
  public static func version(
    _ version: Int?, of name: String, project: String = "default", in db: Database
  ) throws -> ModelVersion {
    let model = try find(name, project: project, in: db)
    let record = try ModelVersionRecord.fetchOne(
      db,
      sql: """
        SELECT * FROM modelVersion WHERE model = ? AND (? IS NULL OR version = ?)
        ORDER BY version DESC LIMIT 1
        """, arguments: [model.number, version, version])
    guard let record else {
      throw ExperimentationError(
        .modelVersionNotFound,
        "Model Version (name=\(name), version=\(version.map { "\($0)" } ?? "latest")) not found",
        hint: "`aifactory models show \(name)` lists its versions.")
    }
    return try self.version(record, name: name, in: db)
  }

  /// The versions that were made from a run, oldest first.
  public static func versions(ofRun run: RunID, in db: Database) throws -> [ModelVersion] {
    try ModelVersionRecord.fetchAll(
      db, sql: "SELECT * FROM modelVersion WHERE run = ? ORDER BY createdAtMs, version",
      arguments: [run.rawValue]
    ).map { record in
      let name = try String.fetchOne(
        db, sql: "SELECT name FROM registeredModel WHERE number = ?", arguments: [record.model])
      return try version(record, name: name ?? "", in: db)
    }
  }

  /// Digests of all packages that a version names: what garbage collection keeps.
  public static func packages(in db: Database) throws -> Set<String> {
    try String.fetchSet(db, sql: "SELECT package FROM modelVersion WHERE package IS NOT NULL")
  }

  static func find(
    _ name: String, project: String, in db: Database
  ) throws -> RegisteredModelRecord {
    guard let record = try RegisteredModelRecord.find(name, project: project, in: db) else {
      throw ExperimentationError(
        .modelNotFound, "Registered Model with name=\(name) not found",
        hint: "`aifactory models list` shows those that are.")
    }
    return record
  }

  static func ensure(
    _ name: String, project: String, nowMs: Int64, in db: Database
  ) throws -> RegisteredModelRecord {
    if let record = try RegisteredModelRecord.find(name, project: project, in: db) {
      return record
    }
    try checkName(name)
    var record = RegisteredModelRecord(
      number: nil, project: project, name: name, description: "", lastVersion: 0,
      createdAtMs: nowMs, updatedAtMs: nowMs)
    try record.insert(db)
    return record
  }

  static func checkName(_ name: String) throws {
    let isBlank = name.allSatisfy(\.isWhitespace)
    let isPath = name == "." || name == ".."
    guard (1...256).contains(name.unicodeScalars.count), !isBlank, !isPath, !name.contains("/"),
      !name.contains(":")
    else {
      throw ExperimentationError(
        .invalidValue,
        "Invalid model name '\(name.prefix(60))'. Names cannot contain '/' or ':'.",
        hint: "They have 1 to 256 characters.")
    }
  }

  static func model(
    _ record: RegisteredModelRecord, in db: Database
  ) throws -> RegisteredModel {
    let rows = try Row.fetchAll(
      db, sql: "SELECT alias, version FROM modelAlias WHERE model = ?",
      arguments: [record.number])
    return RegisteredModel(
      name: record.name, project: record.project, description: record.description,
      lastVersion: record.lastVersion,
      aliases: [String: Int](uniqueKeysWithValues: rows.map { ($0["alias"], $0["version"]) }),
      createdAtMs: record.createdAtMs, updatedAtMs: record.updatedAtMs,
      tags: try tags("registeredModelTag", "model = ?", [record.number], in: db))
  }

  private static func tags(
    _ table: String, _ condition: String, _ arguments: StatementArguments, in db: Database
  ) throws -> [String: String] {
    let rows = try Row.fetchAll(
      db, sql: "SELECT key, value FROM \(table) WHERE \(condition)", arguments: arguments)
    return [String: String](uniqueKeysWithValues: rows.map { ($0["key"], $0["value"]) })
  }

  static func version(
    _ record: ModelVersionRecord, name: String, in db: Database
  ) throws -> ModelVersion {
    let aliases = try String.fetchAll(
      db, sql: "SELECT alias FROM modelAlias WHERE model = ? AND version = ? ORDER BY alias",
      arguments: [record.model, record.version])
    return record.modelVersion(
      name: name, aliases: aliases,
      tags: try tags(
        "modelVersionTag", "model = ? AND version = ?", [record.model, record.version], in: db))
  }
}
