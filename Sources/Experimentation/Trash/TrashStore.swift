public import Basics
import Foundation
public import GRDB

/// Decides what of the trash goes for good: what was deleted long enough ago and no row names.
public enum TrashStore {
  /// Moments before which things must have been deleted or left alone.
  public struct Bounds: Sendable {
    /// When runs, models and experiments must have been deleted.
    public var deletedAtMs: Int64
    /// When uploads must have begun, and artifacts without an owner been put.
    public var abandonedAtMs: Int64

    /// Takes every value as it is.
    public init(deletedAtMs: Int64, abandonedAtMs: Int64) {
      self.deletedAtMs = deletedAtMs
      self.abandonedAtMs = abandonedAtMs
    }
  }

  /// What goes.
  public static func plan(_ bounds: Bounds, in db: Database) throws -> TrashPlan {
    var plan = TrashPlan()
    let names = try TrashNames(in: db)
    let experiments = try experiments(bounds, &plan, in: db)
    try addModels(bounds, in: experiments, names, &plan, db)
    try addRuns(bounds, in: experiments, names, &plan, db)
    try addExperiments(experiments, &plan, db)
    try addFolders(bounds, &plan, db)
    plan.uploads = try String.fetchAll(
      db, sql: "SELECT id FROM artifactUpload WHERE createdAtMs <= ? ORDER BY id",
      arguments: [bounds.abandonedAtMs])
    for run in plan.runs {
      plan.points +=
        try Int.fetchOne(
          db, sql: "SELECT count(*) FROM metricPoint WHERE run = ?", arguments: [run.number]) ?? 0
    }
    plan.artifacts = try artifacts(of: plan, in: db).going
    return plan
  }

  /// The objects that rows name which stay.
  public static func digests(besides plan: TrashPlan, in db: Database) throws -> Set<ObjectDigest> {
    func list(_ values: [some Encodable]) throws -> StatementArguments {
      [String(decoding: try JSONEncoder().encode(values), as: UTF8.self)]
    }
    var exceptions: DigestScan.Exceptions = ["artifact": ("1", StatementArguments())]
    let among = "IN (SELECT value FROM json_each(?))"
    let runs = try list(plan.runs.map(\.number))
    exceptions["run"] = ("number \(among)", runs)
    for table in ["param", "runTag", "runInput", "runModel"] {
      exceptions[table] = ("run \(among)", runs)
    }
    let models = try list(plan.models.map(\.number))
    exceptions["loggedModel"] = ("number \(among)", models)
    for table in ["loggedModelParam", "loggedModelTag", "loggedModelMetric"] {
      exceptions[table] = ("model \(among)", models)
    }
    let traces = try list(plan.traces.map(\.number))
    exceptions["trace"] = ("number \(among)", traces)
    for table in ["traceTag", "traceMetadata", "assessment"] {
      exceptions[table] = ("trace \(among)", traces)
    }
    let experiments = try list(plan.experiments)
    exceptions["experiment"] = ("id \(among)", experiments)
    exceptions["experimentTag"] = ("experiment \(among)", experiments)
    exceptions["artifactPart"] = ("upload \(among)", try list(plan.uploads))
    return try DigestScan.digests(in: db, except: exceptions)
      .union(try artifacts(of: plan, in: db).staying)
  }

  /// How many artifacts go, and the objects of those that stay.
  private static func artifacts(
    of plan: TrashPlan, in db: Database
  ) throws -> (going: Int, staying: Set<ObjectDigest>) {
    let folders = plan.allFolders
    var (going, staying) = (0, Set<ObjectDigest>())
    let rows = try Row.fetchCursor(db, sql: "SELECT path, sha256 FROM artifact")
    while let row = try rows.next() {
      let path: String = row[0]
      if !folders.isEmpty, lies(path, in: folders) {
        going += 1
      } else if let digest = ObjectDigest(hex: row[1]) {
        staying.insert(digest)
      }
    }
    return (going, staying)
  }

  private static func lies(_ path: String, in folders: Set<String>) -> Bool {
    var parent = path[...]
    while let slash = parent.lastIndex(of: "/") {
      parent = parent[..<slash]
      if folders.contains(String(parent)) { return true }
    }
    return false
  }

  /// Experiments that may go; one that is the home of new runs never does.
  private static func experiments(
    _ bounds: Bounds, _ plan: inout TrashPlan, in db: Database
  ) throws -> [String] {
    try String.fetchAll(
      db,
      sql: """
        SELECT id FROM experiment WHERE lifecycle = 'deleted' AND updatedAtMs <= ? AND id <> '0'
        ORDER BY CAST(id AS INTEGER)
        """, arguments: [bounds.deletedAtMs])
  }

  private static func addModels(
    _ bounds: Bounds, in experiments: [String], _ names: TrashNames, _ plan: inout TrashPlan,
    _ db: Database
  ) throws {
    let rows = try Row.fetchAll(
      db,
      sql: """
        SELECT number, id, artifactLocation FROM loggedModel
        WHERE (lifecycle = 'deleted' AND updatedAtMs <= ?)
          OR experiment IN (SELECT value FROM json_each(?))
        ORDER BY number
        """, arguments: [bounds.deletedAtMs, json(experiments)])
    for row in rows {
      let (id, location): (String, String) = (row["id"], row["artifactLocation"])
      if let reason = names.reason(toKeepModel: id, at: location) {
        plan.remarks.append("Logged model \(id) stays: \(reason).")
      } else {
        plan.models.append(
          .init(number: row["number"], id: id, folder: TrashPlan.folder(of: location)))
      }
    }
  }

  private static func addRuns(
    _ bounds: Bounds, in experiments: [String], _ names: TrashNames, _ plan: inout TrashPlan,
    _ db: Database
  ) throws {
    let rows = try Row.fetchAll(
      db,
      sql: """
        SELECT run.number, run.id, run.artifactLocation, condemned.name IS NOT NULL AS isCondemned
        FROM run LEFT JOIN condemned ON condemned.kind = 'run' AND condemned.name = run.id
        WHERE run.lifecycle = 'deleted'
          AND (coalesce(run.deletedAtMs, run.endedAtMs, run.startedAtMs) <= ?
            OR run.experiment IN (SELECT value FROM json_each(?)) OR condemned.name IS NOT NULL)
        ORDER BY run.number
        """, arguments: [bounds.deletedAtMs, json(experiments)])
    let going = Set(plan.models.map(\.id))
    for row in rows {
      let (id, location): (String, String) = (row["id"], row["artifactLocation"])
      let isCondemned: Bool = row["isCondemned"]
      if !isCondemned, let reason = names.reason(toKeepRun: id, at: location, without: going) {
        plan.remarks.append("Run \(id) stays: \(reason).")
      } else {
        plan.runs.append(
          .init(number: row["number"], id: id, folder: TrashPlan.folder(of: location)))
      }
    }
  }

  private static func addExperiments(
    _ candidates: [String], _ plan: inout TrashPlan, _ db: Database
  ) throws {
    let runs = json(plan.runs.map(\.id))
    let models = json(plan.models.map(\.id))
    let others = try ForeignNames(
      of: "experiment", besides: ["run", "loggedModel", "trace"], in: db)
    for id in candidates {
      let isHome =
        try Bool.fetchOne(
          db,
          sql: """
            SELECT EXISTS (SELECT 1 FROM run WHERE experiment = :id
                AND id NOT IN (SELECT value FROM json_each(:runs)))
              OR EXISTS (SELECT 1 FROM loggedModel WHERE experiment = :id
                AND id NOT IN (SELECT value FROM json_each(:models)))
            """, arguments: ["id": id, "runs": runs, "models": models]) ?? true
      let namer = try others.table(naming: id, in: db)
      if isHome || namer != nil {
        let why = namer.map { "the table \($0) names it" } ?? "runs or models in it stay"
        plan.remarks.append("Experiment \(id) stays: \(why).")
        continue
      }
      plan.experiments.append(id)
      let home = try String.fetchOne(
        db, sql: "SELECT artifactLocation FROM experiment WHERE id = ?", arguments: [id])
      for row in try Row.fetchAll(
        db, sql: "SELECT number, id FROM trace WHERE experiment = ? ORDER BY number",
        arguments: [id])
      {
        let trace: String = row["id"]
        plan.traces.append(
          .init(
            number: row["number"], id: trace,
            folder: TrashPlan.folder(of: (home ?? "") + "/traces/\(trace)/artifacts")))
      }
    }
  }

  /// Folders that are condemned already, and those of traces that were deleted by name.
  private static func addFolders(
    _ bounds: Bounds, _ plan: inout TrashPlan, _ db: Database
  ) throws {
    var folders = Set(
      try String.fetchAll(db, sql: "SELECT name FROM condemned WHERE kind = 'folder'"))
    let rows = try Row.fetchCursor(
      db,
      sql:
        "SELECT path FROM artifact WHERE updatedAtMs <= ? AND path LIKE '%/traces/%/artifacts/%'",
      arguments: [bounds.abandonedAtMs])
    while let row = try rows.next() {
      let parts = (row[0] as String).split(separator: "/", omittingEmptySubsequences: false)
      guard let position = parts.firstIndex(of: "traces"), position + 2 < parts.count,
        parts[position + 2] == "artifacts"
      else { continue }
      let folder = parts[...(position + 2)].joined(separator: "/")
      guard !folders.contains(folder) else { continue }
      let isKnown = try Bool.fetchOne(
        db, sql: "SELECT EXISTS (SELECT 1 FROM trace WHERE id = ?)",
        arguments: [String(parts[position + 1])])
      if isKnown == false { folders.insert(folder) }
    }
    plan.folders = folders.sorted()
  }

  static func json(_ texts: [String]) -> String {
    String(decoding: JSONValue.array(texts.map { .string($0) }).encoded(), as: UTF8.self)
  }
}
