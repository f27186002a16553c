import Basics
import Compute
import Experimentation
import GRDB
import JobProtocol
import TestSupport
import Testing

@testable import Workflows

/// What a workflow run leaves among the tracking runs.
@Suite struct WorkflowTrackingTests {
  private func details(_ id: RunID, in factory: QuickFactory) async throws -> RunDetails {
    try await factory.ledger.ledger.read { try RunStore.details(id, in: $0) }
  }

  private func children(of id: RunID, in factory: QuickFactory) async throws -> [Run] {
    try await RunStore(ledger: factory.ledger.ledger).children(of: id)
  }

  private func artifacts(of run: Run, in factory: QuickFactory) async throws -> [String] {
    try await ArtifactStore(ledger: factory.ledger.ledger).files(of: run).map(\.path)
  }

  @Test func `the root holds params, inputs, metrics and files of all stages`() async throws {
    let factory = try QuickFactory()
    let run = try await factory.run()
    let root = try await details(WorkflowTracking.root(of: run.id), in: factory)
    #expect(root.run.status == .finished)
    #expect(root.run.name == "wine")
    #expect(root.run.endedAtMs != nil)
    #expect(root.params["train.search.trials"] == "3")
    #expect(root.params["data.target"] == "quality")
    let metrics = Dictionary(uniqueKeysWithValues: root.metrics.map { ($0.key, $0.value) })
    #expect(
      metrics == ["rows": 10, "validation_rmse": 0.5, "test_rmse": 0.6, "gates_failed": 0])
    #expect(root.tags["aifactory.stage.train"] == "succeeded")
    #expect(root.tags["aifactory.stage.train.run"] == run.training?.run)
    #expect(root.tags["aifactory.model_version"] == "wine 1")
    #expect(root.tags["aifactory.engine.xgboost"] == "2")
    #expect(Set(root.inputs.map(\.context)) == ["training", "test"])
    #expect(root.models.count == 1)
    #expect(try await artifacts(of: root.run, in: factory) == ["model.json", "workflow.yaml"])
  }

  @Test func `each stage that ran is a run below the root`() async throws {
    let factory = try QuickFactory()
    let run = try await factory.run()
    let root = WorkflowTracking.root(of: run.id)
    let stages = try await children(of: root, in: factory)
    #expect(Set(stages.map(\.name)) == ["data", "train", "evaluate", "register", "deploy"])
    #expect(stages.allSatisfy { $0.status == .finished && $0.endedAtMs != nil })
    let training = try #require(stages.first { $0.name == "train" })
    #expect(training.id.rawValue == run.training?.run)
    #expect(training.job == run.training?.job)
    #expect(try await artifacts(of: training, in: factory) == ["model.json"])
    let evaluation = try #require(stages.first { $0.name == "evaluate" })
    let measured = try await details(evaluation.id, in: factory)
    #expect(measured.metrics.first { $0.key == "test_rmse_low" }?.value == 0.5)
    let input = try #require(measured.inputs.first)
    #expect(input.datasetVersion == run.dataset?.datasetVersion)
    #expect(input.sourceType == "local")
    #expect(input.source == #"{"uri":"\#(factory.ledger.folder.path("wine.csv"))"}"#)
    #expect(
      input.schema
        == #"{"mlflow_colspec":[{"type":"double","name":"quality","required":true}]}"#)
    #expect(input.profile.contains(#""num_rows":2"#))
  }

  @Test func `stages that were taken over are told, and have no run of their own`() async throws {
    let factory = try QuickFactory()
    let first = try await factory.run()
    let second = try await factory.run()
    let root = try await details(WorkflowTracking.root(of: second.id), in: factory)
    #expect(root.tags["aifactory.stage.data"] == "reused")
    #expect(root.tags["aifactory.stage.train.run"] == first.training?.run)
    #expect(root.metrics.first { $0.key == "test_rmse" }?.value == 0.6)
    #expect(try await children(of: root.run.id, in: factory) == [])
    let training = try #require(RunID(first.training?.run ?? ""))
    let parent = try await details(training, in: factory).tags[RunTagKey.parent]
    #expect(parent == WorkflowTracking.root(of: first.id).rawValue)
  }

  @Test func `a gate that does not hold fails the run and its evaluation, with words`()
    async throws
  {
    let gate = GateResult(
      gate: Gate(metric: "rmse", atMost: 0.5), limit: 0.5, value: 0.6, passed: false)
    let factory = try QuickFactory(gates: [gate])
    let run = try await factory.run()
    let root = try await details(WorkflowTracking.root(of: run.id), in: factory)
    #expect(root.run.status == .failed)
    #expect(root.tags[RunTagKey.reason] == "gate_failed")
    #expect(root.tags["aifactory.gate.rmse"]?.contains("0.6") == true)
    #expect(root.metrics.first { $0.key == "gates_failed" }?.value == 1)
    let stages = try await children(of: root.run.id, in: factory)
    #expect(stages.first { $0.name == "train" }?.status == .finished)
    #expect(stages.first { $0.name == "evaluate" }?.status == .failed)
    #expect(!stages.contains { $0.name == "deploy" })
  }

  @Test func `a training that fails leaves no run that seems to go on`() async throws {
    let factory = try QuickFactory()
    await factory.jobs.endNext(
      "train", as: .error(#"{"error":{"code":"all_trials_failed","message":"None."}}"#))
    let run = try await factory.run()
    let root = WorkflowTracking.root(of: run.id)
    let training = try #require(
      try await children(of: root, in: factory).first { $0.name == "train" })
    #expect(training.status == .failed)
    #expect(
      try await details(training.id, in: factory).tags[RunTagKey.reason] == "all_trials_failed")
    #expect(try await details(root, in: factory).run.status == .failed)
  }

  @Test func `a run that somebody removed for good does not stop the workflow`() async throws {
    let factory = try QuickFactory()
    await factory.jobs.hold("train")
    let id = try await factory.submit()
    async let driven = factory.drive(id)
    while await !factory.jobs.submitted.contains("train") { await Task.yield() }
    try await factory.ledger.ledger.write { try $0.execute(sql: "DELETE FROM run") }
    await factory.jobs.release()
    let run = try await driven
    #expect(run.status == .succeeded, "\(String(describing: run.failure))")
    let root = try await details(WorkflowTracking.root(of: id), in: factory)
    #expect(root.run.status == .finished)
  }

  @Test func `who started it, and the working copy with its difference, are kept`() async throws {
    let factory = try QuickFactory()
    let source = RunSource(
      name: "wine.yaml", command: ["aifactory", "run", "my wine.yaml"], user: "ada",
      host: "engine",
      git: RunSource.Git(
        commit: String(repeating: "a", count: 40), branch: "main",
        repository: "https://ada:secret@example.org/wine.git", isDirty: true, diff: "-a\n+b\n"))
    let run = try await WorkflowRunner(parts: factory.parts).submit(
      text: QuickFactory.file, filePath: "wine.yaml", baseFolder: factory.ledger.folder.path,
      source: source)
    let root = try await details(WorkflowTracking.root(of: run.id), in: factory)
    #expect(root.run.status == .running)
    #expect(root.run.user == "ada")
    #expect(root.tags["mlflow.source.name"] == "wine.yaml")
    #expect(root.tags["mlflow.source.git.commit"]?.count == 40)
    #expect(root.tags["mlflow.source.git.repoURL"] == "https://example.org/wine.git")
    #expect(root.tags["mlflow.git.dirty"] == "True")
    #expect(root.tags["aifactory.command"] == "aifactory run 'my wine.yaml'")
    #expect(
      try await artifacts(of: root.run, in: factory) == [
        "source/uncommitted.diff", "workflow.yaml",
      ])
  }
}

/// What the reports of a search leave among the tracking runs.
@Suite struct TrialRunTests {
  /// A workflow run whose training is under way.
  private func training(
    _ body: (QuickFactory, Identifier<Job>, RunID) async throws -> Void
  ) async throws {
    let factory = try QuickFactory()
    await factory.jobs.hold("train")
    let id = try await factory.submit()
    async let driven = factory.drive(id)
    while await !factory.jobs.submitted.contains("train") { await Task.yield() }
    let stage = try #require(try await factory.parts.store.run(id).stage(.train))
    let job = try #require(stage.jobs.last.flatMap { Identifier<Job>($0.job) })
    let details = try await factory.ledger.ledger.read {
      try WorkflowRunStore.details(ofJob: job.rawValue, in: $0)
    }
    try await body(factory, job, try #require(details?.run.flatMap { RunID($0) }))
    await factory.jobs.release()
    #expect(try await driven.status == .succeeded)
  }

  private func report(
    _ reports: [TaskReport], of job: Identifier<Job>, to factory: QuickFactory
  ) async throws {
    try await factory.ledger.ledger.write { db in
      try StageReportSink().apply(reports, of: job, in: db)
    }
  }

  private func trial(
    _ number: Int, _ outcome: TrialReport.Outcome, value: Double?, startedAtMs: Int64 = 1_000
  ) -> TrialReport {
    TrialReport(
      number: number, outcome: outcome, parameters: ["eta": "0.1", "max_depth": "\(number)"],
      value: value, steps: 30, startedAtMs: startedAtMs, endedAtMs: startedAtMs + 500,
      message: outcome == .completed ? nil : "worse than others so far",
      curve: TrialCurve(metric: "rmse", steps: [1, 10, 30], values: [0.9, 0.7, 0.6]))
  }

  @Test func `each trial is a run below its training's`() async throws {
    try await training { factory, job, run in
      try await report(
        [
          .trial(trial(0, .completed, value: 0.6)), .trial(trial(1, .pruned, value: 0.9)),
          .trial(trial(2, .failed, value: nil)),
        ], of: job, to: factory)
      let store = RunStore(ledger: factory.ledger.ledger)
      let trials = try await store.children(of: run)
      #expect(trials.map(\.name) == ["trial 0", "trial 1", "trial 2"])
      #expect(trials.map(\.status) == [.finished, .killed, .failed])
      let first = try await store.details(trials[0].id)
      #expect(first.params == ["eta": "0.1", "max_depth": "0"])
      #expect(first.metrics.first { $0.key == "validation_rmse" }?.value == 0.6)
      let curve = try await store.history(of: "curve/rmse", run: trials[0].id, limit: 10)
      #expect(curve.map(\.step) == [1, 10, 30])
      #expect(curve.map(\.value) == [0.9, 0.7, 0.6])
      let second = try await store.details(trials[1].id)
      #expect(second.tags[RunTagKey.reason] == "pruned")
      #expect(second.tags[RunTagKey.message] == "worse than others so far")
      let objective = try await store.history(of: "objective", run: run, limit: 10)
      #expect(objective.map(\.value) == [0.6])
    }
  }

  @Test func `told again a trial changes nothing; told by a later attempt it is replaced`()
    async throws
  {
    try await training { factory, job, run in
      let store = RunStore(ledger: factory.ledger.ledger)
      for _ in 0..<2 {
        try await report([.trial(trial(0, .completed, value: 0.6))], of: job, to: factory)
      }
      let known = try await store.children(of: run)
      #expect(known.count == 1)
      var later = trial(0, .completed, value: 0.5, startedAtMs: 9_000)
      later.parameters["eta"] = "0.2"
      later.curve = nil
      try await report([.trial(later)], of: job, to: factory)
      let trials = try await store.children(of: run)
      #expect(trials.map(\.id) == known.map(\.id))
      let details = try await store.details(trials[0].id)
      #expect(details.params["eta"] == "0.2")
      #expect(details.metrics.map(\.key) == ["steps", "validation_rmse"])
      #expect(details.run.startedAtMs == 9_000)
    }
  }
}
