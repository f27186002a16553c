import Basics
import Experimentation
import Testing

struct EvaluationDatasetStoreTests {
  private func withDataset(
    _ body: (Ledger, EvaluationDatasetStore, String) async throws -> Void
  ) async throws {
    let home = try TestLedger()
    let made = try await home.ledger.write { db in
      try EvaluationDatasetStore.create(
        "qa", tags: ["team": "a"], experiments: [.standard], nowMs: 1, in: db)
    }
    try await body(home.ledger, EvaluationDatasetStore(ledger: home.ledger), made.id)
    try home.remove()
  }

  private func upsert(
    _ json: String, _ ledger: Ledger, _ id: String, at now: Int64
  ) async throws -> [Int] {
    let counts = try await ledger.write { db in
      try EvaluationDatasetStore.upsert(json: json, into: id, nowMs: now, in: db)
    }
    return [counts.inserted, counts.updated]
  }

  @Test func `records with the same inputs are one, whatever the order of keys`() async throws {
    try await withDataset { ledger, store, id in
      let first = #"[{"inputs":{"a":1,"b":[1.0]},"expectations":{"x":1},"tags":{"k":"v"}}]"#
      #expect(try await upsert(first, ledger, id, at: 2) == [1, 0])
      let again = #"[{"inputs":{"b":[1.0],"a":1},"expectations":{"y":NaN,"x":2},"outputs":"o"}]"#
      #expect(try await upsert(again, ledger, id, at: 3) == [0, 1])
      #expect(
        try await upsert(#"[{"inputs":{"a":2}},{"inputs":{"a":2}}]"#, ledger, id, at: 4) == [1, 1])
      let records = try await store.records(of: id, limit: 10).records
      #expect(records.map(\.inputs) == [#"{"a":1,"b":[1.0]}"#, #"{"a":2}"#])
      #expect(records.map(\.expectations) == [#"{"x":2,"y":NaN}"#, nil])
      #expect(records.map(\.outputs) == [#""o""#, "{}"])
      #expect(records.map(\.tags) == [#"{"k":"v"}"#, "{}"])
      let dataset = try await ledger.read { try EvaluationDatasetStore.dataset(id, in: $0) }
      #expect(dataset.recordCount == 2)
      #expect(dataset.updatedAtMs == 4)
      #expect(
        dataset.schema
          == #"{"inputs":{"a":"integer","b":"array"},"outputs":"string","expectations":{"x":"integer","y":"float"},"version":"1.0"}"#
      )
    }
  }

  @Test func `pages of records follow each other, also while records are removed`() async throws {
    try await withDataset { ledger, store, id in
      let list = (0..<10).map { #"{"inputs":{"n":\#($0)}}"# }.joined(separator: ",")
      #expect(try await upsert("[\(list)]", ledger, id, at: 2) == [10, 0])
      let first = try await store.records(of: id, limit: 4)
      let removed = try await ledger.write { db in
        try EvaluationDatasetStore.deleteRecords(
          [first.records[0].id, first.records[3].id, "dr-x"], of: id, nowMs: 3, in: db)
      }
      #expect(removed == 2)
      let second = try await store.records(of: id, limit: 4, token: first.next)
      let third = try await store.records(of: id, limit: 4, token: second.next)
      #expect((second.records + third.records).map(\.inputs) == (4..<10).map { "{\"n\":\($0)}" })
      #expect(third.next == nil)
      await #expect(throws: ExperimentationError.self) {
        _ = try await store.records(of: id, limit: 4, token: "?")
      }
    }
  }

  @Test(arguments: [
    "", "{}", "5", "[5]", #"[{"inputs":5}]"#, #"[{"inputs":null}]"#, #"[{"expectations":[]}]"#,
    #"[{"tags":"x"}]"#, #"[{"source":{}}]"#, #"[{"source":{"source_type":"MOON"}}]"#,
    #"[{"source":{"source_type":"CODE","source_data":5}}]"#, #"[{"inputs":{"a":}}]"#,
  ])
  func `records that are none are refused, and nothing is kept`(json: String) async throws {
    try await withDataset { ledger, store, id in
      do {
        _ = try await upsert(json, ledger, id, at: 2)
        Issue.record("\(json) was taken")
      } catch let error as ExperimentationError {
        #expect(error.code == .invalidValue)
      }
      #expect(try await store.records(of: id, limit: 10).records.isEmpty)
    }
  }

  @Test func `a dataset belongs to experiments, is found by them, and takes its records with it`()
    async throws
  {
    try await withDataset { ledger, store, id in
      let other = try await ledger.write { db in
        try ExperimentStore.create(named: "other", nowMs: 1, in: db).id
      }
      func found(_ experiments: [ExperimentID], _ filter: String = "") async throws -> [String] {
        try await store.search(in: experiments, filter: filter, page: SearchPage(limit: 10))
          .datasets.map(\.id)
      }
      #expect(try await found([.standard]) == [id])
      #expect(try await found([other]).isEmpty)
      #expect(try await found([], "tags.team = 'a' AND name LIKE 'q%'") == [id])
      #expect(try await found([], "created_time > 1").isEmpty)
      _ = try await ledger.write { db in
        try EvaluationDatasetStore.add(id, to: [other, other], nowMs: 5, in: db)
      }
      let moved = try await ledger.write { db in
        try EvaluationDatasetStore.remove(id, from: [.standard], nowMs: 6, in: db)
      }
      #expect(moved.experiments == [other])
      #expect(try await upsert(#"[{"inputs":{}}]"#, ledger, id, at: 7) == [1, 0])
      try await ledger.write { try EvaluationDatasetStore.delete(id, in: $0) }
      #expect(try await found([other]).isEmpty)
      do {
        _ = try await store.records(of: id, limit: 1)
        Issue.record("a removed dataset has records")
      } catch let error as ExperimentationError {
        #expect(error.code == .evaluationDatasetNotFound)
      }
    }
  }
}
