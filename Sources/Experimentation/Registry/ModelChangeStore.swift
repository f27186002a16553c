import Basics
public import GRDB
import MLflowProtocol

extension ModelStore {
  /// Makes a model without versions; its name must be new.
  @discardableResult
  public static func create(
    _ name: String, description: String = "", tags: [String: String] = [:],
    project: String = "default", nowMs: Int64, in db: Database
  ) throws -> RegisteredModel {
    if try RegisteredModelRecord.find(name, project: project, in: db) != nil {
      throw alreadyExists(name)
    }
    var record = try ensure(name, project: project, nowMs: nowMs, in: db)
    record.description = description
    try record.update(db)
    for (key, value) in tags {
      try setTag(key, value, of: name, project: project, in: db)
    }
    return try model(record, in: db)
  }

  /// The model of that name.
  public static func model(
    named name: String, project: String = "default", in db: Database
  ) throws -> RegisteredModel {
    try model(find(name, project: project, in: db), in: db)
  }

  /// Changes a model's name, its description, or both.
  @discardableResult
  public static func change(
    _ name: String, to newName: String? = nil, description: String? = nil,
    project: String = "default", nowMs: Int64, in db: Database
  ) throws -> RegisteredModel {
    var record = try find(name, project: project, in: db)
    if let newName, newName != name {
      try checkName(newName)
      if try RegisteredModelRecord.find(newName, project: project, in: db) != nil {
        throw alreadyExists(newName)
      }
      record.name = newName
    }
    if let description { record.description = description }
    record.updatedAtMs = nowMs
    try record.update(db)
    return try model(record, in: db)
  }

  /// Removes a model with all its versions; their packages stay until they are collected.
  public static func delete(
    _ name: String, project: String = "default", in db: Database
  ) throws {
    let record = try find(name, project: project, in: db)
    try db.execute(
      sql: "DELETE FROM registeredModel WHERE number = ?", arguments: [record.number])
  }

  /// Sets a tag of a model, which is no change of it: the order of search stays.
  public static func setTag(
    _ key: String, _ value: String, of name: String, project: String = "default", in db: Database
  ) throws {
    let number = try find(name, project: project, in: db).number
    try checkTag(key, value)
    try db.execute(
      sql: "INSERT OR REPLACE INTO registeredModelTag (model, key, value) VALUES (?, ?, ?)",
      arguments: [number, key, value])
  }

  /// Removes a tag of a model; one that is not there is no error.
  public static func deleteTag(
    _ key: String, of name: String, project: String = "default", in db: Database
  ) throws {
    try db.execute(
      sql: "DELETE FROM registeredModelTag WHERE model = ? AND key = ?",
      arguments: [try find(name, project: project, in: db).number, key])
  }

  /// Models that a filter finds, in order, and the token of the next page.
  public func search(
    filter: String = "", order: [String] = [], page: SearchPage, in project: String = "default"
  ) async throws -> (models: [RegisteredModel], next: String?) {
    let query = try ListQuery(filter: filter, order: order, fields: Self.fields)
    let home = SQLCondition("registeredModel.project = ?", [.text(project)])
    let select = SQLQuery(
      "SELECT registeredModel.* FROM registeredModel", conditions: [home] + query.conditions,
      order: query.order, page: page)
    return try await ledger.read { db in
      let records = try select.fetch(RegisteredModelRecord.self, in: db)
      return (
        try records.prefix(page.limit).map { try Self.model($0, in: db) },
        page.nextToken(count: records.count)
      )
    }
  }

  private static let fields = ListQuery.Fields(
    texts: ["name": "registeredModel.name"], numbers: [:], lists: ["name"],
    order: [
      "name": "registeredModel.name", "timestamp": "registeredModel.updatedAtMs",
      "last_updated_timestamp": "registeredModel.updatedAtMs",
      "creation_timestamp": "registeredModel.createdAtMs",
    ], keyed: ["tag": tag, "tags": tag], ties: ["registeredModel.name"])

  @Sendable private static func tag(
    _ clause: FilterClause
  ) throws(ExperimentationError) -> SQLCondition {
    let condition = try SQLCondition.keyed(
      "registeredModelTag", owner: "model", is: "registeredModel.number", clause, noun: "tag")
    return condition.orAbsentPrompt(
      clause,
      absent: """
        NOT EXISTS (SELECT 1 FROM registeredModelTag AS pair
          WHERE pair.model = registeredModel.number AND pair.key = ?)
        """)
  }

  static func checkTag(_ key: String, _ value: String) throws {
    try RunStore.checkKey(key, kind: .tag)
    guard value.count <= 100_000 else {
      throw ExperimentationError(
        .invalidValue, "'value' exceeds the maximum length of 100000 characters")
    }
  }

  private static func alreadyExists(_ name: String) -> ExperimentationError {
    ExperimentationError(
      .modelAlreadyExists, "Registered Model (name=\(name)) already exists.")
  }
}

extension SQLCondition {
  /// Prompts of MLflow are models with a tag; what lacks it is no prompt.
  func orAbsentPrompt(_ clause: FilterClause, absent: String) -> SQLCondition {
    guard clause.key == "mlflow.prompt.is_prompt" else { return self }
    switch (clause.comparison, clause.value) {
    case (.equal, .text("false")), (.notEqual, .text("true")):
      return SQLCondition("\(sql) OR \(absent)", arguments + [.text(clause.key)])
    default: return self
    }
  }
}
