/// A search for runs, as SQL: what MLflow's filter and order say, compiled.
struct RunQuery: Sendable {
  private(set) var joins: [SQLCondition] = []
  private(set) var conditions: [SQLCondition] = []
  private(set) var order: [String] = []

  /// Compiles a filter and keys to sort by.
  init(filter: String, order keys: [String]) throws(ExperimentationError) {
    for clause in try FilterParser.clauses(of: filter) { try add(clause) }
    for text in keys { try add(OrderClause(parsing: text)) }
    order += ["run.startedAtMs DESC", "run.id"]
  }

  private enum Entity: String {
    case metric, parameter, tag, attribute, dataset

    init(_ word: String?) throws(ExperimentationError) {
      switch word {
      case nil, "attribute", "attributes", "attr", "run": self = .attribute
      case "metric", "metrics": self = .metric
      case "parameter", "parameters", "param", "params": self = .parameter
      case "tag", "tags": self = .tag
      case "dataset", "datasets": self = .dataset
      case .some(let other):
        throw ExperimentationError(
          .invalidValue,
          "Invalid entity type '\(other)'. Valid values are "
            + "['metric', 'parameter', 'tag', 'attribute', 'dataset']")
      }
    }
  }

  private static func column(_ key: String) throws(ExperimentationError) -> (
    name: String, isNumber: Bool
  ) {
    switch key {
    case "run_id": ("run.id", false)
    case "run_name", "run name", "Run name", "Run Name": ("run.name", false)
    case "user_id": ("run.user", false)
    case "status": ("run.status", false)
    case "artifact_uri": ("run.artifactLocation", false)
    case "start_time", "created", "Created": ("run.startedAtMs", true)
    case "end_time": ("run.endedAtMs", true)
    default:
      throw ExperimentationError(
        .invalidValue,
        "Invalid attribute key '\(key)' specified. Valid keys are '['artifact_uri', 'created', "
          + "'end_time', 'run_id', 'run_name', 'start_time', 'status', 'user_id']'")
    }
  }

  private mutating func add(_ clause: FilterClause) throws(ExperimentationError) {
    switch try Entity(clause.entity) {
    case .attribute:
      let column = try Self.column(clause.key)
      conditions.append(
        column.isNumber
          ? try .number(column.name, clause, noun: "numeric attribute")
          : try .text(
            column.name, clause, noun: "attributes", takesLists: column.name == "run.id"))
    case .metric:
      let name = "filter\(joins.count)"
      let comparison = try SQLCondition.number("\(name).value", clause, noun: "metric")
      joins.append(
        SQLCondition(
          """
          JOIN latestMetric AS \(name) ON \(name).run = run.number
            AND \(name).key = (SELECT number FROM metricKey WHERE name = ?)
          """, [.text(clause.key)]))
      conditions.append(comparison)
    case .parameter:
      conditions.append(
        try .keyed("param", owner: "run", is: "run.number", clause, noun: "parameter"))
    case .tag:
      conditions.append(try .keyed("runTag", owner: "run", is: "run.number", clause, noun: "tag"))
    case .dataset:
      guard ["name", "digest", "context"].contains(clause.key) else {
        throw ExperimentationError(
          .invalidValue,
          "Invalid dataset key '\(clause.key)' specified. "
            + "Valid keys are '{'name', 'digest', 'context'}'")
      }
      let comparison = try SQLCondition.text(
        "input.\(clause.key)", clause, noun: "dataset attributes", takesLists: true)
      conditions.append(
        SQLCondition(
          "EXISTS (SELECT 1 FROM runInput AS input WHERE input.run = run.number AND "
            + "\(comparison.sql))", comparison.arguments))
    }
  }

  private mutating func add(_ clause: OrderClause) throws(ExperimentationError) {
    let direction = clause.isAscending ? "ASC" : "DESC"
    let name = "order\(joins.count)"
    switch try Entity(clause.entity) {
    case .attribute:
      let column = try Self.column(clause.key).name
      if column == "run.endedAtMs" { order.append("\(column) IS NULL") }
      order.append("\(column) \(direction)")
    case .metric:
      joins.append(
        SQLCondition(
          """
          LEFT JOIN latestMetric AS \(name) ON \(name).run = run.number
            AND \(name).key = (SELECT number FROM metricKey WHERE name = ?)
          """, [.text(clause.key)]))
      // Numbers, then NaN (a row without value), then runs that lack the metric.
      order.append("(\(name).run IS NULL) + (\(name).value IS NULL)")
      order.append("\(name).value \(direction)")
    case .parameter, .tag:
      let table = try Entity(clause.entity) == .tag ? "runTag" : "param"
      joins.append(
        SQLCondition(
          "LEFT JOIN \(table) AS \(name) ON \(name).run = run.number AND \(name).key = ?",
          [.text(clause.key)]))
      order.append("\(name).value IS NULL")
      order.append("\(name).value \(direction)")
    case .dataset:
      throw ExperimentationError(
        .invalidValue, "Invalid order_by entity type 'dataset': runs have several datasets.")
    }
  }
}
