import Basics
public import GRDB

/// What the ledger knows of things in the scratch folders of clusters.
enum ScratchStore {
  /// Moments on which a collection decides, Unix time in milliseconds.
  struct Bounds: Sendable {
    /// Jobs that ended before have ended long ago.
    var endedBeforeMs: Int64
    /// What no job took since is not used any more.
    var unusedSinceMs: Int64
    /// An agent's program that nobody has marked since has no attempts that a server follows.
    var unmarkedSinceMs: Int64
    /// Names of agents that attempts of this ledger need, or will.
    var agents: Set<String>
  }

  /// Those that may go.
  ///
  /// Files of jobs go when their jobs ended long ago, other things when nobody used them for long and no job needs
  /// them that has not ended. Whatever this ledger does not know stays: another factory may share the folder.
  static func mayGo(
    _ entries: [ScratchEntry], _ bounds: Bounds, in db: Database
  ) throws -> [ScratchEntry] {
    let inputs = entries.contains { $0.isShared } ? try inputs(in: db) : [:]
    return try entries.filter { entry in
      let isUnused = entry.usedAtMs < bounds.unusedSinceMs
      return switch entry.kind {
      case .job(let id):
        try isOld("id", id, bounds.endedBeforeMs, in: db)
      case .array(let id):
        try isOld("arrayId", id, bounds.endedBeforeMs, in: db)
      case .input(let digest): isUnused && inputs[digest] == false
      case .environment, .unfinished: isUnused
      case .agent:
        isUnused && entry.usedAtMs < bounds.unmarkedSinceMs && !bounds.agents.contains(entry.name)
      case nil: false
      }
    }
  }

  /// Whether things there belong to jobs of which this ledger knows nothing: those of another factory.
  static func haveStrangers(_ entries: [ScratchEntry], in db: Database) throws -> Bool {
    try entries.contains { entry in
      switch entry.kind {
      case .job(let id):
        try Row.fetchOne(db, sql: "SELECT 1 FROM job WHERE id = ?", arguments: [id]) == nil
      case .array(let id):
        try Row.fetchOne(db, sql: "SELECT 1 FROM job WHERE arrayId = ?", arguments: [id]) == nil
      default: false
      }
    }
  }

  /// Whether there are such jobs of clusters, and all of them ended before a moment.
  private static func isOld(
    _ column: String, _ id: String, _ endedBeforeMs: Int64, in db: Database
  ) throws -> Bool {
    try Bool.fetchOne(
      db,
      sql: """
        SELECT min(site <> 'local' AND state = 'ended' AND endedAtMs < ?) FROM job
        WHERE \(column) = ?
        """, arguments: [endedBeforeMs, id]) ?? false
  }

  /// The digests of what jobs of clusters name, and whether one of these jobs has not ended.
  private static func inputs(in db: Database) throws -> [String: Bool] {
    let rows = try Row.fetchAll(
      db,
      sql: """
        SELECT digest, max(isOpen) AS isOpen FROM (
          SELECT json_extract(spec, '$.code.snapshot') AS digest, state <> 'ended' AS isOpen
            FROM job WHERE site <> 'local'
          UNION ALL
          SELECT json_extract(spec, '$.software.requirements'), state <> 'ended'
            FROM job WHERE site <> 'local'
          UNION ALL
          SELECT json_extract(spec, '$.data.files'), state <> 'ended'
            FROM job WHERE site <> 'local'
          UNION ALL
          SELECT json_extract(spec, '$.stage.program'), state <> 'ended'
            FROM job WHERE site <> 'local'
          UNION ALL
          SELECT json_extract(input.value, '$.files'), state <> 'ended'
            FROM job, json_each(job.spec, '$.stage.inputs') AS input WHERE site <> 'local')
        WHERE digest IS NOT NULL GROUP BY digest
        """)
    return [String: Bool](
      uniqueKeysWithValues: rows.map { row -> (String, Bool) in (row["digest"], row["isOpen"]) })
  }
}

/// What jobs on this machine use of what they share.
public enum LocalUseStore {
  /// What jobs on this machine that have not ended need.
  public struct Use: Sendable {
    /// When the oldest of those that name a requirements file was submitted, Unix time in milliseconds: it may work
    /// in any environment that was taken since.
    public var sinceMs: Int64?
    /// Digests of their requirements files.
    public var requirements: Set<String> = []
    /// Digests of the stored folders that they read.
    public var data: Set<String> = []
  }

  /// Reads it.
  public static func use(in db: Database) throws -> Use {
    let rows = try Row.fetchAll(
      db,
      sql: """
        SELECT json_extract(spec, '$.software.requirements') AS digest, min(createdAtMs) AS since
        FROM job WHERE state <> 'ended' AND site = 'local' GROUP BY digest HAVING digest IS NOT NULL
        """)
    var use = Use()
    for row in rows {
      use.requirements.insert(row["digest"])
      let since: Int64 = row["since"]
      use.sinceMs = min(use.sinceMs ?? since, since)
    }
    use.data = Set(
      try String.fetchAll(
        db,
        sql: """
          SELECT DISTINCT json_extract(spec, '$.data.files') AS files FROM job
          WHERE state <> 'ended' AND site = 'local' AND files IS NOT NULL
          """))
    return use
  }
}
