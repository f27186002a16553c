import Basics
public import GRDB

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
    for (key, value) in params.sorted(by: { $0.key < $1.key }) {
      try setParam(key, value, ofRun: run, id: id, in: db)
    }
    for (key, value) in tags.sorted(by: { $0.key < $1.key }) {
      try checkKey(key, kind: "tag")
      try checkValue(value, of: key, atMost: 8000)
      try db.execute(
        sql: "INSERT OR REPLACE INTO runTag (run, key, value) VALUES (?, ?, ?)",
        arguments: [run, key, value])
    }
    for input in inputs {
      try db.execute(
        sql: """
          INSERT OR IGNORE INTO runInput
            (run, name, digest, context, sourceType, source, datasetVersion)
          VALUES (?, ?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          run, input.name, input.digest, input.context, input.sourceType, input.source,
          input.datasetVersion,
        ])
    }
  }

  /// Removes a tag of a run.
  public static func deleteTag(_ key: String, of id: RunID, in db: Database) throws {
    try db.execute(
      sql: "DELETE FROM runTag WHERE run = ? AND key = ?",
      arguments: [try number(of: id, in: db), key])
    if db.changesCount == 0 {
      throw ExperimentationError(.tagNotFound, "Run \(id) has no tag \(key).")
    }
  }

  private static func setParam(
    _ key: String, _ value: String, ofRun run: Int64, id: RunID, in db: Database
  ) throws {
    try checkKey(key, kind: "param")
    try checkValue(value, of: key, atMost: 6000)
    let known = try String.fetchOne(
      db, sql: "SELECT value FROM param WHERE run = ? AND key = ?", arguments: [run, key])
    if let known, known != value {
      throw ExperimentationError(
        .parameterConflict,
        "Param \(key) of run \(id) is \(known) and cannot become \(value).",
        hint: "Log what may change as a metric or as a tag.")
    }
    if known == nil {
      try db.execute(
        sql: "INSERT INTO param (run, key, value) VALUES (?, ?, ?)", arguments: [run, key, value])
    }
  }

  static func pairs(
    _ table: String, ofRun run: Int64, in db: Database
  ) throws -> [String: String] {
    let rows = try Row.fetchAll(
      db, sql: "SELECT key, value FROM \(table) WHERE run = ?", arguments: [run])
    return [String: String](uniqueKeysWithValues: rows.map { ($0["key"], $0["value"]) })
  }

  static func inputs(ofRun run: Int64, in db: Database) throws -> [RunInput] {
    try Row.fetchAll(
      db, sql: "SELECT * FROM runInput WHERE run = ? ORDER BY name, digest, context",
      arguments: [run]
    ).map {
      RunInput(
        name: $0["name"], digest: $0["digest"], context: $0["context"],
        sourceType: $0["sourceType"], source: $0["source"],
        datasetVersion: $0["datasetVersion"])
    }
  }

  /// MLflow's rule for names of metrics, params and tags.
  static func checkKey(_ key: String, kind: String) throws {
    let isAllowed = key.unicodeScalars.allSatisfy {
      $0.properties.isAlphabetic || $0.properties.numericType != nil || "_-. :/".contains($0)
    }
    guard (1...250).contains(key.count), isAllowed else {
      throw ExperimentationError(
        .invalidValue, "\(key.prefix(60)) is no name of a \(kind).",
        hint: "Names have 1 to 250 letters, digits, spaces and any of _ - . : /")
    }
  }

  private static func checkValue(_ value: String, of key: String, atMost limit: Int) throws {
    guard value.count > limit else { return }
    throw ExperimentationError(
      .invalidValue, "The value of \(key) has \(value.count) characters; \(limit) are allowed.",
      hint: "Log long texts as an artifact.")
  }
}

extension String {
  fileprivate func contains(_ scalar: Unicode.Scalar) -> Bool { unicodeScalars.contains(scalar) }
}
