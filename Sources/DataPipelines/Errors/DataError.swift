public import Basics

/// What went wrong with data: its source, its content, or what was asked of it.
public struct DataError: FactoryError, Equatable {
  /// Stable words for what went wrong.
  public enum Code: String, Sendable {
    case sourceMissing = "source_missing"
    case sourceEmpty = "source_empty"
    case sourceUnreadable = "source_unreadable"
    case sourceRefused = "source_refused"
    case downloadFailed = "download_failed"
    case encodingUnknown = "encoding_unknown"
    case rowRagged = "row_ragged"
    case columnMissing = "column_missing"
    case columnAmbiguous = "column_ambiguous"
    case targetUnfit = "target_unfit"
    case tooFewRows = "too_few_rows"
    case sqlInvalid = "sql_invalid"
    case sqlRefused = "sql_refused"
    case joinAmbiguous = "join_ambiguous"
    case checkFailed = "check_failed"
    case splitImpossible = "split_impossible"
    case outOfMemory = "out_of_memory"
    case datasetNotFound = "dataset_not_found"
    case dataClassConflict = "data_class_conflict"
    case datasetDamaged = "dataset_damaged"
    case importNotFound = "import_not_found"
    case engineMissing = "engine_missing"
    case engineFailed = "engine_failed"
  }

  /// A stable word for it.
  public var code: Code
  /// What happened, in a sentence.
  public var message: String
  /// What to do about it.
  public var hint: String?

  /// Puts the parts together.
  public init(_ code: Code, _ message: String, hint: String? = nil) {
    self.code = code
    self.message = message
    self.hint = hint
  }
}
