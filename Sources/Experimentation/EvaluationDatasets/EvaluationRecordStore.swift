import Basics
import Foundation
public import GRDB

extension EvaluationDatasetStore {
  /// Adds records to a dataset; one whose inputs are known is merged into the one that has them.
  ///
  /// - Parameter json: an array of objects with `inputs` and, each optional, `outputs`,
  ///   `expectations`, `tags` and `source`.
  /// - Returns: how many are new, and how many were known.
  public static func upsert(
    json: String, into id: String, nowMs: Int64, in db: Database
  ) throws -> (inserted: Int, updated: Int) {
    let drafts = try EvaluationRecordDraft.drafts(of: Array(json.utf8))
    let number = try number(of: id, in: db)
    let known = try String.fetchOne(
      db, sql: "SELECT schema FROM evaluationDataset WHERE number = ?", arguments: [number])
    var schema = try EvaluationSchema(parsing: known ?? "")
    var (inserted, updated) = (0, 0)
    for draft in drafts {
      try schema.add(draft)
      if try merge(draft, intoDataset: number, nowMs: nowMs, in: db) {
        updated += 1
      } else {
        try insert(draft, intoDataset: number, nowMs: nowMs, in: db)
        inserted += 1
      }
    }
    try db.execute(
      sql: """
        UPDATE evaluationDataset SET schema = ?, recordCount = recordCount + ?,
          updatedBy = coalesce(?, updatedBy), updatedAtMs = ? WHERE number = ?
        """,
      arguments: [
        drafts.isEmpty ? known : schema.text, inserted, drafts.compactMap(\.user).last, nowMs,
        number,
      ])
    return (inserted, updated)
  }

  /// Removes records; those that do not exist are passed over.
  ///
  /// - Returns: how many there were.
  public static func deleteRecords(
    _ records: [String], of id: String, nowMs: Int64, in db: Database
  ) throws -> Int {
    let number = try number(of: id, in: db)
    let statement = try db.cachedStatement(
      sql: "DELETE FROM evaluationRecord WHERE dataset = ? AND id = ?")
    var count = 0
    for record in records {
      try statement.execute(arguments: [number, record])
      count += db.changesCount
    }
    guard count > 0 else { return 0 }
    try db.execute(
      sql: """
        UPDATE evaluationDataset SET recordCount = recordCount - ?, updatedAtMs = ?
        WHERE number = ?
        """, arguments: [count, nowMs, number])
    return count
  }

  /// Records of a dataset in the order in which they came, and the token of the next page.
  public func records(
    of id: String, limit: Int, token: String? = nil
  ) async throws -> (records: [EvaluationRecord], next: String?) {
    let after = try Self.position(of: token)
    return try await ledger.read { db in
      let rows = try Row.fetchAll(
        db,
        sql: """
          SELECT * FROM evaluationRecord WHERE dataset = ? AND number > ? ORDER BY number LIMIT ?
          """, arguments: [try Self.number(of: id, in: db), after, limit + 1])
      let page = rows.prefix(limit)
      let last: Int64? = rows.count > limit ? page.last?["number"] : nil
      return (
        page.map { Self.record($0) }, last.map { Data("\($0)".utf8).base64EncodedString() }
      )
    }
  }

  private static func position(of token: String?) throws -> Int64 {
    guard let token, !token.isEmpty else { return 0 }
    let data = Data(base64Encoded: token) ?? Data()
    guard let number = Int64(String(decoding: data, as: UTF8.self)) else {
      throw ExperimentationError(
        .invalidValue, "Invalid page token, could not base64-decode '\(token.prefix(100))'")
    }
    return number
  }

  /// Whether there was a record with these inputs to merge the draft into.
  private static func merge(
    _ draft: EvaluationRecordDraft, intoDataset number: Int64, nowMs: Int64, in db: Database
  ) throws -> Bool {
    let statement = try db.cachedStatement(
      sql: """
        SELECT number, outputs, expectations, tags FROM evaluationRecord
        WHERE dataset = ? AND inputHash = ?
        """)
    let row = try Row.fetchOne(statement, arguments: [number, draft.inputHash])
    guard let row else { return false }
    func merged(_ known: String?, _ new: JSONObjectText?) throws -> String? {
      guard let new, !new.isEmpty else { return known }
      var object = try JSONObjectText(parsing: Array((known ?? "{}").utf8))
      object.merge(new)
      return text(object.bytes)
    }
    let outputs: String? = draft.outputs == nil ? row["outputs"] : text(draft.outputs)
    try db.execute(
      sql: """
        UPDATE evaluationRecord SET outputs = ?, expectations = ?, tags = ?,
          updatedBy = coalesce(?, updatedBy), updatedAtMs = ? WHERE number = ?
        """,
      arguments: [
        outputs, try merged(row["expectations"], draft.expectations),
        try merged(row["tags"], draft.tags), draft.user, nowMs, row["number"] as Int64,
      ])
    return true
  }

  private static func insert(
    _ draft: EvaluationRecordDraft, intoDataset number: Int64, nowMs: Int64, in db: Database
  ) throws {
    let statement = try db.cachedStatement(
      sql: """
        INSERT INTO evaluationRecord (id, dataset, inputHash, inputs, outputs, expectations, tags,
          source, sourceType, sourceId, createdBy, updatedBy, createdAtMs, updatedAtMs)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """)
    let user = draft.user ?? ""
    try statement.execute(arguments: [
      EvaluationRecord.randomID(), number, draft.inputHash, text(draft.inputs),
      // A record whose outputs nobody told has empty ones, as on MLflow's server.
      draft.outputs == nil ? "{}" : text(draft.outputs), text(draft.expectations?.bytes),
      text(draft.tags?.bytes) ?? "{}", text(draft.source), draft.sourceType, draft.sourceID, user,
      user, nowMs, nowMs,
    ])
  }

  /// JSON as a text; nil for none and for `null`.
  private static func text(_ bytes: [UInt8]?) -> String? {
    guard let bytes, !EvaluationRecordDraft.isNull(bytes) else { return nil }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func record(_ row: Row) -> EvaluationRecord {
    EvaluationRecord(
      id: row["id"], inputs: row["inputs"], outputs: row["outputs"],
      expectations: row["expectations"], tags: row["tags"], source: row["source"],
      sourceType: row["sourceType"], sourceID: row["sourceId"], createdBy: row["createdBy"],
      updatedBy: row["updatedBy"], createdAtMs: row["createdAtMs"],
      updatedAtMs: row["updatedAtMs"])
  }
}
