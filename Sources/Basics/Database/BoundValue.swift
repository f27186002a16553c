public import GRDB
import GRDBSQLite

/// A value that a hot statement binds.
public enum BoundValue: Sendable {
  case null
  case integer(Int64)
  case real(Double)
  case text(String)

  /// A text, or NULL where there is none.
  public init(_ text: String?) { self = text.map(Self.text) ?? .null }

  /// A whole number, or NULL where there is none.
  public init(_ number: Int64?) { self = number.map(Self.integer) ?? .null }
}

/// Statements at the speed of SQLite's own calls, for what every request does.
///
/// GRDB checks arguments and tells observers of what runs; nobody observes the ledger, and the
/// arguments of these statements are written beside them.
extension Statement {
  /// Binds values by position and runs a statement to its end; rows are passed over.
  public func run(_ values: BoundValue...) throws {
    bind(values)
    try runBound()
  }

  /// Binds values by position and reads the first row, nil where there is none.
  public func first<Value>(_ values: BoundValue..., read: (FoundRow) throws -> Value) throws
    -> Value?
  {
    bind(values)
    let handle = sqliteStatement
    defer { sqlite3_reset(handle) }
    switch sqlite3_step(handle) {
    case SQLITE_ROW: return try read(FoundRow(handle: handle))
    case SQLITE_DONE: return nil
    case let code: throw failure(code)
    }
  }

  /// Binds values by position and reads every row.
  public func each(_ values: BoundValue..., read: (FoundRow) throws -> Void) throws {
    bind(values)
    let handle = sqliteStatement
    defer { sqlite3_reset(handle) }
    while true {
      switch sqlite3_step(handle) {
      case SQLITE_ROW: try read(FoundRow(handle: handle))
      case SQLITE_DONE: return
      case let code: throw failure(code)
      }
    }
  }

  /// Binds a whole number at a position, which counts from 1.
  @inline(__always)
  public func bind(_ number: Int64, at position: Int32) {
    sqlite3_bind_int64(sqliteStatement, position, number)
  }

  /// Runs a statement, all of whose values are bound, to its end.
  public func runBound() throws {
    let handle = sqliteStatement
    var code = sqlite3_step(handle)
    while code == SQLITE_ROW { code = sqlite3_step(handle) }
    guard code == SQLITE_DONE else {
      let failure = failure(code)
      sqlite3_reset(handle)
      throw failure
    }
    sqlite3_reset(handle)
  }

  private func bind(_ values: [BoundValue]) {
    let handle = sqliteStatement
    for (position, value) in zip(Int32(1)..., values) {
      switch value {
      case .null: sqlite3_bind_null(handle, position)
      case .integer(let number): sqlite3_bind_int64(handle, position, number)
      case .real(let number): sqlite3_bind_double(handle, position, number)
      case .text(let text):
        // SQLite copies it: a destructor of -1 says so.
        let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        sqlite3_bind_text(handle, position, text, Int32(text.utf8.count), copied)
      }
    }
  }

  private func failure(_ code: Int32) -> DatabaseError {
    DatabaseError(
      resultCode: ResultCode(rawValue: code),
      message: sqlite3_errmsg(sqlite3_db_handle(sqliteStatement)).map { String(cString: $0) },
      sql: sql)
  }
}

/// A row that a hot statement found; valid while it is read.
public struct FoundRow {
  fileprivate let handle: SQLiteStatement

  /// The whole number in a column, which counts from 0; NULL is 0.
  public func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

  /// Whether a column holds NULL.
  public func isNull(_ column: Int32) -> Bool {
    sqlite3_column_type(handle, column) == SQLITE_NULL
  }

  /// The text in a column; NULL is empty.
  public func text(_ column: Int32) -> String {
    guard let bytes = sqlite3_column_text(handle, column) else { return "" }
    let count = Int(sqlite3_column_bytes(handle, column))
    return String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
  }
}
