import Foundation
import GRDB
import GRDBSQLite
import TestSupport
import Testing

@testable import Basics

/// Write-ahead logs whose frames are gathered, read by connections of SQLite's own layer.
struct GatheringVFSTests {
  let temporary: TemporaryLedger

  init() throws {
    temporary = try TemporaryLedger([
      SchemaMigration(identifier: "test-0001") { db in
        try db.execute(
          sql: "CREATE TABLE page (number INTEGER NOT NULL PRIMARY KEY, bytes BLOB NOT NULL) STRICT"
        )
      }
    ])
  }

  /// Rows that another connection finds, which the system's own layer opens.
  private func rowsElsewhere(_ path: String) throws -> [Int64: Data] {
    var handle: OpaquePointer?
    defer { sqlite3_close(handle) }
    try #require(
      sqlite3_open_v2(path, &handle, SQLITE_OPEN_READWRITE, "unix") == SQLITE_OK, "\(path)")
    var statement: OpaquePointer?
    defer { sqlite3_finalize(statement) }
    try #require(
      sqlite3_prepare_v2(handle, "SELECT number, bytes FROM page", -1, &statement, nil) == SQLITE_OK
    )
    var rows: [Int64: Data] = [:]
    while sqlite3_step(statement) == SQLITE_ROW {
      let bytes = sqlite3_column_blob(statement, 1)
      rows[sqlite3_column_int64(statement, 0)] = Data(
        bytes: try #require(bytes), count: Int(sqlite3_column_bytes(statement, 1)))
    }
    return rows
  }

  /// Changes rows at random; what is told is what was done.
  private func change(
    _ rows: inout [Int64: Data], from random: inout SeededGenerator, _ db: Database
  ) throws {
    for _ in 0..<Int.random(in: 1...60, using: &random) {
      let number = Int64.random(in: 0..<200, using: &random)
      if Int.random(in: 0..<5, using: &random) == 0 {
        try db.execute(sql: "DELETE FROM page WHERE number = ?", arguments: [number])
        rows[number] = nil
      } else {
        let size = Int.random(in: 1...9_000, using: &random)
        let bytes = Data(repeating: UInt8.random(in: 0...255, using: &random), count: size)
        try db.execute(
          sql: "INSERT OR REPLACE INTO page (number, bytes) VALUES (?, ?)",
          arguments: [number, bytes])
        rows[number] = bytes
      }
    }
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func `what was committed is there for others and in copies, and nothing else`(seed: UInt64) throws
  {
    var random = SeededGenerator(seed: seed)
    let copies = try TemporaryFolder()
    let pool = temporary.ledger.pool
    try pool.writeWithoutTransaction { db in
      // So little that pages are written before their transaction ends.
      try db.execute(sql: "PRAGMA cache_spill = ON")
      try db.execute(sql: "PRAGMA cache_size = 5")
    }
    var rows: [Int64: Data] = [:]
    for round in 0..<60 {
      try pool.writeWithoutTransaction { db in
        try db.execute(sql: "BEGIN IMMEDIATE")
        var changed = rows
        try change(&changed, from: &random, db)
        if Bool.random(using: &random) {
          var undone = changed
          try db.execute(sql: "SAVEPOINT inner")
          try change(&undone, from: &random, db)
          try db.execute(sql: "ROLLBACK TO inner")
          try db.execute(sql: "RELEASE inner")
          try change(&changed, from: &random, db)
        }
        #expect(try rowsElsewhere(temporary.path) == rows)
        if Int.random(in: 0..<4, using: &random) == 0 {
          try db.execute(sql: "ROLLBACK")
        } else {
          try db.execute(sql: "COMMIT")
          rows = changed
        }
        #expect(try rowsElsewhere(temporary.path) == rows)
        if round % 7 == 0 { _ = try db.checkpoint(round % 2 == 0 ? .passive : .truncate) }
      }
      let copy = copies.path("\(round).sqlite")
      for end in ["", "-wal"] {
        try FileManager.default.copyItem(atPath: temporary.path + end, toPath: copy + end)
      }
      #expect(try rowsElsewhere(copy) == rows)
    }
    let verdict = try pool.read { try String.fetchOne($0, sql: "PRAGMA integrity_check") }
    #expect(verdict == "ok")
  }

  /// What was gathered cannot be written when it is read back, within a statement that is undone alone.
  @Test func `a disk that is full for a while loses no page of a transaction that goes on`() throws
  {
    let wal = temporary.path + "-wal"
    try temporary.ledger.pool.writeWithoutTransaction { db in
      try db.execute(sql: "PRAGMA cache_spill = ON")
      try db.execute(sql: "PRAGMA cache_size = 5")
      var rows: [Int64: Data] = [:]
      try db.execute(sql: "BEGIN IMMEDIATE")
      for number in Int64(0)..<60 {
        let bytes = Data(repeating: UInt8(number), count: 3_000)
        try db.execute(
          sql: "INSERT INTO page (number, bytes) VALUES (?, ?)", arguments: [number, bytes])
        rows[number] = bytes
      }
      SyncCounter.setFull(true, path: wal)
      defer { SyncCounter.setFull(false, path: wal) }
      try db.execute(sql: "SAVEPOINT inner")
      #expect(throws: DatabaseError.self) {
        try db.execute(sql: "UPDATE page SET bytes = bytes || bytes || bytes")
      }
      SyncCounter.setFull(false, path: wal)
      if db.isInsideTransaction {
        try db.execute(sql: "ROLLBACK TO inner")
        try db.execute(sql: "COMMIT")
      } else {
        rows = [:]
      }
      #expect(try rowsElsewhere(temporary.path) == rows)
    }
    let verdict = try temporary.ledger.pool.read {
      try String.fetchOne($0, sql: "PRAGMA integrity_check")
    }
    #expect(verdict == "ok")
  }

  @Test func `a log without synchronization is written at each commit, too`() throws {
    try temporary.ledger.pool.writeWithoutTransaction { db in
      try db.execute(sql: "PRAGMA synchronous = OFF")
      for number in 0..<5 {
        try db.execute(
          sql: "INSERT INTO page (number, bytes) VALUES (?, ?)",
          arguments: [number, Data(repeating: 7, count: 20_000)])
        #expect(try rowsElsewhere(temporary.path).count == number + 1)
      }
    }
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/proc/thread-self/io")))
  func `a commit of many pages takes few calls`() throws {
    /// Calls of this thread that wrote.
    func calls() throws -> Int {
      let lines = try String(contentsOfFile: "/proc/thread-self/io", encoding: .utf8)
        .split(separator: "\n")
      let line = try #require(lines.first { $0.hasPrefix("syscw") })
      return try #require(Int(line.split(separator: " ")[1]))
    }
    try temporary.ledger.pool.writeWithoutTransaction { db in
      try db.execute(sql: "BEGIN IMMEDIATE")
      for number in 0..<100 {
        try db.execute(
          sql: "INSERT INTO page (number, bytes) VALUES (?, ?)",
          arguments: [number, Data(repeating: 7, count: 3_000)])
      }
      let before = try calls()
      try db.execute(sql: "COMMIT")
      // Some hundred pages, of which 31 fit into a call; SQLite alone takes two calls for each.
      let made = try calls() - before
      #expect((1...10).contains(made))
    }
  }
}
