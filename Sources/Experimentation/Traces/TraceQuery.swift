/// A search among traces, as SQL: attributes, tags, metadata, what was said of them, and spans.
struct TraceQuery: Sendable {
  /// What is only sorted by.
  private(set) var joins: [SQLCondition] = []
  private(set) var conditions: [SQLCondition] = []
  private(set) var order: [String] = []

  init(filter: String, order keys: [String]) throws(ExperimentationError) {
    var plain: [FilterClause] = []
    var ofSpans: [SQLCondition] = []
    for var clause in try FilterParser.clauses(of: filter) {
      if clause.entity == "trace" { clause.entity = nil }
      switch (clause.entity, clause.key) {
      case ("span", _): ofSpans.append(try Self.span(clause))
      case (nil, "text"), ("attribute", "text"), ("attributes", "text"):
        ofSpans.append(try Self.content(clause))
      case (nil, "run_id") where clause.comparison == .equal,
        ("attribute", "run_id") where clause.comparison == .equal,
        ("attributes", "run_id") where clause.comparison == .equal:
        conditions.append(try Self.run(clause))
      case (nil, "prompt"), ("attribute", "prompt"), ("attributes", "prompt"):
        conditions.append(try Self.prompt(clause))
      default: plain.append(clause)
      }
    }
    let keys = keys.map { $0.hasPrefix("trace.") ? String($0.dropFirst("trace.".count)) : $0 }
    let list = try ListQuery(plain, order: keys, fields: Self.fields)
    joins = list.joins
    conditions += list.conditions
    order = list.order
    if !ofSpans.isEmpty {
      // One span must fulfill all that is asked of spans.
      let all = ofSpans.map { "(\($0.sql))" }.joined(separator: " AND ")
      conditions.append(
        SQLCondition(
          "EXISTS (SELECT 1 FROM span WHERE span.trace = trace.number AND \(all))",
          ofSpans.flatMap(\.arguments)))
    }
  }

  private static func span(_ clause: FilterClause) throws(ExperimentationError) -> SQLCondition {
    switch clause.key {
    case "name", "type", "status":
      return try .text("span.\(clause.key)", clause, noun: "span", takesLists: true)
    case "content": return try content(clause)
    default: break
    }
    let prefix = "attributes."
    guard clause.key.hasPrefix(prefix), clause.key.count > prefix.count else {
      throw ExperimentationError(
        .invalidValue,
        "Invalid span attribute '\(clause.key)'. Supported attributes: name, status, type, "
          + "attributes.<attribute_name>.")
    }
    let text = """
      CAST(coalesce(
        pair.value -> '$.value.bool_value', pair.value ->> '$.value.string_value',
        pair.value ->> '$.value.int_value', pair.value ->> '$.value.double_value',
        pair.value -> '$.value.kvlist_value', pair.value -> '$.value.array_value') AS TEXT)
      """
    let comparison = try SQLCondition.text(text, clause, noun: "span", takesLists: true)
    return SQLCondition(
      """
      EXISTS (SELECT 1 FROM json_each(span.content, '$.attributes') AS pair
        WHERE pair.value ->> '$.key' = ? AND \(comparison.sql))
      """,
      [.text(String(clause.key.dropFirst(prefix.count)))] + comparison.arguments)
  }

  private static func content(
    _ clause: FilterClause
  ) throws(ExperimentationError) -> SQLCondition {
    guard clause.comparison == .like || clause.comparison == .iLike else {
      throw .init(
        .invalidValue,
        "Invalid comparator '\(clause.comparison.rawValue)' for the text of spans: "
          + "it can be compared by LIKE and ILIKE.")
    }
    // What the client sent, without the names that the protocol gives to its parts.
    let part = try SQLCondition.text("CAST(part.atom AS TEXT)", clause, noun: "span")
    return SQLCondition(
      """
      EXISTS (SELECT 1 FROM json_tree(span.content) AS part
        WHERE part.atom IS NOT NULL AND \(part.sql))
      """, part.arguments)
  }

  /// Made in the run, or linked to it.
  private static func run(_ clause: FilterClause) throws(ExperimentationError) -> SQLCondition {
    let made = try SQLCondition.text(Self.run, clause, noun: "attribute")
    return SQLCondition(
      """
      \(made.sql) OR EXISTS (SELECT 1 FROM traceRun
        WHERE traceRun.trace = trace.number AND traceRun.run = ?)
      """, made.arguments + made.arguments)
  }

  /// A prompt's name and version, as `name/version`.
  private static func prompt(_ clause: FilterClause) throws(ExperimentationError) -> SQLCondition {
    guard clause.comparison == .equal, case .text(let text) = clause.value else {
      throw ExperimentationError(
        .invalidValue,
        "Invalid comparator '\(clause.comparison.rawValue)' for prompts filter. "
          + "Only '=' is supported with format: prompt = \"name/version\"")
    }
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2 else {
      throw ExperimentationError(
        .invalidValue,
        "Invalid prompts filter value '\(text.prefix(300))'. "
          + "Expected format: prompt = \"name/version\"")
    }
    return SQLCondition(
      """
      EXISTS (SELECT 1 FROM traceTag AS prompts, json_each(prompts.value) AS prompt
        WHERE prompts.trace = trace.number AND prompts.key = 'mlflow.linkedPrompts'
          AND prompt.value ->> '$.name' = ? AND prompt.value ->> '$.version' = ?)
      """, [.text(String(parts[0])), .text(String(parts[1]))])
  }

  /// What somebody said of a trace: `feedback.correct = 'true'`, `expectation.score > 3`.
  private static func said(
    _ kind: String, _ clause: FilterClause
  ) throws(ExperimentationError) -> SQLCondition {
    let value = "said.content, '$.\(kind).value'"
    let some = """
      SELECT 1 FROM assessment AS said WHERE said.trace = trace.number AND said.name = ?
        AND json_type(said.content, '$.\(kind)') IS NOT NULL
        AND coalesce(said.content ->> '$.valid', 1) = 1
      """
    let comparison: SQLCondition
    switch (clause.comparison, clause.value) {
    case (.isNull, _): return SQLCondition("NOT EXISTS (\(some))", [.text(clause.key)])
    case (.isNotNull, _): return SQLCondition("EXISTS (\(some))", [.text(clause.key)])
    case (_, .integer), (_, .number):
      let number = try SQLCondition.number(
        "json_extract(\(value))", clause, noun: "assessment")
      comparison = SQLCondition(
        "json_type(\(value)) IN ('integer', 'real') AND \(number.sql)", number.arguments)
    default:
      comparison = try .text(
        """
        CASE json_type(\(value)) WHEN 'true' THEN 'true' WHEN 'false' THEN 'false'
          ELSE CAST(json_extract(\(value)) AS TEXT) END
        """, clause, noun: "assessment")
    }
    return SQLCondition(
      "EXISTS (\(some) AND \(comparison.sql))", [.text(clause.key)] + comparison.arguments)
  }

  private static let run = value(of: "mlflow.sourceRun", in: "traceMetadata")
  private static let end = "(trace.requestedAtMs + coalesce(trace.durationMs, 0))"

  private static func value(of key: String, in table: String) -> String {
    "(SELECT pair.value FROM \(table) AS pair WHERE pair.trace = trace.number AND pair.key = '\(key)')"
  }

  private static let tags = ListQuery.Pairs(
    table: "traceTag", owner: "trace", row: "trace.number")
  private static let allMetadata = ListQuery.Pairs(
    table: "traceMetadata", owner: "trace", row: "trace.number")

  private static let fields = ListQuery.Fields(
    texts: [
      "status": "trace.state", "state": "trace.state", "request_id": "trace.id",
      "trace_id": "trace.id", "client_request_id": "trace.clientRequest",
      "name": value(of: "mlflow.traceName", in: "traceTag"), "run_id": run,
      "experiment_id": "trace.experiment",
    ],
    numbers: [
      "timestamp": "trace.requestedAtMs", "timestamp_ms": "trace.requestedAtMs",
      "request_time": "trace.requestedAtMs", "execution_time": "trace.durationMs",
      "execution_time_ms": "trace.durationMs", "execution_duration": "trace.durationMs",
      "end_time": end, "end_time_ms": end,
    ],
    lists: ["status", "state", "request_id", "trace_id", "name", "run_id", "client_request_id"],
    keyed: [
      "tag": tag, "tags": tag, "metadata": metadata, "request_metadata": metadata,
      "feedback": feedback, "expectation": expectation,
    ],
    ordered: [
      "tag": tags, "tags": tags, "metadata": allMetadata, "request_metadata": allMetadata,
    ],
    ties: ["trace.requestedAtMs DESC", "trace.id"])

  @Sendable private static func tag(
    _ clause: FilterClause
  ) throws(ExperimentationError) -> SQLCondition {
    try .keyed("traceTag", owner: "trace", is: "trace.number", clause, noun: "tag")
  }

  @Sendable private static func metadata(
    _ clause: FilterClause
  ) throws(ExperimentationError) -> SQLCondition {
    try .keyed("traceMetadata", owner: "trace", is: "trace.number", clause, noun: "metadata")
  }

  @Sendable private static func feedback(
    _ clause: FilterClause
  ) throws(ExperimentationError) -> SQLCondition { try said("feedback", clause) }

  @Sendable private static func expectation(
    _ clause: FilterClause
  ) throws(ExperimentationError) -> SQLCondition { try said("expectation", clause) }
}
