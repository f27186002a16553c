/// What a column means to the factory.
public enum ColumnType: String, Codable, Sendable, CaseIterable {
  /// Whole numbers, as `Double` (exact up to 2^53).
  case integer
  case decimal
  /// 0 and 1.
  case boolean
  /// Seconds since 1970-01-01T00:00:00Z.
  case timestamp
  /// A text out of few: codes into a list of values.
  case category
  /// Free text.
  case text

  /// Whether values are stored as `Double`.
  public var isNumeric: Bool { self != .category && self != .text }
}

/// The values of one column.
public enum ColumnValues: Sendable, Equatable {
  /// One number a row; NaN is missing.
  case numbers([Double])
  /// One code a row into `values`; -1 is missing. `values` holds no duplicates.
  case strings(codes: [Int32], values: [String])
}

/// A named column of a table in memory.
public struct TableColumn: Sendable, Equatable {
  /// Its name.
  public var name: String
  /// What its values mean.
  public var type: ColumnType
  /// One value a row.
  public var values: ColumnValues

  /// Takes every value as it is.
  public init(name: String, type: ColumnType, values: ColumnValues) {
    self.name = name
    self.type = type
    self.values = values
  }
}

/// A table in memory, column by column; all columns have `rowCount` values.
public struct Table: Sendable, Equatable {
  /// The columns in order.
  public private(set) var columns: [TableColumn]
  /// Rows of every column.
  public let rowCount: Int
  private let indexByName: [String: Int]

  /// Takes every value as it is.
  public init(columns: [TableColumn], rowCount: Int) {
    self.columns = columns
    self.rowCount = rowCount
    indexByName = Dictionary(
      columns.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// The column of that name, or nil.
  public subscript(name: String) -> TableColumn? { indexByName[name].map { columns[$0] } }

  /// The rows of the given numbers, in that order.
  public func rows(_ numbers: [Int]) -> Table {
    let taken = columns.map { column in
      switch column.values {
      case .numbers(let values):
        return TableColumn(
          name: column.name, type: column.type, values: .numbers(numbers.map { values[$0] }))
      case .strings(let codes, let values):
        return TableColumn(
          name: column.name, type: column.type,
          values: .strings(codes: numbers.map { codes[$0] }, values: values))
      }
    }
    return Table(columns: taken, rowCount: numbers.count)
  }
}
