import Basics
public import GRDB

extension Trace {
  /// Whether no span of it is kept here: clients look for them among its artifacts.
  public var spansAreArtifact: Bool { tags[TraceStore.spansLocation.key] == nil }
}

/// Spans of traces, in the ledger.
extension TraceStore {
  /// The tag that tells clients where a trace's spans are; without it they are an artifact.
  static let spansLocation = (key: "mlflow.trace.spansLocation", value: "TRACKING_STORE")
  /// Metadata of a trace whose client has said what the whole of it is.
  static let finalized = (key: "mlflow.trace.infoFinalized", value: "true")

  /// Keeps spans; those of that identifier are replaced, and traces that are not there are made.
  ///
  /// - Parameters:
  ///   - experiment: that of new traces.
  ///   - run: one to which the traces whose root is among the spans belong.
  public static func add(
    _ arrivals: [TraceArrival], to experiment: ExperimentID, run: RunID? = nil, in db: Database
  ) throws {
    let home = try ExperimentStore.experiment(experiment, in: db)
    for arrival in arrivals {
      let number = try takeIn(arrival, home, in: db)
      for span in arrival.spans { try put(span, in: number, db) }
      try note(arrival, on: number, in: db)
      try count(arrival, on: number, in: db)
    }
    if let run {
      try link(arrivals.filter { $0.state != nil }.map(\.trace), to: run, in: db)
    }
  }

  /// A trace with its spans; nil where it is not there.
  public static func wholeTrace(_ id: String, in db: Database) throws -> WholeTrace? {
    guard let trace = try trace(ifThere: id, in: db) else { return nil }
    return WholeTrace(
      trace: trace,
      spans: try String.fetchAll(
        db,
        sql: """
          SELECT content FROM span WHERE trace = ? ORDER BY parent IS NOT NULL, startNs, number
          """,
        arguments: [try number(of: id, in: db)]))
  }

  /// Says that traces belong to a run, as those made in it do; traces that are not there are passed over.
  public static func link(_ traces: [String], to run: RunID, in db: Database) throws {
    _ = try RunStore.number(of: run, in: db)
    for id in traces {
      try db.execute(
        sql: """
          INSERT OR IGNORE INTO traceRun (run, trace) SELECT ?, number FROM trace WHERE id = ?
          """, arguments: [run.rawValue, id])
    }
  }

  /// Says which versions of prompts a trace used, beside those that it names already.
  public static func linkPrompts(
    _ prompts: [(name: String, version: String)], to id: String, in db: Database
  ) throws {
    let key = "mlflow.linkedPrompts"
    let trace = try trace(id, in: db)
    // A tag of another shape is replaced.
    var all = trace.tags[key].flatMap { (try? JSONValue(parsing: $0))?.arrayValue } ?? []
    for (name, version) in prompts {
      let prompt = JSONValue.object([
        JSONMember("name", .string(name)), JSONMember("version", .string(version)),
      ])
      if !all.contains(prompt) { all.append(prompt) }
    }
    try db.execute(
      sql: "INSERT OR REPLACE INTO traceTag (trace, key, value) VALUES (?, ?, ?)",
      arguments: [
        try number(of: id, in: db), key,
        String(decoding: JSONValue.array(all).encoded(), as: UTF8.self),
      ])
  }

  private static func takeIn(
    _ arrival: TraceArrival, _ home: Experiment, in db: Database
  ) throws -> Int64 {
    let (start, end) = (arrival.startMs, arrival.endMs)
    if let known = try Row.fetchOne(
      db, sql: "SELECT * FROM trace WHERE id = ?", arguments: [arrival.trace])
    {
      let number: Int64 = known["number"]
      let isFinal =
        try Bool.fetchOne(
          db, sql: "SELECT 1 FROM traceMetadata WHERE trace = ? AND key = ?",
          arguments: [number, finalized.key]) ?? false
      if !isFinal {
        let before: Int64 = known["requestedAtMs"]
        let duration: Int64? = known["durationMs"]
        let first = min(before, start)
        let last = [duration.map { before + $0 }, end].compactMap { $0 }.max()
        try db.execute(
          sql: "UPDATE trace SET requestedAtMs = ?, durationMs = ? WHERE number = ?",
          arguments: [first, last.map { $0 - first }, number])
      }
      if let state = arrival.state {
        try db.execute(
          sql: """
            UPDATE trace SET state = ? WHERE number = ?
              AND state IN ('IN_PROGRESS', 'STATE_UNSPECIFIED')
            """, arguments: [state.rawValue, number])
      }
      return number
    }
    try put(
      Trace(
        id: arrival.trace, experiment: home.id, requestedAtMs: start,
        durationMs: end.map { $0 - start }, state: arrival.state ?? .inProgress,
        tags: ["mlflow.artifactLocation": artifactLocation(of: arrival.trace, in: home)]),
      in: db)
    return try number(of: arrival.trace, in: db)
  }

  /// Where clients put files of a trace.
  public static func artifactLocation(of trace: String, in home: Experiment) -> String {
    home.artifactLocation + "/traces/\(trace)/artifacts"
  }

  private static func put(_ span: TraceSpan, in trace: Int64, _ db: Database) throws {
    try db.execute(
      sql: """
        INSERT INTO span (trace, id, parent, name, type, status, startNs, endNs, model, usage, cost,
          content) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (trace, id) DO UPDATE SET parent = excluded.parent, name = excluded.name,
          type = excluded.type, status = excluded.status, startNs = excluded.startNs,
          endNs = excluded.endNs, model = excluded.model, usage = excluded.usage,
          cost = excluded.cost, content = excluded.content
        """,
      arguments: [
        trace, span.id, span.parent, span.name, span.type, span.status.rawValue, span.startNs,
        span.endNs, span.model, json(span.usage), json(span.cost), span.content,
      ])
  }

  /// What the spans tell of their trace: what is known already stays.
  private static func note(_ arrival: TraceArrival, on number: Int64, in db: Database) throws {
    try db.execute(
      sql: "INSERT OR REPLACE INTO traceTag (trace, key, value) VALUES (?, ?, ?)",
      arguments: [number, spansLocation.key, spansLocation.value])
    for (key, value) in arrival.tags where (1...250).contains(key.unicodeScalars.count) {
      try db.execute(
        sql: "INSERT OR IGNORE INTO traceTag (trace, key, value) VALUES (?, ?, ?)",
        arguments: [number, key, String(value.prefix(8_000))])
    }
    for (key, value) in arrival.metadata {
      try db.execute(
        sql: "INSERT OR IGNORE INTO traceMetadata (trace, key, value) VALUES (?, ?, ?)",
        arguments: [number, key, String(value.prefix(8_000))])
    }
    try db.execute(
      sql: """
        UPDATE trace SET
          requestPreview = CASE requestPreview WHEN '' THEN ? ELSE requestPreview END,
          responsePreview = CASE responsePreview WHEN '' THEN ? ELSE responsePreview END
        WHERE number = ?
        """, arguments: [arrival.requestPreview, arrival.responsePreview, number])
  }

  /// Sums tokens and costs of all spans of a trace, unless its client has.
  private static func count(
    _ arrival: TraceArrival, on number: Int64, in db: Database
  ) throws {
    for (column, key, counts) in [
      ("usage", "mlflow.trace.tokenUsage", \TraceSpan.usage),
      ("cost", "mlflow.trace.cost", \TraceSpan.cost),
    ] where arrival.spans.contains(where: { !$0[keyPath: counts].isEmpty }) {
      let isSaid = try Bool.fetchOne(
        db,
        sql: "SELECT count(*) = 2 FROM traceMetadata WHERE trace = ? AND key IN (?, ?)",
        arguments: [number, finalized.key, key])
      if isSaid == true { continue }
      let nodes = try Row.fetchAll(
        db, sql: "SELECT id, parent, \(column) AS counts FROM span WHERE trace = ?",
        arguments: [number]
      ).map { row in
        SpanTree.Node(id: row["id"], parent: row["parent"], counts: try numbers(row["counts"]))
      }
      guard let sums = json(SpanTree.sums(nodes)) else { continue }
      try db.execute(
        sql: "INSERT OR REPLACE INTO traceMetadata (trace, key, value) VALUES (?, ?, ?)",
        arguments: [number, key, sums])
    }
  }

  private static func json(_ counts: [String: Double]) -> String? {
    guard !counts.isEmpty else { return nil }
    var writer = JSONWriter()
    writer.beginObject()
    for (key, value) in counts.sorted(by: { $0.key < $1.key }) {
      writer.key(string: key)
      writer.number(value)
    }
    writer.endObject()
    return String(decoding: writer.bytes, as: UTF8.self)
  }

  private static func numbers(_ json: String?) throws -> [String: Double] {
    guard let json else { return [:] }
    var counts: [String: Double] = [:]
    for member in try JSONValue(parsing: json).objectValue ?? [] {
      counts[member.key] = member.value.numberValue
    }
    return counts
  }
}
