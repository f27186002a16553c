import Basics
import Experimentation
import GRDB
import Testing

struct RunStoreTests {
  @Test func `a metric keeps every distinct point once, NaN and signed zero included`()
    async throws
  {
    try await withRun { ledger, store, run in
      let points = [1.0, 1.0, .nan, -0.0, 0.0, .infinity].map {
        MetricPoint(key: "loss", value: $0, step: 0, timestampMs: 5)
      }
      try await store.log(points, to: run)
      try await store.log(points, to: run)
      let history = try await store.history(of: "loss", run: run, limit: 100)
      #expect(history.count == 5)
      #expect(
        Set(history.map(\.value.bitPattern))
          == Set([1, .nan, -0.0, 0, .infinity].map(\.bitPattern)))
      #expect(try await store.history(of: "unknown", run: run, limit: 100).isEmpty)
    }
  }

  @Test func `the latest value has the highest step, then time, then value`() async throws {
    try await withRun { ledger, store, run in
      func log(_ value: Double, step: Int64, at time: Int64) async throws -> Double? {
        try await store.log(
          [MetricPoint(key: "rmse", value: value, step: step, timestampMs: time)], to: run)
        return try await store.details(run).metrics.first?.value
      }
      #expect(try await log(3, step: 2, at: 10) == 3)
      #expect(try await log(9, step: 1, at: 99) == 3)
      #expect(try await log(4, step: 2, at: 11) == 4)
      #expect(try await log(2, step: 2, at: 11) == 4)
      #expect(try await log(-5, step: 2, at: 12) == -5)
      #expect(try await log(-7, step: 2, at: 12) == -5)
      #expect(try await log(.nan, step: 2, at: 12)?.isNaN == true)
      #expect(try await log(0, step: 2, at: 12)?.isNaN == true)
      let column = try await ledger.read { db in
        try Row.fetchOne(db, sql: "SELECT value FROM latestMetric")?["value"] as Double?
      }
      #expect(column == nil)
    }
  }

  @Test(
    arguments: [
      ([.nan, .infinity], .infinity), ([.infinity, .nan], .infinity), ([.nan, 1], 1),
      ([-1, .nan], .nan), ([.nan, -1], .nan), ([-.infinity, .nan], .nan), ([0, .nan], 0),
      ([.nan, 0], .nan), ([.nan, -0.0], .nan), ([0, -0.0], 0), ([3, .nan, 2], 3),
    ] as [([Double], Double)])
  func `NaN counts as 0 among values of one step and time, as in MLflow's store`(
    values: [Double], latest: Double
  ) async throws {
    try await withRun { ledger, store, run in
      let points = values.map { MetricPoint(key: "a", value: $0, step: 1, timestampMs: 1) }
      try await store.log(points, to: run)
      let other = try await store.create(in: .standard, name: "b", startedAtMs: 1)
      for point in points { try await store.log([point], to: other.id) }
      for id in [run, other.id] {
        let kept = try await store.details(id).metrics.first?.value
        #expect(kept?.bitPattern == latest.bitPattern)
      }
    }
  }

  @Test func `points in one call and in many calls lead to the same latest values`()
    async throws
  {
    try await withRun { ledger, store, run in
      var generator = SeededGenerator(seed: 9)
      let points = (0..<300).map { _ in
        MetricPoint(
          key: "k\(generator.next(below: 3))", value: Double(generator.next(below: 9)) - 4,
          step: Int64(generator.next(below: 5)), timestampMs: Int64(generator.next(below: 3)))
      }
      try await store.log(points, to: run)
      let other = try await store.create(in: .standard, name: "b", startedAtMs: 1)
      for point in points.reversed() { try await store.log([point], to: other.id) }
      let first = try await store.details(run).metrics
      #expect(try await store.details(other.id).metrics == first)
      #expect(first.count == 3)
    }
  }

  @Test(arguments: [1, 10, 99, 100, 101, 1_234])
  func `a batch of any size keeps every point once`(count: Int) async throws {
    try await withRun { ledger, store, run in
      let points = (0..<count).map { i in
        MetricPoint(
          key: "k\(i % 7)", value: Double(i), step: Int64(count - i), timestampMs: Int64(i))
      }
      try await store.log(points + points.prefix(5), to: run)
      try await store.log(points, to: run)
      #expect(try await store.pointCount(of: run) == count)
      for key in Set(points.map(\.key)) {
        let expected = points.filter { $0.key == key }.sorted { $0.step < $1.step }
        #expect(try await store.history(of: key, run: run, limit: 2_000) == expected)
        let latest = try await store.details(run).metrics.first { $0.key == key }
        #expect(latest == expected.last)
      }
    }
  }

  @Test func `a param never changes, a tag may`() async throws {
    try await withRun { ledger, store, run in
      try await store.note(params: ["lr": "0.1"], tags: ["a": "1"], on: run)
      try await store.note(params: ["lr": "0.1"], tags: ["a": "2"], on: run)
      await expectCode(.parameterConflict) {
        try await store.note(params: ["b": "1", "lr": "0.2"], on: run)
      }
      let details = try await store.details(run)
      #expect(details.params == ["lr": "0.1"], "a refused call leaves nothing behind")
      #expect(details.tags == ["a": "2"])
    }
  }

  @Test(arguments: ["", "a\u{0}b", "semi;colon", String(repeating: "x", count: 251)])
  func `names that MLflow refuses are refused`(key: String) async throws {
    try await withRun { ledger, store, run in
      await expectCode(.invalidValue) {
        try await store.log(
          [MetricPoint(key: key, value: 1, step: 0, timestampMs: 0)], to: run)
      }
      await expectCode(.invalidValue) { try await store.note(params: [key: "1"], on: run) }
      await expectCode(.invalidValue) { try await store.note(tags: [key: "1"], on: run) }
    }
  }

  @Test func `values that are too long are refused`() async throws {
    try await withRun { ledger, store, run in
      await expectCode(.invalidValue) {
        try await store.note(params: ["p": String(repeating: "é", count: 6001)], on: run)
      }
      try await store.note(params: ["p": String(repeating: "é", count: 6000)], on: run)
    }
  }

  @Test func `a run that ends has an end, one that runs again has none`() async throws {
    try await withRun { ledger, store, run in
      try await ledger.write { db in
        try RunStore.setStatus(.finished, of: run, endedAtMs: 77, in: db)
      }
      #expect(try await store.details(run).run.endedAtMs == 77)
      try await ledger.write { db in try RunStore.setStatus(.running, of: run, in: db) }
      let again = try await store.details(run).run
      #expect(again.status == .running && again.endedAtMs == nil)
    }
  }

  @Test func `creating a run again returns the one that is there`() async throws {
    try await withRun { ledger, store, run in
      let again = try await store.create(run, in: .standard, name: "other", startedAtMs: 9)
      #expect(again.name == "first")
      #expect(try await store.search(in: nil, page: SearchPage(limit: 10)).runs.count == 1)
    }
  }

  @Test func `runs are listed newest first, without those in the trash`() async throws {
    try await withRun { ledger, store, run in
      let newer = try await store.create(in: .standard, name: "newer", startedAtMs: 500)
      let trashed = try await store.create(in: .standard, name: "trash", startedAtMs: 900)
      try await ledger.write { db in
        try RunStore.setLifecycle(.deleted, of: trashed.id, nowMs: 9, in: db)
      }
      #expect(
        try await store.search(in: nil, page: SearchPage(limit: 10)).runs.map(\.run.id) == [
          newer.id, run,
        ])
      #expect(
        try await store.search(in: nil, page: SearchPage(limit: 1)).runs.map(\.run.id) == [newer.id]
      )
    }
  }

  @Test func `inputs name the dataset version and are kept once`() async throws {
    try await withRun { ledger, store, run in
      let input = RunInput(
        name: "wine", digest: "abc", context: "training", sourceType: "factory",
        source: "dv_1", datasetVersion: "dv_1")
      try await store.note(inputs: [input, input], on: run)
      var noted = RunInput(name: "wine", digest: "def")
      noted.tags = ["k": "v\"", "a": ""]
      try await store.note(inputs: [noted], on: run)
      #expect(try await store.details(run).inputs == [input, noted])
      let summaries = try await ledger.read { db in
        try RunStore.inputSummaries(in: [.standard], limit: 10, in: db)
      }
      #expect(summaries.map(\.digest) == ["abc", "def"])
      #expect(summaries.map(\.context) == ["training", ""])
    }
  }

  @Test func `what does not exist is told`() async throws {
    try await withRun { ledger, store, run in
      let stranger = RunID.random()
      await expectCode(.runNotFound) { _ = try await store.details(stranger) }
      await expectCode(.runNotFound) {
        let point = MetricPoint(key: "a", value: 1, step: 0, timestampMs: 0)
        try await store.log([point], to: stranger)
      }
      await expectCode(.experimentNotFound) {
        _ = try await store.create(
          in: try #require(ExperimentID("123")), name: "x", startedAtMs: 0)
      }
    }
  }

  @Test func `identifiers are 32 hexadecimal digits`() {
    #expect(RunID("0123456789abcdef0123456789abcdef") != nil)
    for text in ["", "0123456789ABCDEF0123456789ABCDEF", "0123456789abcdef0123456789abcde"] {
      #expect(RunID(text) == nil)
    }
    #expect(RunID.random().rawValue.count == 32)
    #expect(RunID.random() != RunID.random())
    #expect(ExperimentID.random().rawValue.count == 18)
  }

  @Test func `an experiment is made once for its name`() async throws {
    try await withRun { ledger, store, run in
      let first = try await ledger.write { db in
        try ExperimentStore.ensure(named: "wine", nowMs: 5, in: db)
      }
      let again = try await ledger.write { db in
        try ExperimentStore.ensure(named: "wine", nowMs: 6, in: db)
      }
      #expect(first == again)
      await expectCode(.experimentAlreadyExists) {
        _ = try await ledger.write { db in
          try ExperimentStore.create(named: "wine", nowMs: 7, in: db)
        }
      }
      let names = try await ExperimentStore(ledger: ledger).search(page: SearchPage(limit: 9))
        .experiments.map(\.0.name)
      #expect(names == ["wine", "Default"])
    }
  }

  private func withRun(
    _ body: (Ledger, RunStore, RunID) async throws -> Void
  ) async throws {
    let test = try TestLedger()
    let store = RunStore(ledger: test.ledger)
    let run = try await store.create(in: .standard, name: "first", startedAtMs: 100)
    try await body(test.ledger, store, run.id)
    try test.remove()
  }
}

/// Expects that `body` fails with that code.
func expectCode(
  _ code: ExperimentationError.Code, sourceLocation: SourceLocation = #_sourceLocation,
  _ body: () async throws -> Void
) async {
  do {
    try await body()
    Issue.record("expected \(code.rawValue)", sourceLocation: sourceLocation)
  } catch {
    #expect(
      (error as? ExperimentationError)?.code == code, "\(error)", sourceLocation: sourceLocation)
  }
}
