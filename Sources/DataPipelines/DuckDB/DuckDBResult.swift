import CDuckDB

/// The rows of a query, read chunk by chunk from front to end.
public final class DuckDBResult {
  private var result: cduckdb_result
  /// Names of the columns, in order.
  public let columnNames: [String]

  init(taking result: cduckdb_result) {
    var result = result
    let count = cduckdb_column_count(&result)
    columnNames = (0..<count).map { String(cString: cduckdb_column_name(&result, $0)) }
    self.result = result
  }

  deinit { cduckdb_destroy_result(&result) }

  /// The engine's number for the type of a column.
  func typeNumber(_ column: Int) -> Int32 { cduckdb_column_type(&result, UInt64(column)) }

  /// Calls `body` with each chunk of rows.
  func forEachChunk(_ body: (DuckDBChunk) throws -> Void) throws {
    while var chunk = cduckdb_fetch_chunk(&result) as cduckdb_chunk? {
      defer { withUnsafeMutablePointer(to: &chunk) { destroy($0) } }
      let count = Int(cduckdb_data_chunk_get_size(chunk))
      if count == 0 { break }
      try body(DuckDBChunk(handle: chunk, count: count))
    }
    if let message = cduckdb_result_error(&result), message.pointee != 0 {
      throw SQLFailure(message: String(cString: message), sql: "")
    }
  }

  /// All rows as values; for small results.
  public func rows() throws -> [[DuckDBValue]] {
    let types = columnNames.indices.map { typeNumber($0) }
    var rows: [[DuckDBValue]] = []
    try forEachChunk { chunk in
      let start = rows.count
      rows.append(contentsOf: repeatElement([], count: chunk.count))
      for column in types.indices {
        let vector = chunk.vector(column)
        for row in 0..<chunk.count {
          rows[start + row].append(vector.value(at: row, typeNumber: types[column]))
        }
      }
    }
    return rows
  }

  private func destroy(_ pointer: UnsafeMutablePointer<cduckdb_chunk>) {
    var handle: cduckdb_chunk? = pointer.pointee
    cduckdb_destroy_data_chunk(&handle)
  }
}

/// Some rows of a result, valid inside the call that hands them out.
struct DuckDBChunk {
  let handle: cduckdb_chunk
  let count: Int

  func vector(_ column: Int) -> DuckDBVector {
    let vector = cduckdb_data_chunk_get_vector(handle, UInt64(column))
    return DuckDBVector(
      data: cduckdb_vector_get_data(vector), validity: cduckdb_vector_get_validity(vector))
  }
}

/// The values of one column in a chunk.
struct DuckDBVector {
  let data: UnsafeMutableRawPointer?
  let validity: UnsafeMutablePointer<UInt64>?

  func isValid(_ row: Int) -> Bool {
    guard let validity else { return true }
    return validity[row >> 6] & (1 << UInt64(row & 63)) != 0
  }

  /// The values as an array of `Element`, the layout of the column's type.
  func values<Element>(of type: Element.Type) -> UnsafeMutablePointer<Element>? {
    data?.assumingMemoryBound(to: type)
  }

  /// The bytes of a text.
  func bytes(at row: Int) -> UnsafeRawBufferPointer {
    guard let strings = values(of: cduckdb_string.self) else {
      return UnsafeRawBufferPointer(start: nil, count: 0)
    }
    let string = strings + row
    return UnsafeRawBufferPointer(
      start: cduckdb_string_bytes(string), count: Int(cduckdb_string_length(string)))
  }

  func value(at row: Int, typeNumber: Int32) -> DuckDBValue {
    guard isValid(row) else { return .null }
    switch Int(typeNumber) {
    case CDUCKDB_TYPE_BOOLEAN: return values(of: Bool.self).map { .bool($0[row]) } ?? .null
    case CDUCKDB_TYPE_TINYINT:
      return values(of: Int8.self).map { .integer(Int64($0[row])) } ?? .null
    case CDUCKDB_TYPE_INTEGER:
      return values(of: Int32.self).map { .integer(Int64($0[row])) } ?? .null
    case CDUCKDB_TYPE_BIGINT: return values(of: Int64.self).map { .integer($0[row]) } ?? .null
    case CDUCKDB_TYPE_DOUBLE: return values(of: Double.self).map { .double($0[row]) } ?? .null
    case CDUCKDB_TYPE_VARCHAR: return .text(String(decoding: bytes(at: row), as: UTF8.self))
    default: return .null
    }
  }
}

/// One value of a small result; queries cast to these types.
public enum DuckDBValue: Sendable, Equatable {
  case null
  case bool(Bool)
  case integer(Int64)
  case double(Double)
  case text(String)

  /// The number, if it is one.
  public var number: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .double(let value): value
    case .bool(let value): value ? 1 : 0
    case .null, .text: nil
    }
  }

  /// The whole number, if it is one.
  public var integer: Int? {
    switch self {
    case .integer(let value): Int(value)
    case .double(let value): Int(exactly: value)
    case .bool(let value): value ? 1 : 0
    case .null, .text: nil
    }
  }

  /// The text, if it is one.
  public var text: String? {
    if case .text(let value) = self { return value }
    return nil
  }
}
