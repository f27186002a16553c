import Basics
import Compute
import Experimentation
import Optimization
import TestSupport
import Testing

@testable import Workflows

struct CommandTrackingTests {
  @Test func `a trial that is given out again has one run, which is that of its last job`()
    async throws
  {
    let home = try TemporaryLedger(
      ExperimentationMigrations.all + ComputeMigrations.all + WorkflowsMigrations.all)
    let study = Identifier<StudySummary>.random()
    let json = try JSONValue(parsing: #"{"number":3,"attempt":1,"point":{"lr":0.5}}"#)
    let space = try SearchSpace([SearchParameter("lr", .float(low: 0, high: 1))])
    let trial = try #require(CommandTrial(json, space: space))
    let parent = try await RunStore(ledger: home.ledger).create(
      in: .standard, name: "train", startedAtMs: 1)
    for job in ["job_one", "job_two", "job_two"] {
      try await home.ledger.write { db in
        try CommandTracking.begin(trial, of: study, below: parent, job: job, nowMs: 5, in: db)
      }
      let details = try await RunStore(ledger: home.ledger).details(trial.run(of: study))
      #expect(details.run.job == job)
      #expect(details.tags[RunTagKey.job] == job)
      #expect(details.tags[RunTagKey.parent] == parent.id.rawValue)
    }
  }
}
