import DataPipelines
import Foundation

/// The rows of a table put into groups by one column.
struct Slicing: Sendable, Equatable {
  var column: String
  var labels: [String]
  /// A code into `labels` a row.
  var codes: [Int32]

  /// Numbers with more different values than this are cut at their quartiles.
  static let mostNumbers = 12

  /// Groups by value, or by quartile for numbers with many values; missing values are a group.
  init(_ column: TableColumn) {
    self.column = column.name
    switch column.values {
    case .strings(let codes, let values):
      (labels, self.codes) = Self.compacted(codes, labels: values)
    case .numbers(let values):
      let distinct = Set(values.lazy.filter { !$0.isNaN }.prefix(2_000_000))
      if distinct.count <= Self.mostNumbers {
        let ordered = distinct.sorted()
        let places = Dictionary(
          uniqueKeysWithValues: ordered.enumerated().map { ($1, Int32($0)) })
        (labels, codes) = Self.compacted(
          values.map { places[$0] ?? -1 },
          labels: ordered.map { Truth.className(of: $0, type: column.type) })
      } else {
        (labels, codes) = Self.quartiles(values, type: column.type)
      }
    }
  }

  /// Rows by group, in order.
  var rowsByGroup: [[Int]] {
    var rows = [[Int]](repeating: [], count: labels.count)
    for (row, code) in codes.enumerated() { rows[Int(code)].append(row) }
    return rows
  }

  private static func quartiles(_ values: [Double], type: ColumnType) -> ([String], [Int32]) {
    let sorted = values.filter { !$0.isNaN }.sorted()
    var edges: [Double] = []
    for share in [0.25, 0.5, 0.75] {
      let edge = Quantile.of(sorted: sorted, at: share)
      if edge > edges.last ?? -.infinity, edge < sorted.last ?? .infinity { edges.append(edge) }
    }
    var labels: [String] = []
    for index in 0...edges.count {
      let low = index > 0 ? text(edges[index - 1], type) : nil
      let high = index < edges.count ? text(edges[index], type) : nil
      switch (low, high) {
      case (let low?, let high?): labels.append("\(low) – \(high)")
      case (let low?, nil): labels.append("over \(low)")
      case (nil, let high?): labels.append("up to \(high)")
      case (nil, nil): labels.append("all")
      }
    }
    let codes = values.map { value in
      value.isNaN ? -1 : Int32(edges.firstIndex { value <= $0 } ?? edges.count)
    }
    return compacted(codes, labels: labels)
  }

  private static func text(_ value: Double, _ type: ColumnType) -> String {
    type == .timestamp ? DateText.day(value) : NumberText.short(value)
  }

  /// Gives up codes that no row has; missing values become a group at the end.
  private static func compacted(_ codes: [Int32], labels: [String]) -> ([String], [Int32]) {
    var isUsed = [Bool](repeating: false, count: labels.count)
    var hasMissing = false
    for code in codes { if code < 0 { hasMissing = true } else { isUsed[Int(code)] = true } }
    var place = [Int32](repeating: -1, count: labels.count)
    var kept: [String] = []
    for index in labels.indices where isUsed[index] {
      place[index] = Int32(kept.count)
      kept.append(labels[index])
    }
    let missing = Int32(kept.count)
    if hasMissing { kept.append("(missing)") }
    return (kept, codes.map { $0 < 0 ? missing : place[Int($0)] })
  }
}
