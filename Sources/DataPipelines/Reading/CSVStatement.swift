/// The statement with which the engine reads files of one dialect.
struct CSVStatement {
  var paths: [String]
  var dialect: CSVDialect
  var isGzipped: Bool
  /// Bytes of the longest line; nil leaves it to the engine (2 MB).
  var longestLine: Int?

  init(paths: [String], dialect: CSVDialect, isGzipped: Bool) {
    self.paths = paths
    self.dialect = dialect
    self.isGzipped = isGzipped
  }

  /// Selects all columns, called `c0`, `c1` and so on, as the given types.
  func select(_ types: [String]) -> String {
    let columns = types.enumerated().map { "'c\($0)': '\($1)'" }.joined(separator: ", ")
    var options = [
      "auto_detect=false", "delim=\(literal(byte: dialect.delimiter))",
      "quote=\(literal(byte: dialect.quote))", "escape=\(literal(byte: dialect.escape))",
      "header=\(dialect.hasHeader)", "skip=\(dialect.skippedLines)",
      "nullstr=\(literals(CSVDialect.nullWords))", "columns={\(columns)}",
      "compression='\(isGzipped ? "gzip" : "none")'",
    ]
    if let longestLine { options.append("max_line_size=\(longestLine)") }
    return "SELECT * FROM read_csv(\(literals(paths)), \(options.joined(separator: ", ")))"
  }

  private func literal(byte: UInt8?) -> String {
    guard let byte else { return "''" }
    return DataPipelines.literal(String(decoding: [byte], as: UTF8.self))
  }

  /// A change that lets a refused read succeed.
  struct Adjustment {
    /// The text must be rewritten from Windows-1252.
    var needsUTF8 = false
    /// All line ends must be rewritten as one.
    var endsLinesAlike = false
    var withoutQuotes = false
    var longestLine: Int?
    /// What to tell people, after the name of the file.
    var remark: String?

    /// Whether the files must be rewritten before they are read again.
    var isRewriting: Bool { needsUTF8 || endsLinesAlike }

    /// The encoding to rewrite files from that were taken for `found`; nil if they are fine.
    func rewriting(from found: TextEncoding) -> TextEncoding? {
      guard isRewriting else { return nil }
      return needsUTF8 ? .windows1252 : found
    }

    func applied(to statement: CSVStatement) -> CSVStatement {
      var statement = statement
      if withoutQuotes {
        statement.dialect.quote = nil
        statement.dialect.escape = nil
      }
      if let longestLine { statement.longestLine = longestLine }
      return statement
    }
  }

  /// What to try after a failure; nil if nothing helps.
  func adjusted(after failure: SQLFailure) -> Adjustment? {
    let message = failure.message
    if message.contains("Could not convert string") || message.contains("Error when converting") {
      return Adjustment()
    }
    if message.contains("Invalid unicode"), !isGzipped {
      return Adjustment(
        needsUTF8: true, remark: "is not UTF-8 throughout; it was read as Windows-1252.")
    }
    if message.contains("Maximum line size"), longestLine == nil {
      return Adjustment(longestLine: 256 << 20)
    }
    if message.contains("state machine reached an invalid state"), !isGzipped {
      return Adjustment(endsLinesAlike: true, remark: "mixes line ends.")
    }
    if message.contains("unterminated quote"), dialect.quote != nil {
      return Adjustment(
        withoutQuotes: true, remark: "holds unbalanced quotes; they were read as part of the text.")
    }
    return nil
  }
}
