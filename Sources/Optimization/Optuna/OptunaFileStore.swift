import Basics
import GRDB

/// A SQLite file of Optuna's storage (`sqlite:///FILE`): studies in and out.
///
/// The tables are those of its revision v3.2.0.a, which Optuna has had since its version 3.2.
struct OptunaFileStore {
  let path: String

  /// Revisions whose tables are read; between both there is an index more.
  private static let revisions = ["v3.0.0.d", "v3.2.0.a"]

  /// Reads studies, all of the file or the one of a name.
  func studies(named name: String? = nil) throws -> [OptunaStudy] {
    guard FileTree.exists(path) else { throw refused("it is not there") }
    var configuration = Configuration()
    configuration.readonly = true
    // Somebody may be writing.
    configuration.busyMode = .timeout(10)
    do {
      return try DatabaseQueue(path: path, configuration: configuration).read { db in
        try check(db)
        let rows = try Row.fetchAll(
          db, sql: "SELECT study_id, study_name FROM studies ORDER BY study_id")
        let all = try rows.map { row in
          (
            id: try row.decode(Int64.self, forColumn: "study_id"),
            name: try row.decode(String.self, forColumn: "study_name")
          )
        }
        let wanted = all.filter { name == nil || $0.name == name }
        if let name, wanted.isEmpty {
          let names = all.prefix(10).map(\.name).joined(separator: ", ")
          throw OptimizationError(
            code: .optunaUnreadable, message: "\(path) has no study named '\(name)'",
            hint: all.isEmpty ? "it has none" : "it has \(names)")
        }
        return try wanted.map { try study($0.id, named: $0.name, in: db) }
      }
    } catch let error as DatabaseError {
      throw refused("SQLite says: \(error.message ?? "error \(error.resultCode.rawValue)")")
    } catch is RowDecodingError {
      throw refused("a row has a value of another kind than Optuna gives it")
    }
  }

  private func check(_ db: Database) throws {
    guard try db.tableExists("studies"), try db.tableExists("trials"),
      try db.tableExists("alembic_version")
    else { throw refused("it lacks Optuna's tables") }
    let revision = try String.fetchOne(db, sql: "SELECT version_num FROM alembic_version") ?? "none"
    guard Self.revisions.contains(revision) else {
      throw OptimizationError(
        code: .optunaUnreadable,
        message: "\(path) has the schema \(revision) of Optuna's, which is not known here",
        hint: "`optuna storage upgrade --storage sqlite:///\(path)` brings older files to v3.2.0.a")
    }
  }

  private func study(_ id: Int64, named name: String, in db: Database) throws -> OptunaStudy {
    let goals = try String.fetchAll(
      db, sql: "SELECT direction FROM study_directions WHERE study_id = ? ORDER BY objective",
      arguments: [id]
    ).map { $0 == "MAXIMIZE" ? OptimizationGoal.maximize : .minimize }
    var study = OptunaStudy(name: name, goals: goals.isEmpty ? [.minimize] : goals)
    study.attributes = try attributes(of: "study", id, in: db)
    study.trials = try Row.fetchAll(
      db,
      sql: """
        SELECT trial_id, number, state, datetime_start, datetime_complete FROM trials
        WHERE study_id = ? ORDER BY number, trial_id
        """, arguments: [id]
    ).map { try trial($0, in: db) }
    for (trial, next) in zip(study.trials, study.trials.dropFirst())
    where trial.number == next.number {
      throw refused("two trials of \(name) have the number \(trial.number)")
    }
    return study
  }

  private func trial(_ row: Row, in db: Database) throws -> OptunaStudy.Trial {
    let id = try row.decode(Int64.self, forColumn: "trial_id")
    let number = try row.decode(Int.self, forColumn: "number")
    let word = try row.decode(String.self, forColumn: "state")
    guard (0..<StudyTerms.mostTrials).contains(number) else {
      throw refused(
        "a trial has the number \(number), which is not in 0..<\(StudyTerms.mostTrials)")
    }
    guard let state = OptunaStudy.Trial.State(rawValue: word) else {
      throw refused("trial \(number) has the state \(word), which is not known here")
    }
    func time(_ column: String) throws -> Int64? {
      try row.decode(String?.self, forColumn: column).flatMap(OptunaTime.milliseconds)
    }
    var trial = OptunaStudy.Trial(
      number: number, state: state, startedAtMs: try time("datetime_start"),
      endedAtMs: try time("datetime_complete"))
    trial.parameters = try Row.fetchAll(
      db,
      sql: """
        SELECT param_name, param_value, distribution_json FROM trial_params WHERE trial_id = ?
        ORDER BY param_id
        """, arguments: [id]
    ).map { row in
      OptunaStudy.Trial.Parameter(
        name: try row.decode(forColumn: "param_name"),
        distribution: try OptunaDistribution(text: row.decode(forColumn: "distribution_json")),
        stored: try row.decode(forColumn: "param_value"))
    }
    trial.values = try Row.fetchAll(
      db,
      sql: "SELECT value, value_type FROM trial_values WHERE trial_id = ? ORDER BY objective",
      arguments: [id]
    ).map {
      Self.number(try $0.decode(forColumn: "value"), try $0.decode(forColumn: "value_type"))
    }
    trial.intermediate = try Row.fetchAll(
      db,
      sql: """
        SELECT step, intermediate_value, intermediate_value_type FROM trial_intermediate_values
        WHERE trial_id = ? ORDER BY step
        """, arguments: [id]
    ).map {
      TrialDetails.Point(
        step: try $0.decode(forColumn: "step"),
        value: Self.number(
          try $0.decode(forColumn: "intermediate_value"),
          try $0.decode(forColumn: "intermediate_value_type")))
    }
    trial.attributes = try attributes(of: "trial", id, in: db)
    return trial
  }

  private func attributes(
    of what: String, _ id: Int64, in db: Database
  ) throws -> [StudyAttribute] {
    try StudyAttribute.Owner.allCases.flatMap { owner in
      try Row.fetchAll(
        db,
        sql: """
          SELECT key, value_json FROM \(what)_\(owner.rawValue)_attributes WHERE \(what)_id = ?
          ORDER BY key
          """, arguments: [id]
      ).map { row in
        StudyAttribute(
          owner, try row.decode(forColumn: "key"), try row.decode(forColumn: "value_json"))
      }
    }
  }

  private static func number(_ value: Double?, _ kind: String) -> Double {
    switch kind {
    case "INF_POS": .infinity
    case "INF_NEG": -.infinity
    case "NAN": .nan
    default: value ?? .nan
    }
  }

  func refused(_ why: String) -> OptimizationError {
    OptimizationError(
      code: .optunaUnreadable, message: "\(path) is no storage of Optuna's: \(why)",
      hint: "name the file of sqlite:///FILE, as it is given to optuna.create_study(storage=…)")
  }
}
