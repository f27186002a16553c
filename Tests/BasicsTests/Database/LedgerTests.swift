import Foundation
import GRDB
import GRDBSQLite
import Synchronization
import TestSupport
import Testing

@testable import Basics

struct LedgerTests {
  static let tables = [
    SchemaMigration(identifier: "test-0001") { db in
      try db.execute(
        sql: """
          CREATE TABLE parent (id INTEGER NOT NULL PRIMARY KEY) STRICT;
          CREATE TABLE number (
            value INTEGER NOT NULL PRIMARY KEY,
            parent INTEGER REFERENCES parent(id) DEFERRABLE INITIALLY DEFERRED
          ) STRICT;
          """)
    }
  ]
  struct Refused: Error {}

  let temporary: TemporaryLedger
  var ledger: Ledger { temporary.ledger }

  init() throws {
    SyncCounter.install()
    temporary = try TemporaryLedger(Self.tables)
  }

  func count() async throws -> Int {
    try await ledger.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM number") ?? -1 }
  }

  @Test func `the connection that writes synchronizes every commit`() async throws {
    #expect(try await ledger.writerPragma("synchronous") == 2)
    #expect(try await ledger.writerPragma("wal_autocheckpoint") == 0)
    #expect(try await ledger.writerPragma("foreign_keys") == 1)
  }

  @Test func `a write alone costs one synchronization`() async throws {
    try await ledger.write { try $0.execute(sql: "INSERT INTO number (value) VALUES (-1)") }
    let wal = temporary.path + "-wal"
    let before = SyncCounter.count(path: wal)
    for value in 0..<5 {
      try await ledger.write {
        try $0.execute(sql: "INSERT INTO number (value) VALUES (?)", arguments: [value])
      }
    }
    #expect(SyncCounter.count(path: wal) - before == 5)
    #expect(ledger.statistics.commits == 6)
  }

  @Test(.timeLimit(.minutes(1)))
  func `concurrent writers share synchronizations, and bad ones fail alone`() async throws {
    let ledger = ledger
    let wal = temporary.path + "-wal"
    let before = SyncCounter.count(path: wal)
    let failures = await withTaskGroup(of: Bool.self) { group in
      for value in 0..<2_000 {
        group.addTask {
          do {
            try await ledger.write { db in
              try db.execute(
                sql: "INSERT INTO number (value) VALUES (?)", arguments: [value % 1_900])
              if value % 10 == 3 { throw Refused() }
            }
            return false
          } catch {
            return true
          }
        }
      }
      return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
    }
    // 200 refuse; of the 100 repeated values, 90 meet a row that stands.
    #expect(failures == 290)
    #expect(try await count() == 2_000 - failures)
    let synchronizations = SyncCounter.count(path: wal) - before
    #expect(synchronizations > 0 && synchronizations < 1_000, "\(synchronizations) for 2,000")
    let statistics = ledger.statistics
    #expect(statistics.failedWrites == 290 && statistics.writes == 1_710)
    #expect(statistics.failedCommits == 0)
  }

  /// The first holds the batch open until the second waits, and so has come after the batch began.
  @Test(.timeLimit(.minutes(1)))
  func `a write that comes while others run shares their commit`() async throws {
    let temporary = try TemporaryLedger(Self.tables, limits: LedgerLimits(batchMs: 60_000))
    let ledger = temporary.ledger
    let (begun, begin) = AsyncStream<Void>.makeStream()
    async let first: Void = ledger.write { db in
      try db.execute(sql: "INSERT INTO number (value) VALUES (1)")
      begin.finish()
      while ledger.statistics.queued == 0 { usleep(1_000) }
    }
    for await _ in begun {}
    try await ledger.write { try $0.execute(sql: "INSERT INTO number (value) VALUES (2)") }
    try await first
    #expect(ledger.statistics.commits == 1)
    #expect(ledger.statistics.writes == 2)
  }

  /// Queues writes that may be repeated into one batch, and tells what became of each, in their order.
  private func submit(
    _ writes: [@Sendable (Database) throws -> Int], to ledger: Ledger
  ) async -> [Result<Int, any Error>] {
    let isQueued = Mutex(false)
    let hold: @Sendable (Database) throws -> Int = { _ in
      while !isQueued.withLock({ $0 }) { usleep(1_000) }
      return 0
    }
    let results = AsyncStream<(Int, Result<Int, any Error>)>.makeStream()
    for (place, write) in ([hold] + writes).enumerated() {
      ledger.submit(write) { results.continuation.yield((place, $0)) }
    }
    isQueued.withLock { $0 = true }
    var found: [Int: Result<Int, any Error>] = [:]
    for await (place, result) in results.stream {
      found[place] = result
      if found.count > writes.count { break }
    }
    return writes.indices.compactMap { found[$0 + 1] }
  }

  private static func insert(_ value: Int) -> @Sendable (Database) throws -> Int {
    { db in
      try db.execute(sql: "INSERT INTO number (value) VALUES (?)", arguments: [value])
      return value
    }
  }

  @Test(.timeLimit(.minutes(1)))
  func `writes that may be repeated fail alone, before and after they have changed something`()
    async throws
  {
    let temporary = try TemporaryLedger(Self.tables, limits: LedgerLimits(batchMs: 60_000))
    let ledger = temporary.ledger
    let runs = Mutex(0)
    let writes: [@Sendable (Database) throws -> Int] = [
      Self.insert(1),
      { db in
        runs.withLock { $0 += 1 }
        return try Self.insert(2)(db)
      },
      { _ in throw Refused() },
      Self.insert(1),
      { db in
        _ = try Self.insert(3)(db)
        throw Refused()
      },
      { db in
        try db.execute(sql: "INSERT INTO number (value, parent) VALUES (4, 77)")
        return 4
      },
      Self.insert(5),
    ]
    let results = await submit(writes, to: ledger)
    try #require(results.map { try? $0.get() } == [1, 2, nil, nil, nil, nil, 5])
    #expect(throws: Refused.self) { try results[2].get() }
    #expect(throws: DatabaseError.self) { try results[3].get() }
    #expect(throws: Refused.self) { try results[4].get() }
    #expect(throws: DatabaseError.self) { try results[5].get() }
    let values = try await ledger.read {
      try Int.fetchAll($0, sql: "SELECT value FROM number ORDER BY value")
    }
    #expect(values == [1, 2, 5])
    // What failed after a change let the others run anew.
    #expect(runs.withLock { $0 } == 2)
    #expect(ledger.statistics.commits == 1)
    #expect(ledger.statistics.writes == 4)
    #expect(ledger.statistics.failedWrites == 4)
  }

  @Test(.timeLimit(.minutes(1)))
  func `a write that must not be repeated runs once beside those that may`() async throws {
    let temporary = try TemporaryLedger(Self.tables, limits: LedgerLimits(batchMs: 60_000))
    let ledger = temporary.ledger
    let runs = Mutex(0)
    let (begun, begin) = AsyncStream<Void>.makeStream()
    async let once: Void = ledger.write { db in
      runs.withLock { $0 += 1 }
      _ = try Self.insert(1)(db)
      begin.finish()
      while ledger.statistics.queued < 2 { usleep(1_000) }
    }
    for await _ in begun {}
    let results = AsyncStream<Result<Int, any Error>>.makeStream()
    ledger.submit({ db in
      _ = try Self.insert(2)(db)
      throw Refused()
    }) { results.continuation.yield($0) }
    ledger.submit(Self.insert(3)) {
      results.continuation.yield($0)
      results.continuation.finish()
    }
    try await once
    var values: [Int?] = []
    for await result in results.stream { values.append(try? result.get()) }
    #expect(values == [nil, 3])
    #expect(runs.withLock { $0 } == 1)
    #expect(ledger.statistics.commits == 1)
    #expect(
      try await ledger.read { try Int.fetchAll($0, sql: "SELECT value FROM number") } == [1, 3])
  }

  @Test func `a write that breaks a deferred foreign key fails alone`() async throws {
    let ledger = ledger
    async let good: Void = ledger.write {
      try $0.execute(sql: "INSERT INTO number (value) VALUES (1)")
    }
    let bad = Task {
      try await ledger.write {
        try $0.execute(sql: "INSERT INTO number (value, parent) VALUES (2, 77)")
      }
    }
    async let settled: Void = ledger.write {
      try $0.execute(sql: "INSERT INTO number (value, parent) VALUES (3, 5)")
      try $0.execute(sql: "INSERT INTO parent (id) VALUES (5)")
    }
    try await good
    try await settled
    await #expect(throws: DatabaseError.self) { try await bad.value }
    #expect(try await count() == 2)
  }

  @Test func `a write that ends the shared transaction fails its batch and nothing is kept`()
    async throws
  {
    let ledger = ledger
    await #expect(throws: (any Error).self) {
      try await ledger.write { db in
        try db.execute(sql: "INSERT INTO number (value) VALUES (1)")
        try db.execute(sql: "ROLLBACK")
      }
    }
    #expect(try await count() == 0)
    try await ledger.write { try $0.execute(sql: "INSERT INTO number (value) VALUES (2)") }
    #expect(try await count() == 1)
  }

  @Test(.timeLimit(.minutes(1)))
  func `a full disk fails every write in words, keeps nothing, and passes`() async throws {
    let ledger = ledger
    try await ledger.write { try $0.execute(sql: "INSERT INTO number (value) VALUES (-1)") }
    SyncCounter.setFull(true, path: temporary.path + "-wal")
    let failures = await withTaskGroup(of: LedgerError?.self) { group in
      for value in 0..<50 {
        group.addTask {
          do {
            try await ledger.write {
              try $0.execute(sql: "INSERT INTO number (value) VALUES (?)", arguments: [value])
            }
            return nil
          } catch {
            return error as? LedgerError
          }
        }
      }
      return await group.reduce(into: [LedgerError?]()) { $0.append($1) }
    }
    #expect(failures.allSatisfy { $0?.code == .diskFull && $0?.retryAfterSeconds == 60 })
    #expect(ledger.statistics.failedCommits > 0)
    #expect(try await count() == 1)
    SyncCounter.setFull(false, path: temporary.path + "-wal")
    try await ledger.write { try $0.execute(sql: "INSERT INTO number (value) VALUES (7)") }
    #expect(try await count() == 2)
  }

  @Test func `a write that finds the database full fails alone`() async throws {
    let ledger = ledger
    try await ledger.pool.writeWithoutTransaction { db in
      let pages = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0
      try db.execute(sql: "PRAGMA max_page_count = \(pages + 4)")
    }
    let error = await #expect(throws: LedgerError.self) {
      try await ledger.write { db in
        for value in 0..<20_000 {
          try db.execute(sql: "INSERT INTO number (value) VALUES (?)", arguments: [value])
        }
      }
    }
    #expect(error?.code == .diskFull)
    try await ledger.write { try $0.execute(sql: "INSERT INTO number (value) VALUES (7)") }
    #expect(try await count() == 1)
  }

  @Test func `a canceled task gets the answer of what it wrote`() async throws {
    let ledger = ledger
    let task = Task {
      try await ledger.write { db in
        try db.execute(sql: "INSERT INTO number (value) VALUES (1)")
        return 42
      }
    }
    task.cancel()
    #expect(try await task.value == 42)
    #expect(try await count() == 1)
  }

  @Test(.timeLimit(.minutes(1)))
  func `a full queue refuses at once and says when to try again`() async throws {
    let folder = try TemporaryFolder()
    let ledger = try Ledger(
      path: folder.path("f.sqlite"), migrations: Self.tables,
      limits: LedgerLimits(queue: 10, batch: 4))
    let refusals = await withTaskGroup(of: LedgerError?.self) { group in
      for value in 0..<200 {
        group.addTask {
          do {
            try await ledger.write { db in
              // The first write holds the others until all of them have come.
              while ledger.statistics.refusedWrites < 150 {}
              try db.execute(sql: "INSERT INTO number (value) VALUES (?)", arguments: [value])
            }
            return nil
          } catch {
            return error as? LedgerError
          }
        }
      }
      return await group.reduce(into: [LedgerError]()) { if let error = $1 { $0.append(error) } }
    }
    #expect(refusals.count >= 150)
    #expect(refusals.allSatisfy { $0.code == .overloaded && $0.retryAfterSeconds == 1 })
    let count = try await ledger.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM number") }
    #expect(count == 200 - refusals.count)
  }

  @Test func `a closed ledger answers what waits and refuses the rest`() async throws {
    try await ledger.write { try $0.execute(sql: "INSERT INTO number (value) VALUES (1)") }
    try await ledger.close()
    let error = await #expect(throws: LedgerError.self) { try await ledger.write { _ in } }
    #expect(error?.code == .ledgerClosed)
    #expect(ledger.walBytes == 0)
  }

  @Test func `the write-ahead log is copied back between batches and does not grow for ever`()
    async throws
  {
    let folder = try TemporaryFolder()
    let ledger = try Ledger(
      path: folder.path("f.sqlite"), migrations: Self.tables,
      limits: LedgerLimits(checkpointBytes: 256 << 10))
    for batch in 0..<60 {
      try await ledger.write { db in
        for value in 0..<400 {
          try db.execute(
            sql: "INSERT INTO number (value) VALUES (?)",
            arguments: [(batch * 400 + value) &* 7_919 % 1_000_003])
        }
      }
    }
    #expect(ledger.statistics.checkpoints > 0)
    #expect(ledger.statistics.failedCheckpoints == 0)
    #expect(ledger.walBytes < 2 << 20)
  }

  @Test(.timeLimit(.minutes(1)))
  func `a long read sees one moment and holds up no write`() async throws {
    let ledger = ledger
    try await ledger.write { try $0.execute(sql: "INSERT INTO number (value) VALUES (-1)") }
    let before = ledger.statistics.writes
    async let seen: [Int] = ledger.read { db in
      let first = try Int.fetchOne(db, sql: "SELECT count(*) FROM number") ?? -1
      // The read ends only when others have written meanwhile: one that held them up never would.
      while ledger.statistics.writes < before + 20 {}
      return [first, try Int.fetchOne(db, sql: "SELECT count(*) FROM number") ?? -1]
    }
    for value in 0..<20 {
      try await ledger.write {
        try $0.execute(sql: "INSERT INTO number (value) VALUES (?)", arguments: [value])
      }
    }
    let counts = try await seen
    #expect(counts[0] == counts[1])
    #expect(try await count() == 21)
  }

  @Test(.timeLimit(.minutes(1)))
  func `a read of an old moment keeps the log from starting anew, and loses nothing`()
    async throws
  {
    let folder = try TemporaryFolder()
    let ledger = try Ledger(
      path: folder.path("f.sqlite"), migrations: Self.tables,
      limits: LedgerLimits(checkpointBytes: 64 << 10))
    async let seen: Int? = ledger.read { db in
      let first = try Int.fetchOne(db, sql: "SELECT count(*) FROM number")
      while ledger.statistics.checkpoints < 2 {}
      return try Int.fetchOne(db, sql: "SELECT count(*) FROM number") == first ? first : nil
    }
    var written = 0
    while written < 3_000 || ledger.statistics.checkpoints < 2 {
      let value = written
      try await ledger.write { db in
        for i in 0..<100 {
          try db.execute(
            sql: "INSERT INTO number (value) VALUES (?)",
            arguments: [(value + i) &* 7_919 % 1_000_003])
        }
      }
      written += 100
    }
    #expect(try await seen != nil)
    let count = try await ledger.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM number") }
    #expect(count == written)
    #expect(ledger.statistics.failedCheckpoints == 0)
  }

  @Test func `bound values come back as they were, and bad statements say why`() async throws {
    try await ledger.write { db in
      let statement = try db.cachedStatement(sql: "SELECT ?, ?, ?, ? IS NULL")
      let texts = ["", "é\u{0}b", String(repeating: "x", count: 9_000)]
      for text in texts {
        let found = try statement.first(.text(text), .integer(.min), .real(0.5), .null) {
          ($0.text(0), $0.integer(1), $0.integer(3))
        }
        #expect(found?.0 == text && found?.1 == .min && found?.2 == 1)
      }
      let insert = try db.cachedStatement(sql: "INSERT INTO number (value) VALUES (?)")
      try insert.run(.integer(5))
      let error = #expect(throws: DatabaseError.self) { try insert.run(.integer(5)) }
      #expect(error?.message?.contains("number.value") == true)
      try insert.run(.integer(6))
    }
    #expect(try await count() == 2)
  }

  @Test func `a database of a later version is refused`() async throws {
    let path = temporary.path
    try await ledger.close()
    let error = #expect(throws: LedgerError.self) {
      try Ledger(path: path, migrations: BasicsMigrations.all)
    }
    #expect(error?.code == .ledgerTooNew)
  }

  @Test func `a file that is no database is refused with its path`() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(String(repeating: "no database ", count: 100), to: "f.sqlite")
    let error = #expect(throws: LedgerError.self) { try Ledger(path: path, migrations: []) }
    #expect(error?.code == .ledgerUnusable)
    #expect(error?.message.contains(path) == true)
  }
}
