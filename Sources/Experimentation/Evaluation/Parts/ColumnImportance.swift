import Basics
import DataPipelines
import Engines

/// What one column is worth to the model.
struct ColumnImportance: Codable, Sendable, Equatable {
  var column: String
  /// How much worse the main metric gets when the column's values are shuffled (Breiman 2001);
  /// nil where it was not tried.
  var loss: Double?
  /// Standard deviation of `loss` over the repeats.
  var deviation: Double?
  /// Mean absolute SHAP value; nil where the model cannot say.
  var contribution: Double?
}

/// Measures columns by shuffling them, within a budget of cells.
struct ImportanceMeasurement {
  let model: any EvaluatedModel
  let main: MetricName
  let seed: UInt64

  static let mostColumns = 30
  private static let mostRows = 2_000
  private static let cells = 60_000_000
  /// Rows times trees that one measurement may walk through: some seconds on one core.
  private static let walks = 40_000_000

  /// Columns from the most to the least important; the rest of a wide table by SHAP value alone.
  func measure(_ table: Table, truth: Truth, fixed: Set<String>) throws -> [ColumnImportance] {
    let columns = model.manifest.signature.map(\.name).filter {
      table[$0] != nil && !fixed.contains($0)
    }
    guard !columns.isEmpty, table.rowCount > 1 else { return [] }
    let contributions = try model.contributions(table)
    let contribution = Dictionary(
      zip(contributions?.columns ?? [], contributions?.meanMagnitudes ?? []),
      uniquingKeysWith: { first, _ in first })
    let tried = columns.enumerated().sorted {
      let (first, second) = (contribution[$0.element] ?? 0, contribution[$1.element] ?? 0)
      return first == second ? $0.offset < $1.offset : first > second
    }.prefix(Self.mostColumns).map(\.element)

    let cost = table.rowCount * model.manifest.signature.count * tried.count
    let walks = table.rowCount * tried.count * model.treeCount
    let repeats = min(5, max(1, min(Self.cells / max(1, cost), Self.walks / max(1, walks))))
    let whole = try score(table, truth)
    var results: [ColumnImportance] = []
    for (place, name) in columns.enumerated() {
      var importance = ColumnImportance(column: name, contribution: contribution[name])
      if tried.contains(name), let whole {
        let losses = try (0..<repeats).compactMap { turn -> Double? in
          var generator = SeededGenerator(seed: seed, stream: UInt64(place * 16 + turn + 1000))
          var rows = Array(0..<table.rowCount)
          generator.shuffle(&rows)
          let shuffled = table.replacing(name) { $0.values.rows(rows) }
          return try score(shuffled, truth).map {
            main.goal == .minimize ? $0 - whole : whole - $0
          }
        }
        if !losses.isEmpty {
          let mean = losses.reduce(0, +) / Double(losses.count)
          let squares = losses.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
          importance.loss = mean
          importance.deviation = (squares / Double(losses.count)).squareRoot()
        }
      }
      results.append(importance)
    }
    return results.enumerated().sorted {
      let (first, second) = ($0.element.rank, $1.element.rank)
      return first == second ? $0.offset < $1.offset : first > second
    }.map(\.element)
  }

  /// The rows to use of a table: all of a small one, else some drawn with the seed.
  static func sample(rowCount: Int, columnCount: Int, treeCount: Int, seed: UInt64) -> [Int] {
    let tried = max(1, min(mostColumns, columnCount))
    let count = min(
      rowCount, mostRows, max(50, cells / max(1, columnCount * tried)),
      max(200, walks / (tried * max(1, treeCount))))
    var rows = Array(0..<rowCount)
    guard count < rowCount else { return rows }
    var generator = SeededGenerator(seed: seed, stream: 12)
    generator.shuffle(&rows)
    return rows.prefix(count).sorted()
  }

  private func score(_ table: Table, _ truth: Truth) throws -> Double? {
    try PredictionScorer(truth: truth, output: try model.predict(table), ranks: main == .auc)
      .metrics[main]
  }
}

extension ColumnImportance {
  /// Columns that were tried come first.
  fileprivate var rank: (Int, Double) {
    loss.map { (1, $0) } ?? (0, contribution ?? 0)
  }
}

extension Table {
  /// The same table with other values in one column.
  func replacing(_ name: String, with values: (TableColumn) -> ColumnValues) -> Table {
    Table(
      columns: columns.map { column in
        guard column.name == name else { return column }
        return TableColumn(name: name, type: column.type, values: values(column))
      }, rowCount: rowCount)
  }
}

extension ColumnValues {
  /// The values of the given rows, in that order.
  func rows(_ rows: [Int]) -> ColumnValues {
    switch self {
    case .numbers(let values): .numbers(rows.map { values[$0] })
    case .strings(let codes, let values):
      .strings(codes: rows.map { codes[$0] }, values: values)
    }
  }
}
