import Foundation
public import GRDB

/// Finds what rows name by words of hexadecimal digits, such as the digests of objects.
///
/// Every text of every table is read, wherever in it the word stands. So a table or a column that
/// a later step of the schema adds is heeded without anybody remembering it here.
public enum DigestScan {
  /// Rows that do not count: by table an SQL condition with its arguments.
  public typealias Exceptions = [String: (condition: String, arguments: StatementArguments)]

  /// Every object that a row names.
  public static func digests(
    in db: Database, except exceptions: Exceptions = [:]
  ) throws -> Set<ObjectDigest> {
    Set(try words(of: 64, in: db, except: exceptions).compactMap { ObjectDigest(hex: $0) })
  }

  /// Every word of exactly `length` lower-case hexadecimal digits.
  ///
  /// - Parameter isRead: which tables are read; all by default.
  public static func words(
    of length: Int, in db: Database, except exceptions: Exceptions = [:],
    tables isRead: (String) -> Bool = { _ in true }
  ) throws -> Set<String> {
    var found: Set<String> = []
    for (table, columns) in try textColumns(in: db) where isRead(table) {
      for column in columns {
        var sql = """
          SELECT CAST("\(column)" AS BLOB) FROM "\(table)"
          WHERE length(CAST("\(column)" AS BLOB)) >= \(length)
          """
        if let exception = exceptions[table] { sql += " AND NOT (\(exception.condition))" }
        let values = try Data.fetchCursor(
          db, sql: sql, arguments: exceptions[table]?.arguments ?? StatementArguments())
        while let value = try values.next() {
          value.withUnsafeBytes { collect(length, in: $0, into: &found) }
        }
      }
    }
    return found
  }

  /// The columns of each table that can hold text, in order.
  public static func textColumns(
    in db: Database
  ) throws -> [(table: String, columns: [String])] {
    let tables = try String.fetchAll(
      db,
      sql: """
        SELECT name FROM sqlite_schema
        WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!' ORDER BY name
        """)
    return try tables.map { table in
      let columns = try db.columns(in: table).filter {
        !["INTEGER", "INT", "REAL"].contains($0.type.uppercased())
      }
      return (table, columns.map(\.name))
    }
  }

  private static func collect(
    _ length: Int, in bytes: UnsafeRawBufferPointer, into found: inout Set<String>
  ) {
    var start = 0
    for position in 0...bytes.count {
      if position < bytes.count, isDigit(bytes[position]) { continue }
      if position - start == length {
        found.insert(String(decoding: bytes[start..<position], as: UTF8.self))
      }
      start = position + 1
    }
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte)
  }
}
