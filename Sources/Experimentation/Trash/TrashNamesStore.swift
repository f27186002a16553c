import Basics
import GRDB

/// What rows outside of the trash name of runs and logged models.
struct TrashNames {
  private var sources: [String] = []
  private var versionOfRun: [String: String] = [:]
  private var versionOfModel: [String: String] = [:]
  private var modelsOfRun: [String: [String]] = [:]
  private var namedElsewhere: Set<String> = []

  /// Reads them.
  init(in db: Database) throws {
    for row in try Row.fetchAll(
      db,
      sql: """
        SELECT registeredModel.name || ' ' || modelVersion.version AS title, run, loggedModel, source
        FROM modelVersion JOIN registeredModel ON registeredModel.number = modelVersion.model
        """)
    {
      let title: String = row["title"]
      sources.append(row["source"])
      if let run: String = row["run"] { versionOfRun[run] = title }
      if let model: String = row["loggedModel"] { versionOfModel[model] = title }
    }
    for row in try Row.fetchAll(
      db, sql: "SELECT id, sourceRun FROM loggedModel WHERE sourceRun IS NOT NULL")
    {
      modelsOfRun[row["sourceRun"], default: []].append(row["id"])
    }
    // Such as the stages of workflow runs. Jobs name the run they worked for, and need it no more.
    namedElsewhere = try DigestScan.words(of: 32, in: db) { !Self.ownTables.contains($0) }
  }

  /// Why a logged model must stay; nil where nothing names it.
  func reason(toKeepModel id: String, at location: String) -> String? {
    if let version = versionOfModel[id] { return "model version \(version) names it" }
    let isSource = sources.contains { $0.contains(id) || $0.hasPrefix(location) }
    return isSource ? "it is the source of a model version" : nil
  }

  /// Why a run must stay, once some logged models are gone; nil where nothing names it.
  func reason(toKeepRun id: String, at location: String, without models: Set<String>) -> String? {
    if let version = versionOfRun[id] { return "model version \(version) names it" }
    if sources.contains(where: { $0.contains(id) || $0.hasPrefix(location) }) {
      return "it is the source of a model version"
    }
    if let model = modelsOfRun[id]?.first(where: { !models.contains($0) }) {
      return "logged model \(model) came from it"
    }
    return namedElsewhere.contains(id) ? "a workflow names it" : nil
  }

  /// Tables that belong to runs, or whose naming a run holds nobody back.
  private static let ownTables: Set<String> = [
    "experiment", "experimentTag", "run", "metricKey", "metricPoint", "latestMetric", "param",
    "runTag", "runInput", "runModel", "loggedModel", "loggedModelParam", "loggedModelTag",
    "loggedModelMetric", "artifact", "artifactUpload", "artifactPart", "modelVersion",
    "modelVersionTag", "registeredModelTag", "trace", "traceTag", "traceMetadata", "assessment",
    "condemned", "job", "jobAttempt",
  ]
}

/// Tables that refer to a row of another by a foreign key, and keep it from being removed.
struct ForeignNames {
  private var columns: [(table: String, column: String)] = []

  /// Finds those that refer to `target` and neither go with it nor are among `tables`.
  init(of target: String, besides tables: Set<String>, in db: Database) throws {
    for (table, _) in try DigestScan.textColumns(in: db) where !tables.contains(table) {
      for row in try Row.fetchAll(
        db, sql: "SELECT * FROM pragma_foreign_key_list(?)", arguments: [table])
      {
        let (other, action): (String, String) = (row["table"], row["on_delete"])
        if other == target, action != "CASCADE", action != "SET NULL" {
          columns.append((table, row["from"]))
        }
      }
    }
  }

  /// The first table that names a row.
  func table(naming id: String, in db: Database) throws -> String? {
    for (table, column) in columns {
      let names = try Bool.fetchOne(
        db, sql: "SELECT EXISTS (SELECT 1 FROM \"\(table)\" WHERE \"\(column)\" = ?)",
        arguments: [id])
      if names == true { return table }
    }
    return nil
  }
}
