import Basics
import GRDB

extension TraceStore {
  /// What a question about many traces comes to, in order of time and dimensions.
  public func metrics(
    _ query: TraceMetricQuery, in experiments: [ExperimentID]
  ) async throws -> [TraceMetricQuery.Point] {
    guard !experiments.isEmpty else { return [] }
    let home = SQLCondition(
      "trace.experiment IN (\(experiments.map { _ in "?" }.joined(separator: ", ")))",
      experiments.map { .text($0.rawValue) })
    let conditions = [home] + query.conditions
    let source =
      switch query.view {
      case .traces: "trace"
      case .spans: "trace JOIN span ON span.trace = trace.number"
      case .assessments:
        """
        trace JOIN assessment AS said ON said.trace = trace.number
          AND coalesce(said.content ->> '$.valid', 1) = 1
        """
      }
    let bucket = query.intervalMs.map { "\(TraceMetricQuery.time(query.view)) / \($0) * \($0)" }
    let columns = [bucket ?? "NULL"] + query.dimensions.map(\.column) + [query.value]
    let sql = """
      SELECT \(columns.joined(separator: ", ")) FROM \(source)
      WHERE \(conditions.map { "(\($0.sql))" }.joined(separator: " AND "))
      """
    let arguments = conditions.flatMap(\.arguments)
    return try await ledger.read { db in
      var groups: [TraceMetricGroup.Key: TraceMetricGroup] = [:]
      let keepsValues = query.aggregations.contains {
        if case .percentile = $0 { true } else { false }
      }
      let rows = try Row.fetchCursor(
        db, sql: sql, arguments: StatementArguments(arguments.map(\.value)))
      while let row = try rows.next() {
        let key = TraceMetricGroup.Key(
          bucketMs: row[0],
          dimensions: query.dimensions.indices.map { row[$0 + 1] as String? ?? "" })
        let last = columns.count - 1
        if query.isDistinct {
          guard let text = row[last] as String? else { continue }
          groups[key, default: TraceMetricGroup()].addText(text)
        } else {
          guard let number = row[last] as Double? else { continue }
          groups[key, default: TraceMetricGroup()].add(number, isKept: keepsValues)
        }
      }
      return groups.sorted { $0.key < $1.key }.map { key, group in
        TraceMetricQuery.Point(
          dimensions: Dictionary(
            uniqueKeysWithValues: zip(query.dimensions.map(\.name), key.dimensions)),
          bucketMs: key.bucketMs, values: group.values(query.aggregations))
      }
    }
  }
}

/// The values of one group.
struct TraceMetricGroup {
  /// What the values of a group have in common.
  struct Key: Hashable, Comparable {
    var bucketMs: Int64?
    var dimensions: [String]

    static func < (left: Key, right: Key) -> Bool {
      let (a, b) = (left.bucketMs ?? 0, right.bucketMs ?? 0)
      return a == b ? left.dimensions.lexicographicallyPrecedes(right.dimensions) : a < b
    }
  }

  private var count = 0
  private var sum = 0.0
  private var least = Double.infinity
  private var most = -Double.infinity
  private var kept: [Double] = []
  private var texts: Set<String> = []

  mutating func add(_ value: Double, isKept: Bool) {
    count += 1
    sum += value
    least = min(least, value)
    most = max(most, value)
    if isKept { kept.append(value) }
  }

  /// Counts different texts once.
  mutating func addText(_ text: String) {
    if texts.insert(text).inserted { count += 1 }
  }

  func values(_ aggregations: [TraceMetricQuery.Aggregation]) -> [String: Double] {
    let sorted = kept.sorted()
    var values: [String: Double] = [:]
    for aggregation in aggregations {
      values[aggregation.word] =
        switch aggregation {
        case .count: Double(count)
        case .sum: sum
        case .average: sum / Double(count)
        case .minimum: least
        case .maximum: most
        case .percentile(let percent): Self.percentile(percent, of: sorted)
        }
    }
    return values
  }

  /// Hyndman and Fan 1996, definition 7, as in NumPy.
  static func percentile(_ percent: Double, of sorted: [Double]) -> Double? {
    guard let last = sorted.indices.last else { return nil }
    let place = percent / 100 * Double(last)
    let below = sorted[Int(place)]
    let above = sorted[min(Int(place) + 1, last)]
    return below + (above - below) * (place - place.rounded(.down))
  }
}
