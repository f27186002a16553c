/// How a filter compares.
public enum FilterOperator: String, Sendable, CaseIterable {
  case equal = "="
  case notEqual = "!="
  case less = "<"
  case lessOrEqual = "<="
  case greater = ">"
  case greaterOrEqual = ">="
  case like = "LIKE"
  case iLike = "ILIKE"
  case isIn = "IN"
  case isNotIn = "NOT IN"
  case isNull = "IS NULL"
  case isNotNull = "IS NOT NULL"

  /// Comparisons of numbers.
  static let ofNumbers: Set<FilterOperator> = [
    .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual,
  ]
  /// Comparisons of texts.
  static let ofTexts: Set<FilterOperator> = [.equal, .notEqual, .like, .iLike]
}

/// What a filter compares with.
public enum FilterValue: Sendable, Equatable {
  case text(String)
  case number(Double)
  /// A whole number, exact beyond 2^53 too.
  case integer(Int64)
  case list([String])
  /// `IS NULL` and `IS NOT NULL` have none.
  case none
}

/// One comparison of a filter: `metrics.rmse < 0.5`.
public struct FilterClause: Sendable, Equatable {
  /// What stands before the first point; nil for a bare key.
  public var entity: String?
  /// The name after the point, without its quotes.
  public var key: String
  /// How it compares.
  public var comparison: FilterOperator
  /// With what.
  public var value: FilterValue
  /// The words of the value as they were written, for messages.
  public var written: String
}
