import Basics
import GRDB

extension RunStore {
  /// Runs that a filter finds, in order, and the token of the next page.
  ///
  /// - Parameters:
  ///   - experiments: those to search in; none finds none, nil is all of the project.
  ///   - filter: MLflow's grammar, see `FilterParser`.
  ///   - order: keys such as `metrics.rmse DESC`; the newest first breaks ties.
  ///   - level: where in the trees of runs.
  public func search(
    in experiments: [ExperimentID]?, filter: String = "", order: [String] = [],
    view: SearchView = .activeOnly, level: RunLevel = .all, page: SearchPage,
    project: String = "default"
  ) async throws -> (runs: [RunDetails], next: String?) {
    let query = try RunQuery(filter: level.narrowed(filter), order: order)
    if let experiments, experiments.isEmpty { return ([], nil) }
    let search = RunSearch(
      query: query, experiments: experiments, project: project, view: view, level: level,
      page: page)
    return try await ledger.read { db in
      let records = try search.records(in: db)
      return (
        try Self.details(of: Array(records.prefix(page.limit)), in: db),
        page.nextToken(count: records.count)
      )
    }
  }
}

/// Finds the runs of a page without a look at every run of a large experiment.
///
/// - A filter that an index answers and few runs satisfy leads, and what it finds is sorted.
/// - An order by a metric is that of the index of latest values, read until the page is full.
/// - Else the runs come in order of their start, read until the page is full; or, where another
///   order is asked for, all are sorted.
///
/// SQLite keeps no statistics of the ledger's tables, so what is few is counted, up to a limit.
struct RunSearch: Sendable {
  /// How many runs of the experiments are sorted rather than read in order.
  static let few = 1_000
  /// The most that a filter may find to lead.
  static let mostToLead = 5_000

  let query: RunQuery
  let home: SQLCondition
  /// Whether one experiment is searched, whose index is in order of start.
  let isOneExperiment: Bool
  /// What runs of that life cycle and level satisfy.
  let view: [SQLCondition]
  let page: SearchPage

  init(
    query: RunQuery, experiments: [ExperimentID]?, project: String, view: SearchView,
    level: RunLevel = .all, page: SearchPage
  ) {
    self.query = query
    home =
      experiments.map { experiments in
        let marks = experiments.map { _ in "?" }.joined(separator: ", ")
        return SQLCondition(
          "run.experiment IN (\(marks))", experiments.map { .text($0.rawValue) })
      }
      ?? SQLCondition(
        "run.experiment IN (SELECT id FROM experiment WHERE project = ?)", [.text(project)])
    isOneExperiment = experiments?.count == 1
    self.view = [view.condition("run.lifecycle"), level.condition].compactMap(\.self)
    self.page = page
  }

  /// The runs of the page, and one more where another page follows.
  func records(in db: Database) throws -> [RunRecord] {
    let runs = try count(
      SQLCondition("SELECT 1 FROM run WHERE \(home.sql)", home.arguments), atMost: Self.few, in: db)
    guard runs > Self.few else { return try whole(home).fetch(RunRecord.self, in: db) }
    if let lead = try smallestLead(in: db) {
      return try leading(lead).fetch(RunRecord.self, in: db)
    }
    if let ranking = query.ranking {
      let records = try ranked(by: ranking).fetch(RunRecord.self, in: db)
      // Runs whose value is no number, or that lack the metric, come after all others.
      let isComplete = !query.ranges(of: ranking.key).isEmpty
      if isComplete || records.count > page.limit { return records }
    }
    let isByIndexOfStart = query.isInOrderOfStart && !isOneExperiment
    return try whole(isByIndexOfStart ? notLeading : home).fetch(RunRecord.self, in: db)
  }

  /// The condition on experiments, kept from leading: the sign hides its column from the planner.
  private var notLeading: SQLCondition { SQLCondition("+" + home.sql, home.arguments) }

  private var filters: [SQLCondition] { view + query.conditions }

  private func whole(_ home: SQLCondition) -> SQLQuery {
    SQLQuery(
      "SELECT \(RunRecord.selection) FROM run", joins: query.joins,
      conditions: [home] + filters, order: query.order, page: page)
  }

  private func leading(_ lead: RunQuery.Lead) -> SQLQuery {
    let source = SQLCondition(
      "FROM (\(lead.rows.sql)) AS few CROSS JOIN run ON run.number = few.run",
      lead.rows.arguments)
    // Told by the index's own column, they are looked at before the run is.
    let filters = query.conditions(but: lead, run: "few.run")
    return SQLQuery(
      "SELECT \(RunRecord.selection)", joins: [source] + query.joins,
      conditions: filters + [notLeading] + view, order: query.order, page: page)
  }

  private func ranked(by ranking: RunQuery.MetricRanking) -> SQLQuery {
    let ranges = query.ranges(of: ranking.key).map { $0.condition(on: "ranked.value") }
    // Told by the index's own column, they are looked at before the run is.
    let filters =
      view + query.conditions(butOn: ranking.key, run: "ranked.run")
    let lead = SQLCondition(
      """
      FROM latestMetric AS ranked INDEXED BY latestMetricByKey
      CROSS JOIN run ON run.number = ranked.run
      """)
    let key = SQLCondition("ranked.key = \(RunQuery.metricKey)", [.text(ranking.key)])
    let numbers = SQLCondition("ranked.value IS NOT NULL")
    let direction = ranking.isAscending ? "ASC" : "DESC"
    // The first join and the first two keys are those of the ranking itself.
    return SQLQuery(
      "SELECT \(RunRecord.selection)", joins: [lead] + query.joins.dropFirst(),
      conditions: [key, numbers] + ranges + [notLeading] + filters,
      order: ["ranked.value \(direction)"] + query.order.dropFirst(2), page: page)
  }

  /// The filter that fewest runs satisfy, where those are few.
  ///
  /// Of N runs in order, a page of p is full after p·N/c, where a filter finds c of them; led by
  /// the filter, a search looks at c. So it leads where c² is at most p·N.
  private func smallestLead(in db: Database) throws -> RunQuery.Lead? {
    // The order by a metric stops by itself where a filter on that metric ends.
    let leads = query.leads.filter { $0.metric == nil || $0.metric != query.ranking?.key }
    guard !leads.isEmpty else { return nil }
    // Numbers of runs that were removed make it a little larger.
    let runs =
      try Int.fetchOne(
        db.cachedStatement(sql: "SELECT max(number) FROM run")) ?? 0
    let balance = (Double(page.offset + page.limit + 1) * Double(runs)).squareRoot()
    var limit = max(Self.few, Int(min(balance, Double(Self.mostToLead))))
    var smallest: RunQuery.Lead?
    for lead in leads {
      let count = try count(lead.rows, atMost: limit, in: db)
      if count <= limit { (smallest, limit) = (lead, count) }
    }
    return smallest
  }

  /// How many rows there are, counted up to one more than a limit.
  private func count(_ rows: SQLCondition, atMost limit: Int, in db: Database) throws -> Int {
    let arguments = rows.arguments + [.integer(Int64(limit) + 1)]
    let sql = "SELECT count(*) FROM (\(rows.sql) LIMIT ?)"
    // Lists of experiments have any length, and each would stay prepared.
    let statement =
      arguments.count <= 3 ? try db.cachedStatement(sql: sql) : try db.makeStatement(sql: sql)
    return try Int.fetchOne(
      statement, arguments: StatementArguments(arguments.map(\.value))) ?? 0
  }
}
