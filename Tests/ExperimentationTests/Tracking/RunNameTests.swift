import Basics
import Foundation
import GRDB
import TestSupport
import Testing

@testable import Experimentation

/// The tag `mlflow.runName`, which lies in the run's own row.
struct RunNameTests {
  private static let tag = "mlflow.runName"

  @Test func `a run's name and its tag are one, however either is set`() async throws {
    try await withStore { ledger, store in
      let id = RunID.random()
      try await ledger.write { db in
        let home = try ExperimentStore.experiment(.standard, in: db)
        let made = try RunStore.create(
          id, in: home, name: "ignored", startedAtMs: 1, tags: [Self.tag: "first", "a": "1"], db)
        #expect(made.name == "first")
      }
      func expectName(_ name: String) async throws {
        let details = try await store.details(id)
        #expect(details.run.name == name)
        #expect(details.tags == [Self.tag: name, "a": "1"])
      }
      try await expectName("first")
      try await store.note(tags: [Self.tag: "second"], on: id)
      try await expectName("second")
      _ = try await ledger.write { try RunStore.update(id, name: "third", in: $0) }
      try await expectName("third")
      _ = try await ledger.write { try RunStore.update(id, status: .finished, in: $0) }
      try await expectName("third")
    }
  }

  @Test func `a run without the tag has a name all the same`() async throws {
    try await withStore { ledger, store in
      let id = try await store.create(in: .standard, name: "plain", startedAtMs: 1).id
      #expect(try await store.details(id).tags.isEmpty)
      await expectCode(.tagNotFound) {
        try await ledger.write { try RunStore.deleteTag(Self.tag, of: id, in: $0) }
      }
      try await store.note(tags: [Self.tag: "told"], on: id)
      try await ledger.write { try RunStore.deleteTag(Self.tag, of: id, in: $0) }
      var details = try await store.details(id)
      #expect(details.run.name == "told" && details.tags.isEmpty)
      try await store.note(tags: [Self.tag: "again"], on: id)
      try await ledger.write { try RunStore.restart(id, startedAtMs: 2, in: $0) }
      details = try await store.details(id)
      #expect(details.run.name == "again" && details.tags.isEmpty)
    }
  }

  @Test func `a tag that is too long names nothing`() async throws {
    try await withStore { ledger, store in
      let long = String(repeating: "é", count: 8_001)
      let id = try await store.create(in: .standard, name: "short", startedAtMs: 1).id
      await expectCode(.invalidValue) { try await store.note(tags: [Self.tag: long], on: id) }
      await expectCode(.invalidValue) {
        try await ledger.write { db in
          let home = try ExperimentStore.experiment(.standard, in: db)
          _ = try RunStore.create(
            .random(), in: home, name: "n", startedAtMs: 1, tags: [Self.tag: long], db)
        }
      }
      try await store.note(tags: [Self.tag: String(long.dropLast())], on: id)
      #expect(try await store.search(in: nil, page: SearchPage(limit: 9)).runs.count == 1)
    }
  }

  /// Among few runs, which are sorted, and among many.
  @Test(arguments: [0, 1_200])
  func `searches filter and sort by the tag of the name`(others: Int) async throws {
    try await withStore { ledger, store in
      try await ledger.write { db in
        let home = try ExperimentStore.experiment(.standard, in: db)
        for (start, name) in ["b", "C", "a", nil].enumerated() {
          _ = try RunStore.create(
            .random(), in: home, name: name ?? "untagged", startedAtMs: Int64(start),
            tags: name.map { [Self.tag: $0] } ?? [:], db)
        }
        for number in 0..<others {
          _ = try RunStore.create(
            .random(), in: home, name: "", startedAtMs: -1, tags: [Self.tag: "other\(number)"], db)
        }
      }
      func names(_ filter: String, _ order: String = "start_time ASC") async throws -> [String] {
        let found = try await store.search(
          in: [.standard], filter: filter, order: [order], page: SearchPage(limit: 4_000))
        return found.runs.map(\.run.name).filter { !$0.hasPrefix("other") }
      }
      let key = "tags.`mlflow.runName`"
      #expect(try await names("\(key) = 'a'") == ["a"])
      #expect(try await names("\(key) = 'untagged'").isEmpty)
      #expect(try await names("\(key) != 'a'") == ["b", "C"])
      #expect(try await names("\(key) LIKE 'c%'").isEmpty)
      #expect(try await names("\(key) ILIKE 'c%'") == ["C"])
      #expect(try await names("\(key) IS NULL") == ["untagged"])
      #expect(try await names("\(key) IS NOT NULL") == ["b", "C", "a"])
      #expect(try await names("", "\(key) ASC") == ["C", "a", "b", "untagged"])
      #expect(try await names("", "\(key) DESC") == ["b", "a", "C", "untagged"])
      await expectCode(.invalidValue) { _ = try await names("\(key) > 'a'") }
      await expectCode(.invalidValue) { _ = try await names("\(key) = 1") }
    }
  }

  @Test func `runs of a ledger that held the tag apart keep names and tags`() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path("old.sqlite")
    let before = ExperimentationMigrations.all.prefix {
      $0.identifier != "experimentation-0014-move-name-tags"
    }
    let (tagged, plain, odd) = (RunID.random(), RunID.random(), RunID.random())
    let old = try Ledger(path: path, migrations: BasicsMigrations.all + before)
    try await old.write { db in
      for (number, id, name) in [(1, tagged, "one"), (2, plain, "two"), (3, odd, "three")] {
        try db.execute(
          sql: """
            INSERT INTO run (number, id, experiment, name, status, artifactLocation, startedAtMs)
            VALUES (?, ?, '0', ?, 'RUNNING', '', 1)
            """, arguments: [number, id.rawValue, name])
      }
      try db.execute(
        sql: """
          INSERT INTO runTag VALUES (1, 'mlflow.runName', 'one'), (1, 'a', '1'),
            (3, 'mlflow.runName', 'another')
          """)
    }
    try await old.close()
    let ledger = try Ledger(
      path: path, migrations: BasicsMigrations.all + ExperimentationMigrations.all)
    let store = RunStore(ledger: ledger)
    #expect(try await store.details(tagged).tags == [Self.tag: "one", "a": "1"])
    #expect(try await store.details(plain).tags.isEmpty)
    #expect(try await store.details(odd).tags == [Self.tag: "another"])
    #expect(try await store.details(odd).run.name == "three")
    let left = try await ledger.read { db in
      try Int.fetchOne(db, sql: "SELECT count(*) FROM runTag WHERE key = 'mlflow.runName'")
    }
    #expect(left == 0)
    try await ledger.close()
  }

  /// One commit for many runs: what it appends to the write-ahead log is what creating costs.
  @Test func `runs that are created together change few pages`() async throws {
    try await withStore { ledger, store in
      let count = 200
      func create(_ number: Int) async throws {
        try await ledger.write { db in
          let home = try ExperimentStore.experiment(.standard, in: db)
          for run in 0..<count {
            let start = Int64(number * count + run)
            _ = try RunStore.create(
              .timed(atMs: 1_700_000_000_000 + start), in: home, name: "",
              startedAtMs: start, tags: [Self.tag: "name \(start &* 7_919 % 1_009)", "a": "1"], db)
          }
        }
      }
      // Trees with many leaves, so that what is written in random places shows.
      for number in 0..<20 { try await create(number) }
      let before = ledger.walBytes
      try await create(20)
      let pages = Double(ledger.walBytes - before) / 4_120
      // 41 were measured; in order of random identifiers it were 100 more, and as many by names.
      #expect(pages > 0 && pages / Double(count) < 0.4, "\(pages) pages")
    }
  }

  @Test func `identifiers of later runs sort after those of earlier ones`() throws {
    var generator = SeededGenerator(seed: 5)
    let ids = (0..<1_000).map { RunID.timed(atMs: 1_700_000_000_000 + $0, using: &generator) }
    #expect(ids.map(\.rawValue) == ids.map(\.rawValue).sorted())
    for id in ids {
      #expect(RunID(id.rawValue) == id)
      let digits = Array(id.rawValue)
      // RFC 9562, §5.7: the version, and the two bits of the variant.
      #expect(digits[12] == "7" && "89ab".contains(digits[16]))
    }
    let same = Set((0..<1_000).map { _ in RunID.timed(atMs: 5, using: &generator) })
    #expect(same.count == 1_000)
    // A clock before 1970 or beyond the year 10889 makes identifiers too.
    for time in [-1, Int64.min, Int64.max] { #expect(RunID.timed(atMs: time).rawValue.count == 32) }
  }

  private func withStore(_ body: (Ledger, RunStore) async throws -> Void) async throws {
    let test = try TestLedger()
    try await body(test.ledger, RunStore(ledger: test.ledger))
    try test.remove()
  }
}
