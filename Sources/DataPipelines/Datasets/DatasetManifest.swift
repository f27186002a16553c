/// What a model is asked to do.
public enum LearningTask: String, Codable, Sendable, CaseIterable {
  case regression, classification, forecasting
}

/// Which part of a dataset a row belongs to; the raw value is stored in the `_split` column.
public enum DatasetSplit: Int, Codable, Sendable, CaseIterable {
  case train = 0
  case validation = 1
  case test = 2
}

/// `dataset.json` of a dataset version: what the table beside it holds and where it came from.
///
/// The folder of a dataset version holds `table.parquet` (the columns below, then `_row`, the
/// number of the source row from 0, and `_split`, a `DatasetSplit`), `dataset.json`,
/// `profile.json` and `checks.json`.
public struct DatasetManifest: Codable, Sendable, Equatable {
  /// The part that a column plays.
  public enum Role: String, Codable, Sendable {
    /// May become a feature.
    case feature
    /// What is predicted.
    case target
    /// Names a row, never a feature (`exclude`, and the group or time column where it is no feature).
    case identity
    /// The time of a row.
    case time
    /// Names the series of a row (forecasting).
    case series
  }

  /// One column of the table.
  public struct Column: Codable, Sendable, Equatable {
    /// Its name.
    public var name: String
    /// What its values mean.
    public var type: ColumnType
    /// The part that it plays.
    public var role: Role

    /// Takes every value as it is.
    public init(name: String, type: ColumnType, role: Role) {
      self.name = name
      self.type = type
      self.role = role
    }
  }

  /// One file that was read.
  public struct Source: Codable, Sendable, Equatable {
    /// Path or URL as the user gave it.
    public var name: String
    /// SHA-256 of its bytes, lower-case hexadecimal.
    public var sha256: String
    /// Size in bytes.
    public var bytes: Int64
    /// `data`, `test` or `join`.
    public var part: String

    /// Takes every value as it is.
    public init(name: String, sha256: String, bytes: Int64, part: String) {
      self.name = name
      self.sha256 = sha256
      self.bytes = bytes
      self.part = part
    }
  }

  /// Name of the dataset (the workflow's).
  public var name: String
  /// Columns of `table.parquet` in order, without `_row` and `_split`.
  public var columns: [Column]
  /// Number of rows.
  public var rowCount: Int
  /// Rows by split name (`train`, `validation`, `test`).
  public var splitRowCounts: [String: Int]
  /// Every file that was read.
  public var sources: [Source]
  /// The `split` rule in words, such as `random test=0.2 validation=0.2 seed=7`.
  public var splitRule: String
  /// Raised whenever the conversion changes what it makes of the same input.
  public var converterVersion: Int

  /// Takes every value as it is.
  public init(
    name: String, columns: [Column], rowCount: Int, splitRowCounts: [String: Int],
    sources: [Source], splitRule: String, converterVersion: Int
  ) {
    self.name = name
    self.columns = columns
    self.rowCount = rowCount
    self.splitRowCounts = splitRowCounts
    self.sources = sources
    self.splitRule = splitRule
    self.converterVersion = converterVersion
  }
}
