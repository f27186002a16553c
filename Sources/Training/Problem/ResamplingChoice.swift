import Basics
import DataPipelines
import Foundation

/// Chooses how trials are measured, by rules that know sizes and never time.
struct ResamplingChoice {
  /// Below this many rows one validation split is too small to choose by.
  static let fewRows = 2000
  /// Cells (rows times columns) for each second of a search below which there is time to cross-validate.
  static let foldedCellsPerSecond = 2000
  /// Cells on which trials are trained for each second of a search.
  static let searchedCellsPerSecond = 50_000
  /// Cells on which trials of a search without a bound in time are trained.
  static let mostCells = 20_000_000
  /// Most rows that validate.
  static let mostValidationRows = 40_000
  static let folds = 5

  /// What keeps rows together or in order.
  enum Order: Equatable {
    case none
    /// Rows of one value of the column are never parted.
    case groups(column: String)
    /// Validation rows are later than training rows.
    case time
  }

  /// The order that a dataset's split rule names, in the words of its manifest.
  static func order(splitRule: String) -> Order {
    let words = splitRule.split(separator: " ")
    guard let first = words.first else { return .none }
    for (rule, made) in [("group", Order.groups(column: "")), ("time", .time)] {
      guard first == rule || first.hasPrefix("\(rule)=") || first.hasPrefix("\(rule):") else {
        continue
      }
      guard made != .time else { return .time }
      // "group COLUMN test=0.2 …"; a column's name may hold blanks.
      let rest = splitRule.dropFirst(rule.count + 1)
      let end = rest.range(of: " test=", options: .backwards)?.lowerBound ?? rest.endIndex
      return .groups(column: String(rest[..<end]))
    }
    return .none
  }

  /// The plan for the rows: cross-validation where rows are few and have no order in time.
  ///
  /// - Parameter timeMs: time of the search; nil where only trials bound it.
  static func plan(
    _ rows: LearningRows, order: Order, timeMs: Int64?, seed: UInt64
  ) -> ResamplingPlan {
    let count = rows.table.rowCount
    let seconds = timeMs.map { Int(max($0 / 1000, 1)) }
    let holdout = thinned(rows, seconds: seconds, inOrder: order == .time, seed: seed)
    let canHoldOut = !rows.training.isEmpty && !rows.validation.isEmpty
    if order == .time {
      return canHoldOut ? holdout : tail(of: count)
    }
    let cells = count * max(rows.columns.count, 1)
    let isSmall = count < fewRows || cells < (seconds ?? 0) * foldedCellsPerSecond
    if canHoldOut, !isSmall { return holdout }
    var groups = groupNumbers(rows, order: order)
    if Set(groups).count < 2 { groups = Array(0..<count) }
    return .crossValidation(
      rowCount: count, folds: min(folds, Set(groups).count),
      classes: rows.target.classes == nil ? nil : rows.target.labels, groups: groups, seed: seed)
  }

  /// The dataset's split, with no more rows than a search can try many settings on.
  private static func thinned(
    _ rows: LearningRows, seconds: Int?, inOrder: Bool, seed: UInt64
  ) -> ResamplingPlan {
    let cells = seconds.map { max($0 * searchedCellsPerSecond, 200_000) } ?? mostCells
    let most = max(cells / max(rows.columns.count, 1), 5000)
    func taken(_ numbers: [Int], _ most: Int, stream: UInt64) -> [Int] {
      guard numbers.count > most else { return numbers }
      // The newest rows tell most about what comes.
      if inOrder { return Array(numbers.suffix(most)) }
      var shuffled = numbers
      var random = SeededGenerator(seed: seed, stream: stream)
      random.shuffle(&shuffled)
      return shuffled.prefix(most).sorted()
    }
    return .holdout(
      training: taken(rows.training, most, stream: 2),
      validation: taken(rows.validation, mostValidationRows, stream: 3))
  }

  /// Rows in order of time without a validation split: the last fifth validates.
  private static func tail(of count: Int) -> ResamplingPlan {
    let cut = count - max(count / 5, 1)
    return .holdout(training: Array(0..<cut), validation: Array(cut..<count))
  }

  /// A number for each row; rows that must stay together share it: the group's, or that of equal rows.
  private static func groupNumbers(_ rows: LearningRows, order: Order) -> [Int] {
    if case .groups(let name) = order, let column = rows.table[name] {
      return numbers(of: [column], rowCount: rows.table.rowCount)
    }
    let used = Set(rows.columns.filter { $0.role == .feature }.map(\.name))
    let columns = rows.table.columns.filter { used.contains($0.name) }
    return numbers(of: columns, rowCount: rows.table.rowCount)
  }

  private static func numbers(of columns: [TableColumn], rowCount: Int) -> [Int] {
    var known: [[UInt64]: Int] = [:]
    return (0..<rowCount).map { row in
      let key = columns.map { column -> UInt64 in
        switch column.values {
        case .numbers(let values): values[row].isNaN ? .max : (values[row] + 0).bitPattern
        case .strings(let codes, _): UInt64(bitPattern: Int64(codes[row]))
        }
      }
      let number = known[key] ?? known.count
      known[key] = number
      return number
    }
  }
}
