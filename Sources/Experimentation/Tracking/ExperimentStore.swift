public import Basics
public import GRDB

/// Experiments, in the ledger.
public struct ExperimentStore: Sendable {
  let ledger: Ledger

  /// Keeps experiments in that ledger.
  public init(ledger: Ledger) { self.ledger = ledger }

  /// The experiment of that name, made if there is none; one in the trash is taken out of it.
  public static func ensure(
    named name: String, project: String = "default", nowMs: Int64, in db: Database
  ) throws -> Experiment {
    if var record = try find(name, project: project, in: db) {
      if record.lifecycle == .deleted {
        record.lifecycle = .active
        record.updatedAtMs = nowMs
        try record.update(db)
      }
      return try record.experiment()
    }
    return try create(named: name, project: project, nowMs: nowMs, in: db)
  }

  /// Makes an experiment; its name must be new.
  public static func create(
    _ id: ExperimentID = .random(), named name: String, artifactLocation: String? = nil,
    tags: [String: String] = [:],
    project: String = "default", nowMs: Int64, in db: Database
  ) throws -> Experiment {
    try checkName(name)
    if try find(name, project: project, in: db) != nil {
      throw ExperimentationError(
        .experimentAlreadyExists, "Experiment(name=\(name)) already exists.",
        hint: "It may be in the trash: restore it, or choose another name.")
    }
    let record = ExperimentRecord(
      id: id.rawValue, project: project, name: name,
      artifactLocation: artifactLocation ?? "mlflow-artifacts:/\(id)", lifecycle: .active,
      createdAtMs: nowMs, updatedAtMs: nowMs)
    try record.insert(db)
    for (key, value) in tags { try setTag(key, value, of: id, nowMs: nowMs, in: db) }
    return try record.experiment()
  }

  /// Makes an experiment under an identifier that was given away before, far from the ledger.
  ///
  /// Where there is one of that name by now, the identifier stands for it ever after.
  public static func take(
    _ id: ExperimentID, named name: String, artifactLocation: String? = nil,
    tags: [String: String] = [:], project: String, nowMs: Int64, in db: Database
  ) throws -> Experiment {
    guard try find(name, project: project, in: db) != nil else {
      return try create(
        id, named: name, artifactLocation: artifactLocation, tags: tags, project: project,
        nowMs: nowMs, in: db)
    }
    let known = try ensure(named: name, project: project, nowMs: nowMs, in: db)
    try db.execute(
      sql: "INSERT OR REPLACE INTO experimentAlias (alias, experiment) VALUES (?, ?)",
      arguments: [id.rawValue, known.id.rawValue])
    for (key, value) in tags { try setTag(key, value, of: known.id, nowMs: nowMs, in: db) }
    return known
  }

  /// The experiment of that identifier, or the one for which it stands.
  public static func experiment(_ id: ExperimentID, in db: Database) throws -> Experiment {
    if let known = try find(id, in: db) { return known }
    let alias = try String.fetchOne(
      db, sql: "SELECT experiment FROM experimentAlias WHERE alias = ?", arguments: [id.rawValue])
    guard let own = alias.flatMap({ ExperimentID($0) }), let known = try find(own, in: db) else {
      throw notFound(id)
    }
    return known
  }

  private static func find(_ id: ExperimentID, in db: Database) throws -> Experiment? {
    let statement = try db.cachedStatement(
      sql: """
        SELECT project, name, artifactLocation, lifecycle = 'active', createdAtMs, updatedAtMs
        FROM experiment WHERE id = ?
        """)
    return try statement.first(.text(id.rawValue)) { row in
      Experiment(
        id: id, project: row.text(0), name: row.text(1), artifactLocation: row.text(2),
        lifecycle: row.integer(3) == 1 ? .active : .deleted, createdAtMs: row.integer(4),
        updatedAtMs: row.integer(5))
    }
  }

  static func checkName(_ name: String) throws {
    guard !name.isEmpty else {
      throw ExperimentationError(.invalidValue, "An experiment needs a name.")
    }
    // It would end the name for SQLite.
    guard !name.unicodeScalars.contains("\0") else {
      throw ExperimentationError(.invalidValue, "The name of an experiment cannot hold a NUL.")
    }
    guard name.unicodeScalars.count <= 500 else {
      throw ExperimentationError(
        .invalidValue, "'name' exceeds the maximum length of 500 characters")
    }
  }

  static func notFound(_ id: ExperimentID) -> ExperimentationError {
    ExperimentationError(
      .experimentNotFound, "No Experiment with id=\(id) exists",
      hint: "`aifactory experiments list` shows those that do.")
  }

  static func find(
    _ name: String, project: String, in db: Database
  ) throws -> ExperimentRecord? {
    try ExperimentRecord.fetchOne(
      db, sql: "SELECT * FROM experiment WHERE project = ? AND name = ?",
      arguments: [project, name])
  }
}
