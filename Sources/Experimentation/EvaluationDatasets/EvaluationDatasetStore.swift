public import Basics
public import GRDB

/// Evaluation datasets, in the ledger.
public struct EvaluationDatasetStore: Sendable {
  let ledger: Ledger

  /// Keeps datasets in that ledger.
  public init(ledger: Ledger) { self.ledger = ledger }

  /// Makes a dataset without records.
  public static func create(
    _ name: String, tags: [String: String] = [:], experiments: [ExperimentID] = [],
    project: String = "default", nowMs: Int64, in db: Database
  ) throws -> EvaluationDataset {
    guard (1...255).contains(name.unicodeScalars.count) else {
      throw ExperimentationError(
        .invalidValue, "'name' exceeds the maximum length of 255 characters")
    }
    let (id, user) = (EvaluationDataset.randomID(), tags["mlflow.user"] ?? "")
    try db.execute(
      sql: """
        INSERT INTO evaluationDataset (id, project, name, createdBy, updatedBy, createdAtMs,
          updatedAtMs) VALUES (?, ?, ?, ?, ?, ?, ?)
        """, arguments: [id, project, name, user, user, nowMs, nowMs])
    let number = db.lastInsertedRowID
    try set(tags, ofDataset: number, in: db)
    try add(experiments, toDataset: number, in: db)
    return try dataset(id, in: db)
  }

  /// The dataset of that identifier.
  public static func dataset(_ id: String, in db: Database) throws -> EvaluationDataset {
    let row = try Row.fetchOne(
      db, sql: "SELECT * FROM evaluationDataset WHERE id = ?", arguments: [id])
    guard let row else { throw notFound(id) }
    return try dataset(row, in: db)
  }

  /// Removes a dataset with its records; one that does not exist is no error.
  public static func delete(_ id: String, in db: Database) throws {
    try db.execute(sql: "DELETE FROM evaluationDataset WHERE id = ?", arguments: [id])
  }

  /// Sets tags of a dataset; others stay.
  public static func set(tags: [String: String], of id: String, in db: Database) throws {
    try set(tags, ofDataset: number(of: id, in: db), in: db)
  }

  /// Removes a tag; one that is not there is no error, nor is a dataset that does not exist.
  public static func deleteTag(_ key: String, of id: String, in db: Database) throws {
    try db.execute(
      sql: """
        DELETE FROM evaluationDatasetTag
        WHERE key = ? AND dataset = (SELECT number FROM evaluationDataset WHERE id = ?)
        """, arguments: [key, id])
  }

  /// Makes a dataset part of experiments; the same again is no error.
  public static func add(
    _ id: String, to experiments: [ExperimentID], nowMs: Int64, in db: Database
  ) throws -> EvaluationDataset {
    try add(experiments, toDataset: number(of: id, in: db), in: db)
    return try touched(id, nowMs: nowMs, in: db)
  }

  /// Takes a dataset out of experiments; those that it is not part of are passed over.
  public static func remove(
    _ id: String, from experiments: [ExperimentID], nowMs: Int64, in db: Database
  ) throws -> EvaluationDataset {
    let number = try number(of: id, in: db)
    for experiment in experiments {
      try db.execute(
        sql: "DELETE FROM evaluationDatasetExperiment WHERE dataset = ? AND experiment = ?",
        arguments: [number, experiment.rawValue])
    }
    return try touched(id, nowMs: nowMs, in: db)
  }

  private static func touched(
    _ id: String, nowMs: Int64, in db: Database
  ) throws -> EvaluationDataset {
    try db.execute(
      sql: "UPDATE evaluationDataset SET updatedAtMs = ? WHERE id = ?", arguments: [nowMs, id])
    return try dataset(id, in: db)
  }

  private static func add(
    _ experiments: [ExperimentID], toDataset number: Int64, in db: Database
  ) throws {
    for experiment in experiments {
      _ = try ExperimentStore.experiment(experiment, in: db)
      try db.execute(
        sql: """
          INSERT OR IGNORE INTO evaluationDatasetExperiment (dataset, experiment) VALUES (?, ?)
          """, arguments: [number, experiment.rawValue])
    }
  }

  private static func set(
    _ tags: [String: String], ofDataset number: Int64, in db: Database
  ) throws {
    for (key, value) in tags {
      for (text, noun, limit) in [(key, "key", 255), (value, "value", 5_000)]
      where text.unicodeScalars.count > limit {
        throw ExperimentationError(
          .invalidValue, "'\(noun)' exceeds the maximum length of \(limit) characters")
      }
      guard !key.isEmpty else {
        throw ExperimentationError(.invalidValue, "A tag's key must not be empty.")
      }
      try db.execute(
        sql: "INSERT OR REPLACE INTO evaluationDatasetTag (dataset, key, value) VALUES (?, ?, ?)",
        arguments: [number, key, value])
    }
  }

  static func number(of id: String, in db: Database) throws -> Int64 {
    let number = try Int64.fetchOne(
      db, sql: "SELECT number FROM evaluationDataset WHERE id = ?", arguments: [id])
    guard let number else { throw notFound(id) }
    return number
  }

  private static func notFound(_ id: String) -> ExperimentationError {
    ExperimentationError(
      .evaluationDatasetNotFound, "Evaluation dataset with id '\(id.prefix(100))' not found")
  }

  static func dataset(_ row: Row, in db: Database) throws -> EvaluationDataset {
    let number: Int64 = row["number"]
    var dataset = EvaluationDataset(
      id: row["id"], name: row["name"], schema: row["schema"], recordCount: row["recordCount"],
      createdBy: row["createdBy"], updatedBy: row["updatedBy"], createdAtMs: row["createdAtMs"],
      updatedAtMs: row["updatedAtMs"])
    let tags = try Row.fetchAll(
      db, sql: "SELECT key, value FROM evaluationDatasetTag WHERE dataset = ?",
      arguments: [number])
    dataset.tags = [String: String](uniqueKeysWithValues: tags.map { ($0["key"], $0["value"]) })
    dataset.experiments = try String.fetchAll(
      db,
      sql: """
        SELECT experiment FROM evaluationDatasetExperiment WHERE dataset = ? ORDER BY experiment
        """, arguments: [number]
    ).compactMap { ExperimentID($0) }
    return dataset
  }
}
