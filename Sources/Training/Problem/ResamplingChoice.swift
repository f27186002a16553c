import DataPipelines
import Foundation

/// Chooses how trials are measured, by rules that know sizes and never time.
struct ResamplingChoice {
  /// Below this many rows one validation split is too small to choose by.
  static let fewRows = 2000
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
  static func plan(_ rows: LearningRows, order: Order, seed: UInt64) -> ResamplingPlan {
    let count = rows.table.rowCount
    let holdout = ResamplingPlan.holdout(training: rows.training, validation: rows.validation)
    let canHoldOut = !rows.training.isEmpty && !rows.validation.isEmpty
    if order == .time {
      return canHoldOut ? holdout : tail(of: count)
    }
    if canHoldOut, count >= fewRows { return holdout }
    var groups = groupNumbers(rows, order: order)
    if Set(groups).count < 2 { groups = Array(0..<count) }
    return .crossValidation(
      rowCount: count, folds: min(folds, Set(groups).count),
      classes: rows.target.classes == nil ? nil : rows.target.labels, groups: groups, seed: seed)
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
