import Basics
import Foundation
import GRDB
import JobProtocol
import Testing

@testable import Optimization

struct StudyStoreTests {
  let store = StudyStore()
  let study = StudySummary(
    id: .random(), name: "wine", job: "job_1", metric: "rmse", goal: .minimize, sampler: "tpe",
    pruner: "successive_halving", seed: .max, createdAtMs: 5)

  func ledger() throws -> Ledger {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let project = SchemaMigration(identifier: "test-project") { db in
      try db.execute(
        sql: """
          CREATE TABLE project (id TEXT PRIMARY KEY, name TEXT) STRICT;
          INSERT INTO project VALUES ('default', 'default');
          """)
    }
    return try Ledger(
      path: folder.appendingPathComponent("factory.sqlite").path,
      migrations: [project] + OptimizationMigrations.all)
  }

  func report(_ number: Int, value: Double?, startedAtMs: Int64 = 1) -> TrialReport {
    TrialReport(
      number: number, outcome: .completed, parameters: ["eta": "0.1"], value: value, steps: 3,
      startedAtMs: startedAtMs, endedAtMs: startedAtMs + 1)
  }

  @Test func `studies and trials come back as they were stored`() async throws {
    let ledger = try ledger()
    let trials = [
      report(0, value: 0.5), report(1, value: .infinity), report(2, value: nil),
    ]
    let (studies, stored) = try await ledger.write { [store, study] db in
      try store.create(study, in: db)
      for trial in trials { try store.append(trial, to: study.id, in: db) }
      try store.append(
        TrialReport(
          number: 3, outcome: .failed, parameters: [:], value: .nan, steps: 0, startedAtMs: 1,
          endedAtMs: 2, message: "why"), to: study.id, in: db)
      return (try store.studies(in: db), try store.trials(of: study.id, in: db))
    }
    #expect(studies == [study])
    #expect(Array(stored.prefix(3)) == trials)
    #expect(stored[3].value?.isNaN == true)
    #expect(stored[3].message == "why")
    let ended = try await ledger.read { [store, study] db in
      try store.progress(of: study.id, in: db)
    }
    #expect(ended.trials == 4 && Set(ended.values) == [0.5, .infinity])
    let found = try await ledger.read { [store] db in try store.study(ofJob: "job_1", in: db) }
    #expect(found == study)
  }

  @Test func `a report applied twice counts once, and that of a later attempt replaces it`()
    async throws
  {
    let ledger = try ledger()
    let values = try await ledger.write { [store, study] db in
      try store.create(study, in: db)
      try store.append(report(0, value: 1), to: study.id, in: db)
      try store.append(report(0, value: 1), to: study.id, in: db)
      try store.append(report(0, value: 2, startedAtMs: 9), to: study.id, in: db)
      try store.append(report(0, value: 1), to: study.id, in: db)
      return try store.trials(of: study.id, in: db).map(\.value)
    }
    #expect(values == [2])
  }

  @Test func `a trial without a study is refused`() async throws {
    let ledger = try ledger()
    await #expect(throws: DatabaseError.self) {
      try await ledger.write { [store, study] db in
        try store.append(report(0, value: 1), to: study.id, in: db)
      }
    }
  }
}
