/// One entry of `checks.json`: what was asked of the data and how many rows failed.
public struct CheckResult: Codable, Sendable, Equatable {
  /// A row that failed.
  public struct FailingRow: Codable, Sendable, Equatable {
    /// Its number in the source from 1, the header not counted.
    public var row: Int
    /// The value that failed, as text; nil where it is missing.
    public var value: String?
  }

  /// The check in words, such as `alcohol between 5 and 20`.
  public var check: String
  /// The column it is about, if it is about one.
  public var column: String?
  /// Whether every row holds.
  public var passed: Bool
  /// Rows that do not hold.
  public var failedRowCount: Int
  /// The first rows that failed, at most ten.
  public var firstFailingRows: [FailingRow]
}
