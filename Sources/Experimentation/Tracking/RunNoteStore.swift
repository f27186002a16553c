public import Basics
public import GRDB
import MLflowProtocol

extension RunStore {
  /// Notes params, tags and inputs of a run in a transaction of its own.
  public func note(
    params: [String: String] = [:], tags: [String: String] = [:], inputs: [RunInput] = [],
    on id: RunID
  ) async throws {
    try await ledger.write { db in
      try Self.note(params: params, tags: tags, inputs: inputs, on: id, in: db)
    }
  }

  /// Notes params, tags and inputs of a run.
  ///
  /// The same again is no error; a param's value never changes, a tag's may.
  public static func note(
    params: [String: String] = [:], tags: [String: String] = [:], inputs: [RunInput] = [],
    on id: RunID, in db: Database
  ) throws {
    let run = try number(of: id, in: db)
    try note(params: params, tags: tags, inputs: inputs, on: id, RunNumber(rawValue: run), in: db)
  }

  /// Notes params, tags and inputs of a run whose number is known.
  public static func note(
    params: [String: String] = [:], tags: [String: String] = [:], inputs: [RunInput] = [],
    on id: RunID, _ number: RunNumber, in db: Database
  ) throws {
    let run = number.rawValue
    for (key, value) in params.sorted(by: { $0.key < $1.key }) {
      try setParam(key, value, ofRun: run, id: id, in: db)
    }
    try setTags(tags, ofRun: run, in: db)
    for input in inputs {
      try db.execute(
        sql: """
          INSERT OR IGNORE INTO runInput (run, name, digest, context, sourceType, source,
            datasetVersion, schema, profile, tags)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          run, input.name, input.digest, input.context, input.sourceType, input.source,
          input.datasetVersion, input.schema, input.profile, Self.json(ofTags: input.tags),
        ])
    }
  }

  private static func json(ofTags tags: [String: String]) -> String {
    let members = tags.sorted { $0.key < $1.key }.map { JSONMember($0.key, .string($0.value)) }
    return String(decoding: JSONValue.object(members).encoded(), as: UTF8.self)
  }

  /// Notes which logged models a run read or made; the same again is no error.
  public static func note(models: [RunModel], on id: RunID, in db: Database) throws {
    let run = try number(of: id, in: db)
    for model in models {
      try db.execute(
        sql: "INSERT OR IGNORE INTO runModel (run, direction, model, step) VALUES (?, ?, ?, ?)",
        arguments: [run, model.direction.rawValue, model.model, model.step])
    }
  }

  /// Adds a model's description to the run's list of models, as clients before MLflow 3 do.
  public static func appendModelHistory(
    _ model: JSONValue, to id: RunID, in db: Database
  ) throws {
    let key = "mlflow.log-model.history"
    let known = try String.fetchOne(
      db, sql: "SELECT value FROM runTag WHERE run = ? AND key = ?",
      arguments: [try number(of: id, in: db), key])
    // A tag that somebody overwrote with something else starts anew.
    let before = known.flatMap { try? JSONValue(parsing: $0).arrayValue } ?? []
    let list = String(decoding: JSONValue.array(before + [model]).encoded(), as: UTF8.self)
    try note(tags: [key: list], on: id, in: db)
  }

  /// Removes a tag of a run; without the tag that tells its name, it keeps the name.
  public static func deleteTag(_ key: String, of id: RunID, in db: Database) throws {
    let run = try number(of: id, in: db)
    if key == RunTagKey.name {
      try db.execute(
        sql: "UPDATE run SET nameTag = NULL WHERE number = ? AND nameTag IS NOT NULL",
        arguments: [run])
    } else {
      try db.execute(sql: "DELETE FROM runTag WHERE run = ? AND key = ?", arguments: [run, key])
    }
    if db.changesCount == 0 {
      throw ExperimentationError(
        .tagNotFound, "No tag with name: \(key) in run with id \(id).")
    }
  }

  private static func setParam(
    _ key: String, _ value: String, ofRun run: Int64, id: RunID, in db: Database
  ) throws {
    try checkKey(key, kind: .param)
    try checkValue(value, of: key, atMost: 6000)
    let select = try db.cachedStatement(sql: "SELECT value FROM param WHERE run = ? AND key = ?")
    let known = try select.first(.integer(run), .text(key)) { $0.text(0) }
    if let known, known != value {
      throw ExperimentationError(
        .parameterConflict,
        "Changing param values is not allowed. Param with key='\(key)' was already logged with "
          + "value='\(known)' for run ID='\(id)'. Attempted logging new value '\(value)'.",
        hint: "Log what may change as a metric or as a tag.")
    }
    if known == nil {
      let insert = try db.cachedStatement(
        sql: "INSERT INTO param (run, key, value) VALUES (?, ?, ?)")
      try insert.run(.integer(run), .text(key), .text(value))
    }
  }

  /// Sets tags of a run; one of them may rename it.
  ///
  /// - Parameter isNew: whether the run is being made; then their names hold any characters.
  static func setTags(
    _ tags: [String: String], ofRun run: Int64, isNew: Bool = false, in db: Database
  ) throws {
    for (key, value) in tags.sorted(by: { $0.key < $1.key }) {
      try checkTag(key, value, isNew: isNew)
      try setTag(key, value, ofRun: run, in: db)
    }
  }

  static func checkTag(_ key: String, _ value: String, isNew: Bool = false) throws {
    try checkKey(key, kind: .tag, takesAnyCharacter: isNew)
    try checkValue(value, of: key, atMost: 8000)
  }

  /// Sets a tag whose key and value were checked.
  private static func setTag(
    _ key: String, _ value: String, ofRun run: Int64, in db: Database
  ) throws {
    guard key != RunTagKey.name else { return try setName(value, ofRun: run, in: db) }
    let statement = try db.cachedStatement(
      sql: "INSERT OR REPLACE INTO runTag (run, key, value) VALUES (?, ?, ?)")
    try statement.run(.integer(run), .text(key), .text(value))
  }

  private static func setName(_ name: String, ofRun run: Int64, in db: Database) throws {
    let statement = try db.cachedStatement(
      sql: "UPDATE run SET name = ?1, nameTag = ?1 WHERE number = ?2")
    try statement.run(.text(name), .integer(run))
  }

  /// MLflow's rule for names of metrics, params and tags.
  static func checkKey(
    _ key: String, kind: MLflowKey.Kind, takesAnyCharacter: Bool = false
  ) throws {
    guard
      let problem = MLflowKey.problem(of: key, kind: kind, takesAnyCharacter: takesAnyCharacter)
    else { return }
    throw ExperimentationError(.invalidValue, problem)
  }

  private static func checkValue(_ value: String, of key: String, atMost limit: Int) throws {
    // SQLite counts code points too.
    guard value.unicodeScalars.count > limit else { return }
    throw ExperimentationError(
      .invalidValue, "The value of \(key) has \(value.count) characters; \(limit) are allowed.",
      hint: "Log long texts as an artifact.")
  }
}
