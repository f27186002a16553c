import DataPipelines

extension RowReader {
  /// The value that comes next, as its column wants it.
  func cell(
    _ cursor: inout JSONCursor, of column: SignatureColumn, row: Int
  ) throws(SignatureError) -> Cell {
    switch try cursor.kind() {
    case .null:
      try cursor.null()
      return .missing
    case .number:
      let (number, text) = try cursor.number()
      if number.isNaN { return .missing }
      switch column.type {
      case .integer, .decimal, .timestamp: return .number(number)
      case .boolean:
        if number == 0 || number == 1 { return .number(number) }
        throw .unfit(String(decoding: text, as: UTF8.self), in: column, row: row)
      case .category, .text: return .text(String(decoding: text, as: UTF8.self))
      }
    case .boolean:
      let value = try cursor.boolean()
      switch column.type {
      case .integer, .decimal, .boolean: return .number(value ? 1 : 0)
      case .category, .text: return .text(value ? "true" : "false")
      case .timestamp: throw .unfit(value ? "true" : "false", in: column, row: row)
      }
    case .string: return try cell(try cursor.string(), of: column, row: row)
    case .object:
      try cursor.skipValue()
      throw .unfit("an object", in: column, row: row)
    case .array:
      try cursor.skipValue()
      throw .unfit("an array", in: column, row: row)
    }
  }

  /// A value that came as text: numbers, times and truths are read from it.
  func cell(
    _ text: String, of column: SignatureColumn, row: Int
  ) throws(SignatureError) -> Cell {
    let number: Double?
    switch column.type {
    case .category: return ValueText.isMissing(text) ? missing(text, column) : .text(text)
    case .text: return .text(text)
    case .integer, .decimal: number = ValueText.number(text)
    case .boolean: number = ValueText.boolean(text)
    case .timestamp: number = ValueText.timestamp(text)
    }
    if let number { return number.isNaN ? .missing : .number(number) }
    guard ValueText.isMissing(text) else { throw .unfit("\"\(text)\"", in: column, row: row) }
    return .missing
  }

  /// A category may really be called `none` or `NA`.
  private func missing(_ text: String, _ column: SignatureColumn) -> Cell {
    column.examples?.contains(text) == true ? .text(text) : .missing
  }
}
