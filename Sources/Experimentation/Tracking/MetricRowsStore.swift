import Basics
import GRDB

/// Rows of `metricPoint` on their way into the table, many to a statement.
///
/// A statement of a hundred rows costs SQLite half of what a hundred statements do.
struct MetricRows {
  private let run: Int64
  /// Key, step, time and the value's bits, row after row.
  private var numbers: [Int64] = []
  /// Rows to a statement, the most first.
  private static let sizes = [100, 10, 1]

  init(run: Int64, capacity: Int) {
    self.run = run
    numbers.reserveCapacity(4 * capacity)
  }

  mutating func add(_ point: MetricPoint, key: Int64) {
    numbers.append(key)
    numbers.append(point.step)
    numbers.append(point.timestampMs)
    numbers.append(Int64(bitPattern: point.value.bitPattern))
  }

  /// Adds the rows; one that is there already is passed over.
  func insert(in db: Database) throws {
    var next = 0
    for size in Self.sizes where numbers.count - next >= 4 * size {
      let statement = try db.cachedStatement(sql: Self.sql(rows: size))
      statement.bind(run, at: 1)
      while numbers.count - next >= 4 * size {
        for column in 0..<(4 * size) {
          statement.bind(numbers[next + column], at: Int32(column + 2))
        }
        try statement.runBound()
        next += 4 * size
      }
    }
  }

  private static func sql(rows: Int) -> String {
    statements[rows] ?? statement(rows: rows)
  }

  private static let statements = [Int: String](
    uniqueKeysWithValues: sizes.map { ($0, statement(rows: $0)) })

  private static func statement(rows: Int) -> String {
    "INSERT OR IGNORE INTO metricPoint (run, key, step, timestampMs, valueBits) VALUES "
      + [String](repeating: "(?1, ?, ?, ?, ?)", count: rows).joined(separator: ", ")
  }
}
