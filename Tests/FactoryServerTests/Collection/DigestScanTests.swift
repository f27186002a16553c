import Compute
import GRDB
import TestSupport
import Testing

@testable import Basics
@testable import FactoryServer

/// Over the schema of the whole factory: a table or column that is added is tested without a change here.
struct DigestScanTests {
  /// A database with every table, which takes any row.
  private func lenientDatabase() throws -> DatabaseQueue {
    var configuration = Configuration()
    configuration.foreignKeysEnabled = false
    let queue = try DatabaseQueue(configuration: configuration)
    try queue.write { db in
      for migration in FactoryMigrations.all { try migration.migrate(db) }
    }
    try queue.writeWithoutTransaction { db in
      try db.execute(sql: "PRAGMA ignore_check_constraints = ON")
    }
    return queue
  }

  @Test func `a digest is found in whatever column of whatever table it stands`() throws {
    let queue = try lenientDatabase()
    let digest = ObjectDigest(of: "object")
    let texts = [digest.hex, "{\"folder\":\"\(digest.hex)\"}", "objects/ab/\(digest.hex) is there"]
    var columnCount = 0
    try queue.write { db in
      for (table, columns) in try DigestScan.textColumns(in: db) {
        for column in columns {
          columnCount += 1
          for text in texts {
            try db.execute(sql: "DELETE FROM \"\(table)\"")
            try insert(text, into: column, of: table, in: db)
            let found = try DigestScan.digests(in: db)
            #expect(found.contains(digest), "\(table).\(column) holding \(text)")
          }
        }
        try db.execute(sql: "DELETE FROM \"\(table)\"")
      }
      #expect(try !DigestScan.digests(in: db).contains(digest))
    }
    #expect(columnCount > 150)
  }

  /// Columns that may hold digests are texts: 32 bytes would not be found.
  @Test func `no column keeps digests as numbers or plain bytes`() throws {
    try lenientDatabase().read { db in
      for (table, _) in try DigestScan.textColumns(in: db) {
        for column in try db.columns(in: table) where column.type.uppercased() != "TEXT" {
          let name = column.name.lowercased()
          for word in ["sha256", "digest", "object", "package", "folder", "hash"] {
            #expect(!name.contains(word), "\(table).\(column.name) is \(column.type)")
          }
        }
      }
    }
  }

  @Test func `words of another length and other letters are no digests`() throws {
    let queue = try lenientDatabase()
    let hex = ObjectDigest(of: "object").hex
    try queue.write { db in
      for text in [hex + "0", String(hex.dropLast()), hex.uppercased(), hex.dropLast() + "g"] {
        try insert(String(text), into: "name", of: "project", in: db)
      }
      #expect(try DigestScan.digests(in: db).isEmpty)
      try insert("\n\(hex)\t", into: "name", of: "project", in: db)
      #expect(try DigestScan.digests(in: db).count == 1, "between whatever else")
    }
  }

  private func insert(_ text: String, into column: String, of table: String, in db: Database) throws
  {
    let columns = try db.columns(in: table)
    let values = columns.map { other -> DatabaseValue in
      if other.name == column { return text.databaseValue }
      switch other.type.uppercased() {
      case "INTEGER", "INT": return Int64.random(in: 1...(1 << 40)).databaseValue
      case "REAL": return 0.5.databaseValue
      default: return "x\(Int64.random(in: 1...(1 << 40)))".databaseValue
      }
    }
    let marks = columns.map { _ in "?" }.joined(separator: ", ")
    let names = columns.map { "\"\($0.name)\"" }.joined(separator: ", ")
    try db.execute(
      sql: "INSERT INTO \"\(table)\" (\(names)) VALUES (\(marks))",
      arguments: StatementArguments(values))
  }
}
