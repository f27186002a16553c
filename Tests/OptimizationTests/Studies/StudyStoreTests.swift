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

  @Test func `a study of many trials is told whole`() async throws {
    let ledger = try ledger()
    let reports = (0..<10_001).map { report($0, value: Double(10_000 - $0)) }
    let stored = try await ledger.write { [store, study, reports] db in
      try store.create(study, in: db)
      for report in reports { try store.append(report, to: study.id, in: db) }
      return try store.trials(of: study.id, in: db)
    }
    #expect(stored.count == 10_001 && stored.last?.value == 0)
  }

  @Test func `studies and trials come back as they were stored`() async throws {
    let ledger = try ledger()
    var trials = [
      report(0, value: 0.5), report(1, value: .infinity), report(2, value: nil),
    ]
    trials[1].promotion = TrialPromotion(trial: 0, rung: 9, better: 2, seen: 12)
    let (studies, stored) = try await ledger.write { [store, study, trials] db in
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

  @Test func `what programs noted comes back, and goes to Optuna with what a trial had`()
    async throws
  {
    let ledger = try ledger()
    var noted = report(0, value: 0.5)
    noted.attributes = ["note": #"{"large": 1152921504606846977, "nan": NaN}"#, "a": "1"]
    noted.enqueued = #"{"eta":0.1}"#
    var pruned = report(1, value: 0.75)
    (pruned.outcome, pruned.message, pruned.attributes) = (.pruned, "too bad", ["b": "[]"])
    var failed = report(2, value: nil)
    (failed.outcome, failed.message, failed.attributes) = (.failed, "why", ["c": "{}"])
    let told = [noted, pruned, failed]
    let (summary, stored, exported) = try await ledger.write { [store, study] db in
      try store.create(study, in: db)
      for trial in told { try store.append(trial, to: study.id, in: db) }
      try store.keep(attributes: #"{"team":"\"blue\"","x":"2"}"#, of: study.id, in: db)
      try store.keep(attributes: #"{"team":"\"red\""}"#, of: study.id, in: db)
      let summary = try #require(try store.study(study.id, in: db))
      return (
        summary, try store.trials(of: study.id, in: db),
        try OptunaStudy(
          summary, details: try #require(try store.details(of: study.id, in: db)),
          trials: try store.trials(of: study.id, in: db),
          trialDetails: try store.trialDetails(of: study.id, in: db))
      )
    }
    #expect(summary.attributes == ["team": #""red""#])
    #expect(stored == told)
    #expect(
      exported.attributes == [
        StudyAttribute(.user, "team", #""red""#),
        StudyAttribute(.system, "study:metric_names", #"["rmse"]"#),
      ])
    #expect(exported.trials.map(\.values) == [[0.5], [], []])
    #expect(exported.trials[0].attributes.noted == noted.attributes)
    #expect(
      exported.trials[0].attributes.contains(
        StudyAttribute(.system, "fixed_params", #"{"eta":0.1}"#)))
    #expect(exported.trials[1].intermediate == [TrialDetails.Point(step: 3, value: 0.75)])
    #expect(
      exported.trials[2].attributes == [
        StudyAttribute(.user, "c", "{}"), StudyAttribute(.system, "fail_reason", #""why""#),
      ])
  }

  @Test func `a study is found by its name where it alone has it`() async throws {
    let ledger = try ledger()
    var (other, twin) = (study, study)
    (other.id, other.name) = (.random(), "beer")
    (twin.id, twin.name, twin.createdAtMs) = (.random(), "beer", 9)
    let (made, rival) = ([study, other], other.id)
    let (first, second) = try await ledger.write { [store, twin] db in
      for summary in made { try store.create(summary, in: db) }
      let sources = try store.sources(["wine", rival.rawValue], project: "default", in: db)
      try store.create(twin, in: db)
      return (sources[0].summary.id, sources[1].summary.id)
    }
    #expect(first == study.id && second == rival)
    func refusal(_ word: String, project: String = "default") async throws -> OptimizationError {
      try #require(
        await #expect(throws: OptimizationError.self) {
          try await ledger.read { [store] db in
            try store.study(named: word, project: project, in: db)
          }
        })
    }
    let many = try await refusal("beer")
    #expect(many.code == .studyAmbiguous && many.message == "2 studies have the name 'beer'")
    #expect(many.hint?.contains(twin.id.rawValue) == true)
    #expect(try await refusal("wien").hint == "did you mean wine?")
    #expect(try await refusal("wine", project: "lab").code == .studyNotFound)
    #expect(try await refusal(study.id.rawValue, project: "lab").code == .studyNotFound)
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
