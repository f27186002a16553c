import Basics
import GRDB

/// Writes a study into a new SQLite file that Optuna's `load_study` reads.
enum OptunaExportStore {
  /// Writes the file whole, or not at all.
  ///
  /// - Throws: `file_exists` where something of that name is there, `optuna_unwritable` where
  ///   SQLite cannot write there.
  static func write(_ study: OptunaStudy, to path: String) throws {
    guard !FileTree.exists(path) else {
      throw OptimizationError(
        code: .fileExists, message: "\(path) is there already",
        hint: "name a file that does not exist yet")
    }
    let draft = "\(path).\(UInt64.random(in: 0...UInt64.max)).tmp"
    do {
      let queue = try DatabaseQueue(path: draft)
      try queue.write { db in
        for statement in tables { try db.execute(sql: statement) }
        try insert(study, in: db)
      }
      try queue.close()
      try FileTree.rename(draft, to: path)
    } catch {
      // The first error says why; what is left is half a file under a name of its own.
      try? FileTree.remove(draft)
      guard let error = error as? DatabaseError else { throw error }
      throw OptimizationError(
        code: .optunaUnwritable,
        message: "\(path) cannot be written: "
          + (error.message ?? "error \(error.resultCode.rawValue)"),
        hint: "name a file in a folder that exists and that the server may write to")
    }
  }

  private static func insert(_ study: OptunaStudy, in db: Database) throws {
    try db.execute(
      sql: "INSERT INTO studies (study_id, study_name) VALUES (1, ?)", arguments: [study.name])
    for (objective, goal) in study.goals.enumerated() {
      try db.execute(
        sql: "INSERT INTO study_directions (direction, study_id, objective) VALUES (?, 1, ?)",
        arguments: [goal == .maximize ? "MAXIMIZE" : "MINIMIZE", objective])
    }
    try insert(study.attributes, of: "study", 1, in: db)
    for trial in study.trials { try insert(trial, in: db) }
  }

  private static func insert(_ trial: OptunaStudy.Trial, in db: Database) throws {
    let id = trial.number + 1
    try db.execute(
      sql: """
        INSERT INTO trials (trial_id, number, study_id, state, datetime_start, datetime_complete)
        VALUES (?, ?, 1, ?, ?, ?)
        """,
      arguments: [
        id, trial.number, trial.state.rawValue, trial.startedAtMs.map(OptunaTime.text),
        trial.endedAtMs.map(OptunaTime.text),
      ])
    for parameter in trial.parameters {
      try db.execute(
        sql: """
          INSERT INTO trial_params (trial_id, param_name, param_value, distribution_json)
          VALUES (?, ?, ?, ?)
          """,
        arguments: [id, parameter.name, parameter.stored, parameter.distribution.text])
    }
    for (objective, value) in trial.values.enumerated() {
      let (stored, kind) = Self.stored(value)
      try db.execute(
        sql: """
          INSERT INTO trial_values (trial_id, objective, value, value_type) VALUES (?, ?, ?, ?)
          """, arguments: [id, objective, stored, kind])
    }
    for point in trial.intermediate {
      let (stored, kind) = Self.stored(point.value)
      try db.execute(
        sql: """
          INSERT INTO trial_intermediate_values
            (trial_id, step, intermediate_value, intermediate_value_type) VALUES (?, ?, ?, ?)
          """, arguments: [id, point.step, stored, kind])
    }
    try insert(trial.attributes, of: "trial", id, in: db)
  }

  private static func insert(
    _ attributes: [StudyAttribute], of what: String, _ id: Int, in db: Database
  ) throws {
    for attribute in attributes {
      try db.execute(
        sql: """
          INSERT INTO \(what)_\(attribute.owner.rawValue)_attributes (\(what)_id, key, value_json)
          VALUES (?, ?, ?)
          """, arguments: [id, attribute.key, attribute.text])
    }
  }

  private static func stored(_ value: Double) -> (Double?, String) {
    if value.isFinite { return (value, "FINITE") }
    return (nil, value.isNaN ? "NAN" : value > 0 ? "INF_POS" : "INF_NEG")
  }

  /// The tables of revision v3.2.0.a.
  private static let tables = [
    """
    CREATE TABLE studies (
      study_id INTEGER NOT NULL PRIMARY KEY, study_name VARCHAR(512) NOT NULL)
    """,
    "CREATE UNIQUE INDEX ix_studies_study_name ON studies (study_name)",
    """
    CREATE TABLE version_info (
      version_info_id INTEGER NOT NULL PRIMARY KEY CHECK (version_info_id = 1),
      schema_version INTEGER, library_version VARCHAR(256))
    """,
    """
    CREATE TABLE study_directions (
      study_direction_id INTEGER NOT NULL PRIMARY KEY, direction VARCHAR(8) NOT NULL,
      study_id INTEGER NOT NULL REFERENCES studies (study_id), objective INTEGER NOT NULL,
      UNIQUE (study_id, objective))
    """,
    """
    CREATE TABLE study_user_attributes (
      study_user_attribute_id INTEGER NOT NULL PRIMARY KEY,
      study_id INTEGER REFERENCES studies (study_id), "key" VARCHAR(512), value_json TEXT,
      UNIQUE (study_id, "key"))
    """,
    """
    CREATE TABLE study_system_attributes (
      study_system_attribute_id INTEGER NOT NULL PRIMARY KEY,
      study_id INTEGER REFERENCES studies (study_id), "key" VARCHAR(512), value_json TEXT,
      UNIQUE (study_id, "key"))
    """,
    """
    CREATE TABLE trials (
      trial_id INTEGER NOT NULL PRIMARY KEY, number INTEGER,
      study_id INTEGER REFERENCES studies (study_id), state VARCHAR(8) NOT NULL,
      datetime_start DATETIME, datetime_complete DATETIME)
    """,
    "CREATE INDEX trials_study_id_key ON trials (study_id)",
    """
    CREATE TABLE trial_user_attributes (
      trial_user_attribute_id INTEGER NOT NULL PRIMARY KEY,
      trial_id INTEGER REFERENCES trials (trial_id), "key" VARCHAR(512), value_json TEXT,
      UNIQUE (trial_id, "key"))
    """,
    """
    CREATE TABLE trial_system_attributes (
      trial_system_attribute_id INTEGER NOT NULL PRIMARY KEY,
      trial_id INTEGER REFERENCES trials (trial_id), "key" VARCHAR(512), value_json TEXT,
      UNIQUE (trial_id, "key"))
    """,
    """
    CREATE TABLE trial_params (
      param_id INTEGER NOT NULL PRIMARY KEY, trial_id INTEGER REFERENCES trials (trial_id),
      param_name VARCHAR(512), param_value FLOAT, distribution_json TEXT,
      UNIQUE (trial_id, param_name))
    """,
    """
    CREATE TABLE trial_values (
      trial_value_id INTEGER NOT NULL PRIMARY KEY,
      trial_id INTEGER NOT NULL REFERENCES trials (trial_id), objective INTEGER NOT NULL,
      value FLOAT, value_type VARCHAR(7) NOT NULL, UNIQUE (trial_id, objective))
    """,
    """
    CREATE TABLE trial_intermediate_values (
      trial_intermediate_value_id INTEGER NOT NULL PRIMARY KEY,
      trial_id INTEGER NOT NULL REFERENCES trials (trial_id), step INTEGER NOT NULL,
      intermediate_value FLOAT, intermediate_value_type VARCHAR(7) NOT NULL,
      UNIQUE (trial_id, step))
    """,
    """
    CREATE TABLE trial_heartbeats (
      trial_heartbeat_id INTEGER NOT NULL PRIMARY KEY,
      trial_id INTEGER NOT NULL REFERENCES trials (trial_id),
      heartbeat DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL, UNIQUE (trial_id))
    """,
    "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)",
    "INSERT INTO version_info VALUES (1, 12, '5.0.0')",
    "INSERT INTO alembic_version VALUES ('v3.2.0.a')",
  ]
}
