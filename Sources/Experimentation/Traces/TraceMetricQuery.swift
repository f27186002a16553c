/// A question about many traces at once: how many, how long, how many tokens, by name and time.
///
/// The words are MLflow's.
public struct TraceMetricQuery: Sendable {
  /// What is counted.
  public enum View: String, Sendable {
    case traces = "TRACES"
    case spans = "SPANS"
    case assessments = "ASSESSMENTS"
  }

  /// How the values of a group become one.
  public enum Aggregation: Sendable, Hashable {
    case count, sum, average, minimum, maximum
    /// From 0 to 100, between the nearest values where it falls between two.
    case percentile(Double)

    /// MLflow's word, such as `AVG` or `P95.0`.
    var word: String {
      switch self {
      case .count: "COUNT"
      case .sum: "SUM"
      case .average: "AVG"
      case .minimum: "MIN"
      case .maximum: "MAX"
      case .percentile(let value): "P\(value)"
      }
    }
  }

  /// Values of one group.
  public struct Point: Sendable, Equatable {
    /// By MLflow's words, such as `trace_name`; `time_bucket` is Unix time in milliseconds.
    public var dimensions: [String: String]
    /// Unix time in milliseconds of the start of the interval; nil without intervals.
    public var bucketMs: Int64?
    /// By the word of the aggregation.
    public var values: [String: Double]
  }

  let view: View
  /// A number, or a text of which different ones count.
  let value: String
  let isDistinct: Bool
  let dimensions: [(name: String, column: String)]
  let aggregations: [Aggregation]
  let intervalMs: Int64?
  let conditions: [SQLCondition]

  /// - Parameters:
  ///   - filters: comparisons by `=`, such as `trace.status = 'OK'`; all must hold.
  ///   - intervalSeconds: groups by time, too.
  /// - Throws: for words that MLflow does not know.
  public init(
    _ view: View, metric: String, aggregations: [Aggregation], dimensions: [String] = [],
    filters: [String] = [], intervalSeconds: Int64? = nil, startMs: Int64? = nil,
    endMs: Int64? = nil
  ) throws(ExperimentationError) {
    guard let value = Self.values[view]?[metric] else {
      throw Self.unsupported("metric name: \(metric) for view type \(view.rawValue)")
    }
    guard !aggregations.isEmpty else {
      throw ExperimentationError(.invalidValue, "At least one aggregation is required.")
    }
    self.view = view
    self.value = value
    self.aggregations = aggregations
    isDistinct = metric == "session_count"
    var columns: [(name: String, column: String)] = []
    for name in dimensions {
      guard let column = Self.dimensions[view]?[name] else {
        throw Self.unsupported("dimension `\(name)` with view type \(view.rawValue)")
      }
      columns.append((name, column))
    }
    self.dimensions = columns
    if let intervalSeconds {
      guard (1...100_000_000).contains(intervalSeconds), startMs != nil, endMs != nil else {
        throw ExperimentationError(
          .invalidValue,
          "start_time_ms and end_time_ms are required if time_interval_seconds is set.")
      }
    }
    intervalMs = intervalSeconds.map { $0 * 1_000 }
    var conditions: [SQLCondition] = []
    if let startMs {
      conditions.append(SQLCondition("\(Self.time(view)) >= ?", [.integer(startMs)]))
    }
    if let endMs { conditions.append(SQLCondition("\(Self.time(view)) <= ?", [.integer(endMs)])) }
    for filter in filters {
      for clause in try FilterParser.clauses(of: filter) {
        conditions.append(try Self.condition(clause, view))
      }
    }
    self.conditions = conditions
  }

  static func time(_ view: View) -> String {
    view == .spans ? "(span.startNs / 1000000)" : "trace.requestedAtMs"
  }

  private static func condition(
    _ clause: FilterClause, _ view: View
  ) throws(ExperimentationError) -> SQLCondition {
    guard clause.comparison == .equal else {
      throw unsupported("comparator '\(clause.comparison.rawValue)': filters compare by '='")
    }
    switch (clause.entity, clause.key) {
    case ("trace", "status"): return try .text("trace.state", clause, noun: "trace")
    case ("trace", let key) where key.hasPrefix("tag.") || key.hasPrefix("metadata."):
      var pair = clause
      pair.key = String(key.drop { $0 != "." }.dropFirst())
      return try .keyed(
        key.hasPrefix("tag.") ? "traceTag" : "traceMetadata", owner: "trace", is: "trace.number",
        pair, noun: "trace")
    case ("span", "name") where view == .spans, ("span", "type") where view == .spans,
      ("span", "status") where view == .spans:
      return try .text("span.\(clause.key)", clause, noun: "span")
    case ("assessment", "name") where view == .assessments:
      return try .text("said.name", clause, noun: "assessment")
    case ("assessment", "type") where view == .assessments:
      return try .text(
        "CASE WHEN json_type(said.content, '$.feedback') IS NULL THEN 'expectation' ELSE 'feedback' END",
        clause, noun: "assessment")
    default:
      throw unsupported("filter on '\(clause.entity.map { $0 + "." } ?? "")\(clause.key)'")
    }
  }

  private static func unsupported(_ what: String) -> ExperimentationError {
    ExperimentationError(.invalidValue, "Unsupported \(what.prefix(300))")
  }

  private static func tokens(_ key: String) -> String {
    """
    (SELECT pair.value ->> '$.\(key)' FROM traceMetadata AS pair
      WHERE pair.trace = trace.number AND pair.key = 'mlflow.trace.tokenUsage'
        AND json_valid(pair.value))
    """
  }

  private static let values: [View: [String: String]] = [
    .traces: [
      "trace_count": "1", "latency": "trace.durationMs", "input_tokens": tokens("input_tokens"),
      "output_tokens": tokens("output_tokens"), "total_tokens": tokens("total_tokens"),
      "cache_read_input_tokens": tokens("cache_read_input_tokens"),
      "cache_creation_input_tokens": tokens("cache_creation_input_tokens"),
      "session_count": """
      (SELECT pair.value FROM traceMetadata AS pair
        WHERE pair.trace = trace.number AND pair.key = 'mlflow.trace.session')
      """,
    ],
    .spans: [
      "span_count": "1", "latency": "((span.endNs - span.startNs) / 1000000)",
      "input_cost": "(span.cost ->> '$.input_cost')",
      "output_cost": "(span.cost ->> '$.output_cost')",
      "total_cost": "(span.cost ->> '$.total_cost')",
    ],
    .assessments: [
      "assessment_count": "1",
      "assessment_value": """
      CASE WHEN json_type(said.content, '$.feedback.value') IN ('true', 'false', 'integer', 'real')
        THEN json_extract(said.content, '$.feedback.value') END
      """,
    ],
  ]

  private static let dimensions: [View: [String: String]] = [
    .traces: [
      "trace_name": """
      (SELECT pair.value FROM traceTag AS pair
        WHERE pair.trace = trace.number AND pair.key = 'mlflow.traceName')
      """,
      "trace_status": "trace.state",
    ],
    .spans: [
      "span_name": "span.name", "span_type": "span.type", "span_status": "span.status",
      "span_model_name": "span.model",
    ],
    .assessments: [
      "assessment_name": "said.name",
      "assessment_value": """
      coalesce(said.content -> '$.feedback.value', said.content -> '$.expectation.value')
      """,
    ],
  ]
}
