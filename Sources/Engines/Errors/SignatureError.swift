public import Basics
import DataPipelines

/// Why a request's rows do not fit a model: names row, column, value and expectation.
public struct SignatureError: FactoryError, Equatable {
  /// The kinds of misfits.
  public enum Code: String, Sendable {
    /// The body is not JSON.
    case invalidJSON = "invalid_json"
    /// The body is JSON, but holds no rows in a known shape.
    case rowsInvalid = "rows_invalid"
    /// A required column is absent or null.
    case columnMissing = "column_missing"
    /// A value is of another type than its column.
    case valueInvalid = "value_invalid"
  }

  /// What kind of misfit it is.
  public let code: Code
  /// What is wrong, in a sentence.
  public let message: String
  /// What to send instead.
  public let hint: String?
  /// Number of the row, from 0.
  public let row: Int?
  /// Name of the column.
  public let column: String?
  /// The value as it was sent, shortened.
  public let value: String?
  /// What would have fitted.
  public let expectation: String?

  init(
    _ code: Code, _ message: String, hint: String? = nil, row: Int? = nil, column: String? = nil,
    value: String? = nil, expectation: String? = nil
  ) {
    self.code = code
    self.message = message
    self.hint = hint
    self.row = row
    self.column = column
    self.value = value
    self.expectation = expectation
  }

  static func missing(_ column: SignatureColumn, row: Int) -> SignatureError {
    SignatureError(
      .columnMissing,
      "Row \(row): column `\(column.name)` is missing; expected \(column.expectation).",
      hint: column.derivation.map {
        "The workflow derives it: \($0). Send the columns that this reads, or its value."
      } ?? "Every row needs this column: it had a value in all training rows.", row: row,
      column: column.name, expectation: column.expectation)
  }

  static func unfit(_ value: String, in column: SignatureColumn, row: Int) -> SignatureError {
    let shown = value.count > 60 ? value.prefix(57) + "..." : value[...]
    return SignatureError(
      .valueInvalid,
      "Row \(row): column `\(column.name)` holds \(shown); expected \(column.expectation).",
      hint: column.isOptional ? "Send null for a value that is not known." : nil, row: row,
      column: column.name, value: String(shown), expectation: column.expectation)
  }
}

extension SignatureColumn {
  /// What a value of the column is, in words.
  public var expectation: String {
    switch type {
    case .integer, .decimal:
      guard let minimum, let maximum else { return "a number" }
      return "a number (in training \(minimum.short) to \(maximum.short))"
    case .boolean: return "true or false"
    case .timestamp: return "a time such as \"2024-03-01T12:30:00Z\""
    case .category:
      let shown = (examples ?? []).prefix(3).map { "\"\($0)\"" }.joined(separator: ", ")
      return shown.isEmpty ? "a text" : "a text such as \(shown)"
    case .text: return "a text"
    }
  }
}

extension Double {
  /// Whole numbers without a fraction.
  var short: String { Int(exactly: self)?.description ?? description }
}
