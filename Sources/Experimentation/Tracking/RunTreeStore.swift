import Basics
public import GRDB

/// Runs below runs, as MLflow's clients nest them: by a tag that names the parent.
extension RunStore {
  /// The run of that identifier; nil where there is none (any more).
  public static func find(_ id: RunID, in db: Database) throws -> Run? {
    try RunRecord.find(id, in: db)?.run
  }

  /// The run that a client names; nil where that is none of the factory's.
  public static func known(_ name: String, in db: Database) throws -> RunID? {
    try RunID(name).flatMap { try find($0, in: db)?.id }
  }

  /// The runs right below a run that are in use, oldest first.
  public func children(of parent: RunID, limit: Int = 1_000) async throws -> [Run] {
    try await ledger.read { db in
      try RunRecord.fetchAll(
        db,
        sql: """
          SELECT \(RunRecord.selection) FROM runTag JOIN run ON run.number = runTag.run
          WHERE runTag.key = 'mlflow.parentRunId' AND runTag.value = ?
            AND length(runTag.value) <= 100 AND run.lifecycle = 'active'
          ORDER BY run.startedAtMs, run.number LIMIT ?
          """, arguments: [parent.rawValue, limit]
      ).map(\.run)
    }
  }

  /// Forgets all that a run has logged, because the work that it stands for began anew.
  public static func restart(_ id: RunID, startedAtMs: Int64, in db: Database) throws {
    let run = try number(of: id, in: db)
    for table in ["param", "runTag", "metricPoint", "latestMetric", "runInput", "runModel"] {
      try db.execute(sql: "DELETE FROM \(table) WHERE run = ?", arguments: [run])
    }
    try db.execute(
      sql: """
        UPDATE run SET status = ?, startedAtMs = ?, endedAtMs = NULL, nameTag = NULL
        WHERE number = ?
        """,
      arguments: [RunStatus.running.rawValue, startedAtMs, run])
  }
}

/// Where in the trees of runs a search looks.
public enum RunLevel: Sendable, Equatable {
  /// Everywhere.
  case all
  /// Runs that stand below no other.
  case roots
  /// Runs right below one.
  case below(RunID)

  /// A filter that finds the runs right below one alone: an index of tags answers it.
  func narrowed(_ filter: String) -> String {
    guard case .below(let parent) = self else { return filter }
    let clause = "tags.mlflow.parentRunId = '\(parent)'"
    return filter.allSatisfy(\.isWhitespace) ? clause : "\(filter) AND \(clause)"
  }

  var condition: SQLCondition? {
    switch self {
    case .all, .below: nil
    case .roots:
      SQLCondition(
        """
        NOT EXISTS (SELECT 1 FROM runTag
          WHERE runTag.run = run.number AND runTag.key = 'mlflow.parentRunId')
        """)
    }
  }
}

extension ArtifactStore {
  /// The files of a run by their paths below its artifacts, the first thousand.
  public func files(of run: Run) async throws -> [ArtifactFile] {
    guard let folder = run.artifactFolder else { return [] }
    return try await ledger.read { db in
      try Self.files(below: folder, limit: 1_000, in: db).map { file in
        var file = file
        file.path = String(file.path.dropFirst(folder.count + 1))
        return file
      }
    }
  }

  /// Names objects that are in the store already as artifacts of a run.
  ///
  /// A run whose artifacts lie in another store is left as it is.
  public static func put(
    _ files: [RunArtifact], of run: Run, nowMs: Int64, in db: Database
  ) throws {
    guard let folder = run.artifactFolder else { return }
    for file in files {
      try put(
        ArtifactFile(path: "\(folder)/\(file.name)", sha256: file.sha256, bytes: file.bytes),
        nowMs: nowMs, in: db)
    }
  }
}
