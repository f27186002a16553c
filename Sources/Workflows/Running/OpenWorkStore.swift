public import Basics
import GRDB

/// Work whose results no row may name yet.
public enum OpenWorkStore {
  /// The oldest work that puts objects first and names them when it ends: since when, and its identifier.
  ///
  /// Services put no objects; runs of workflows and imports outlast their jobs.
  public static func oldest(in ledger: Ledger) async throws -> (sinceMs: Int64, id: String)? {
    try await ledger.read { db in
      let row = try Row.fetchOne(
        db,
        sql: """
          SELECT id, createdAtMs FROM job WHERE state <> 'ended' AND kind = 'batch'
          UNION ALL
          SELECT id, createdAtMs FROM workflowRun WHERE status IN ('queued', 'running')
          UNION ALL
          SELECT id, createdAtMs FROM datasetImport WHERE state = 'running'
          ORDER BY createdAtMs LIMIT 1
          """)
      return row.map { (sinceMs: $0["createdAtMs"], id: $0["id"]) }
    }
  }
}
