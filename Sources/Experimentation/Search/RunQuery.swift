/// A search for runs, as SQL: what MLflow's filter and order say, compiled.
struct RunQuery: Sendable {
  /// What is only sorted by; none of them leaves a run out or repeats one.
  private(set) var joins: [SQLCondition] = []
  /// What runs must satisfy, each with the metric whose latest value it compares, if it does.
  private var clauses: [(condition: SQLCondition, range: MetricRange?)] = []
  private(set) var order: [String] = []
  /// Filters that an index answers.
  private(set) var leads: [Lead] = []
  /// The first key to sort by, where it is a metric.
  private(set) var ranking: MetricRanking?

  /// Whether the newest come first, and nothing else is asked for.
  var isInOrderOfStart: Bool { order.first == Self.newestFirst }

  private static let newestFirst = "run.startedAtMs DESC"

  var conditions: [SQLCondition] { clauses.map(\.condition) }

  /// Comparisons of one metric's latest value.
  func ranges(of key: String) -> [MetricRange] {
    clauses.compactMap(\.range).filter { $0.key == key }
  }

  /// The conditions but for those on one metric's latest value, told of a run by its number.
  func conditions(butOn key: String, run number: String) -> [SQLCondition] {
    Self.told(of: number, clauses.filter { $0.range?.key != key })
  }

  /// The conditions but for the one that a lead answers, told of a run by its number.
  func conditions(but lead: Lead, run number: String) -> [SQLCondition] {
    var clauses = clauses
    clauses.remove(at: lead.clause)
    return Self.told(of: number, clauses)
  }

  private static func told(
    of number: String, _ clauses: [(condition: SQLCondition, range: MetricRange?)]
  ) -> [SQLCondition] {
    clauses.map { clause in
      SQLCondition(
        clause.condition.sql.replacing("run.number", with: number), clause.condition.arguments)
    }
  }

  /// A filter that an index answers.
  struct Lead: Sendable {
    /// `SELECT run …`: each run that satisfies the filter, once.
    var rows: SQLCondition
    /// The metric whose latest value it compares, if it does.
    var metric: String?
    /// Where its condition is among the others.
    fileprivate var clause: Int
  }

  /// A comparison of a metric's latest value, with `$V` in place of the value's column.
  struct MetricRange: Sendable {
    var key: String
    var comparison: SQLCondition

    func condition(on column: String) -> SQLCondition {
      SQLCondition(comparison.sql.replacing("$V", with: column), comparison.arguments)
    }
  }

  /// An order by a metric's latest value.
  struct MetricRanking: Sendable {
    var key: String
    var isAscending: Bool
  }

  /// The one tag that lies in the run's own row.
  private static let nameTag = "run.nameTag"
  /// The number of a metric's name.
  static let metricKey = "(SELECT number FROM metricKey WHERE name = ?)"

  /// Compiles a filter and keys to sort by.
  init(filter: String, order keys: [String]) throws(ExperimentationError) {
    for clause in try FilterParser.clauses(of: filter) { try add(clause) }
    for text in keys { try add(OrderClause(parsing: text)) }
    order += [Self.newestFirst, "run.id"]
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
      add(
        column.isNumber
          ? try .number(column.name, clause, noun: "numeric attribute")
          : try .text(
            column.name, clause, noun: "attributes", takesLists: column.name == "run.id"))
    case .metric:
      var wanted = try SQLCondition.number("$V", clause, noun: "metric")
      // NaN, which lies there as NULL, differs from every number.
      if clause.comparison == .notEqual { wanted.sql = "$V IS NOT ?" }
      let range = MetricRange(key: clause.key, comparison: wanted)
      let comparison = range.condition(on: "latest.value")
      let condition = SQLCondition(
        "EXISTS (SELECT 1 FROM latestMetric AS latest WHERE latest.run = run.number "
          + "AND latest.key = \(Self.metricKey) AND \(comparison.sql))",
        [.text(clause.key)] + comparison.arguments)
      clauses.append((condition, range))
      // Nearly all values differ from one.
      if clause.comparison != .notEqual {
        let lead = range.condition(on: "value")
        let rows = SQLCondition(
          "SELECT run FROM latestMetric INDEXED BY latestMetricByKey "
            + "WHERE key = \(Self.metricKey) AND \(lead.sql)",
          [.text(clause.key)] + lead.arguments)
        leads.append(Lead(rows: rows, metric: clause.key, clause: clauses.count - 1))
      }
    case .parameter:
      add(try .keyed("param", owner: "run", is: "run.number", clause, noun: "parameter"))
      lead(by: clause, in: "param", index: "paramByValue")
    case .tag where clause.key == RunTagKey.name:
      add(try .optional(Self.nameTag, clause, noun: "tag"))
    case .tag:
      add(try .keyed("runTag", owner: "run", is: "run.number", clause, noun: "tag"))
      lead(by: clause, in: "runTag", index: "runTagByValue")
    case .dataset:
      guard ["name", "digest", "context"].contains(clause.key) else {
        throw ExperimentationError(
          .invalidValue,
          "Invalid dataset key '\(clause.key)' specified. "
            + "Valid keys are '{'name', 'digest', 'context'}'")
      }
      let comparison = try SQLCondition.text(
        "input.\(clause.key)", clause, noun: "dataset attributes", takesLists: true)
      add(
        SQLCondition(
          "EXISTS (SELECT 1 FROM runInput AS input WHERE input.run = run.number AND "
            + "\(comparison.sql))", comparison.arguments))
    }
  }

  private mutating func add(_ condition: SQLCondition) { clauses.append((condition, nil)) }

  /// Lets a comparison with one text lead; the indices hold values of at most 100 characters.
  private mutating func lead(by clause: FilterClause, in table: String, index: String) {
    guard clause.comparison == .equal, case .text(let text) = clause.value,
      text.unicodeScalars.count <= 100
    else { return }
    let rows = SQLCondition(
      "SELECT run FROM \(table) INDEXED BY \(index) "
        + "WHERE key = ? AND value = ? AND length(value) <= 100",
      [.text(clause.key), .text(text)])
    leads.append(Lead(rows: rows, clause: clauses.count - 1))
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
      if order.isEmpty {
        ranking = MetricRanking(key: clause.key, isAscending: clause.isAscending)
      }
      joins.append(
        SQLCondition(
          """
          LEFT JOIN latestMetric AS \(name) ON \(name).run = run.number
            AND \(name).key = \(Self.metricKey)
          """, [.text(clause.key)]))
      // Numbers, then NaN (a row without value), then runs that lack the metric.
      order.append("(\(name).run IS NULL) + (\(name).value IS NULL)")
      order.append("\(name).value \(direction)")
    case .tag where clause.key == RunTagKey.name:
      order.append("\(Self.nameTag) IS NULL")
      order.append("\(Self.nameTag) \(direction)")
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
