/// How the texts of a source column become values.
enum ColumnReading: Equatable {
  case text(isTrimmed: Bool)
  /// Numbers with a point; whole ones become integers.
  case number(isWhole: Bool)
  /// Mostly numbers; the few other texts become missing values.
  case mostlyNumber
  /// `1.234,5`: a comma before the decimals.
  case decimalComma
  /// `1,234.5`: a comma between thousands.
  case thousandsComma
  case boolean
  /// ISO 8601.
  case timestamp
  /// ISO 8601 with an offset from UTC.
  case zonedTimestamp
  /// A time in another format, in the words of `strptime`.
  case formattedTimestamp(String)

  /// The type as which the engine's CSV reader takes the column.
  ///
  /// Whole numbers are read as DOUBLE because the reader silently rounds `1.5` to a BIGINT.
  var readerType: String {
    switch self {
    case .number: "DOUBLE"
    case .boolean: "BOOLEAN"
    case .timestamp: "TIMESTAMP"
    case .text, .mostlyNumber, .decimalComma, .thousandsComma, .zonedTimestamp,
      .formattedTimestamp:
      "VARCHAR"
    }
  }

  /// The value as SQL, of a column that was read as text.
  func expression(ofText column: String) -> String {
    switch self {
    case .text(let isTrimmed):
      return isTrimmed
        ? "CASE WHEN trim(\(column)) NOT IN \(Self.nullList) THEN trim(\(column)) END" : column
    case .number(let isWhole):
      let number = "TRY_CAST(\(column) AS DOUBLE)"
      return isWhole ? "CAST(\(number) AS BIGINT)" : number
    case .mostlyNumber: return "TRY_CAST(\(column) AS DOUBLE)"
    case .decimalComma:
      return "TRY_CAST(replace(replace(\(column), '.', ''), ',', '.') AS DOUBLE)"
    case .thousandsComma: return "TRY_CAST(replace(\(column), ',', '') AS DOUBLE)"
    case .boolean: return "TRY_CAST(trim(\(column)) AS BOOLEAN)"
    case .timestamp: return "TRY_CAST(\(column) AS TIMESTAMP)"
    case .zonedTimestamp: return "CAST(TRY_CAST(\(column) AS TIMESTAMPTZ) AS TIMESTAMP)"
    case .formattedTimestamp(let format):
      return "try_strptime(trim(\(column)), \(literal(format)))"
    }
  }

  /// The value as SQL, of a column that was read as `readerType`.
  func expression(ofTyped column: String) -> String {
    switch self {
    case .number(let isWhole): isWhole ? "CAST(\(column) AS BIGINT)" : column
    case .boolean, .timestamp: column
    default: expression(ofText: column)
    }
  }

  private static let nullList =
    "(" + CSVDialect.nullWords.map(literal).joined(separator: ", ") + ")"
}
