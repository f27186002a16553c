public import Basics
public import GRDB
import MLflowProtocol

/// Traces and assessments, in the ledger.
public struct TraceStore: Sendable {
  let ledger: Ledger

  /// Keeps traces in that ledger.
  public init(ledger: Ledger) { self.ledger = ledger }

  /// Keeps a trace; one of that identifier is replaced, its tags are added to.
  ///
  /// - Parameter isFinal: that its client told the whole; spans that come later change nothing.
  public static func put(_ trace: Trace, isFinal: Bool = false, in db: Database) throws {
    guard (1...100).contains(trace.id.utf8.count) else {
      throw ExperimentationError(.invalidValue, "A trace's id has 1 to 100 characters.")
    }
    _ = try ExperimentStore.experiment(trace.experiment, in: db)
    try db.execute(
      sql: """
        INSERT INTO trace (id, experiment, clientRequest, requestPreview, responsePreview,
          requestedAtMs, durationMs, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (id) DO UPDATE SET clientRequest = excluded.clientRequest,
          requestPreview = excluded.requestPreview, responsePreview = excluded.responsePreview,
          requestedAtMs = excluded.requestedAtMs, durationMs = excluded.durationMs,
          state = excluded.state
        """,
      arguments: [
        trace.id, trace.experiment.rawValue, trace.clientRequest, trace.requestPreview,
        trace.responsePreview, trace.requestedAtMs, trace.durationMs, trace.state.rawValue,
      ])
    for (key, value) in trace.tags { try setTag(key, value, of: trace.id, in: db) }
    let number = try number(of: trace.id, in: db)
    let metadata = isFinal ? [finalized.key: finalized.value] : [:]
    for (key, value) in trace.metadata.merging(metadata, uniquingKeysWith: { own, _ in own }) {
      try db.execute(
        sql: "INSERT OR REPLACE INTO traceMetadata (trace, key, value) VALUES (?, ?, ?)",
        arguments: [number, key, value])
    }
    for assessment in trace.assessments { try put(assessment, on: trace.id, in: db) }
  }

  /// The trace of that identifier.
  public static func trace(_ id: String, in db: Database) throws -> Trace {
    guard let trace = try trace(ifThere: id, in: db) else { throw notFound(id) }
    return trace
  }

  /// The trace of that identifier; nil where there is none.
  public static func trace(ifThere id: String, in db: Database) throws -> Trace? {
    try Row.fetchOne(db, sql: "SELECT * FROM trace WHERE id = ?", arguments: [id])
      .map { try trace($0, in: db) }
  }

  /// Traces that a filter finds, the newest first, and the token of the next page.
  public func search(
    in experiments: [ExperimentID], filter: String = "", order: [String] = [], page: SearchPage
  ) async throws -> (traces: [Trace], next: String?) {
    let query = try TraceQuery(filter: filter, order: order)
    guard !experiments.isEmpty else { return ([], nil) }
    let home = SQLCondition(
      "trace.experiment IN (\(experiments.map { _ in "?" }.joined(separator: ", ")))",
      experiments.map { .text($0.rawValue) })
    let select = SQLQuery(
      "SELECT trace.* FROM trace", joins: query.joins, conditions: [home] + query.conditions,
      order: query.order, page: page)
    return try await ledger.read { db in
      let rows = try select.fetchRows(in: db)
      return (
        try rows.prefix(page.limit).map { try Self.trace($0, in: db) },
        page.nextToken(count: rows.count)
      )
    }
  }

  /// Removes traces of an experiment: those named, or the oldest up to a time.
  ///
  /// - Returns: how many there were.
  public static func delete(
    in experiment: ExperimentID, ids: [String] = [], untilMs: Int64? = nil, limit: Int? = nil,
    in db: Database
  ) throws -> Int {
    if ids.isEmpty {
      try db.execute(
        sql: """
          DELETE FROM trace WHERE number IN (SELECT number FROM trace
            WHERE experiment = ? AND requestedAtMs <= ? ORDER BY requestedAtMs LIMIT ?)
          """, arguments: [experiment.rawValue, untilMs ?? 0, limit ?? -1])
      return db.changesCount
    }
    var count = 0
    for id in ids {
      try db.execute(
        sql: "DELETE FROM trace WHERE experiment = ? AND id = ?",
        arguments: [experiment.rawValue, id])
      count += db.changesCount
    }
    return count
  }

  /// Sets a tag of a trace.
  public static func setTag(
    _ key: String, _ value: String, of id: String, in db: Database
  ) throws {
    try RunStore.checkKey(key, kind: .tag)
    try db.execute(
      sql: "INSERT OR REPLACE INTO traceTag (trace, key, value) VALUES (?, ?, ?)",
      arguments: [try number(of: id, in: db), key, String(value.prefix(8_000))])
  }

  /// Removes a tag of a trace.
  public static func deleteTag(_ key: String, of id: String, in db: Database) throws {
    try db.execute(
      sql: "DELETE FROM traceTag WHERE trace = ? AND key = ?",
      arguments: [try number(of: id, in: db), key])
    if db.changesCount == 0 {
      throw ExperimentationError(
        .tagNotFound, "No trace tag with key \(visible(key)) for trace with ID '\(id)'")
    }
  }

  private static func trace(_ row: Row, in db: Database) throws -> Trace {
    let number: Int64 = row["number"]
    guard let experiment = ExperimentID(row["experiment"]),
      let state = TraceState(rawValue: row["state"])
    else { throw DatabaseError(message: "a malformed trace") }
    func pairs(_ table: String) throws -> [String: String] {
      let rows = try Row.fetchAll(
        db, sql: "SELECT key, value FROM \(table) WHERE trace = ?", arguments: [number])
      return [String: String](uniqueKeysWithValues: rows.map { ($0["key"], $0["value"]) })
    }
    var trace = Trace(
      id: row["id"], experiment: experiment, clientRequest: row["clientRequest"],
      requestPreview: row["requestPreview"], responsePreview: row["responsePreview"],
      requestedAtMs: row["requestedAtMs"], durationMs: row["durationMs"], state: state,
      tags: try pairs("traceTag"), metadata: try pairs("traceMetadata"))
    trace.assessments = try assessments(ofTrace: number, in: db)
    return trace
  }

  static func number(of id: String, in db: Database) throws -> Int64 {
    guard
      let number = try Int64.fetchOne(
        db, sql: "SELECT number FROM trace WHERE id = ?", arguments: [id])
    else { throw notFound(id) }
    return number
  }

  private static func notFound(_ id: String) -> ExperimentationError {
    ExperimentationError(.traceNotFound, "Trace with ID '\(id.prefix(100))' not found.")
  }
}
