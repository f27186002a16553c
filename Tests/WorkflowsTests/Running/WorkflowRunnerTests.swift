import Basics
import Compute
import DataPipelines
import Experimentation
import Foundation
import Logging
import Optimization
import TestSupport
import Testing

@testable import Workflows

/// A factory of a temporary ledger with quick jobs.
struct QuickFactory {
  let ledger: TemporaryLedger
  let parts: WorkflowParts
  let jobs: QuickJobs
  let endpoints = QuickEndpoints()

  static let file = """
    name: wine
    data: {source: wine.csv, target: quality}
    train: {metric: rmse, search: {trials: 3}}
    evaluate: {gates: [{metric: rmse, at_most: 0.75}]}
    register: {model: wine}
    deploy: {endpoint: wine}

    """

  init(gates: [GateResult] = []) throws {
    ledger = try TemporaryLedger(
      ExperimentationMigrations.all + ComputeMigrations.all
        + DataPipelinesMigrations.all + OptimizationMigrations.all + WorkflowsMigrations.all)
    let home = FactoryHome(path: ledger.folder.path("home"))
    try home.prepare()
    jobs = QuickJobs(folder: home.jobsPath, gates: gates)
    parts = WorkflowParts(
      home: home, ledger: ledger.ledger, jobs: jobs, endpoints: endpoints,
      studies: QuickStudies(),
      fingerprint: FactoryFingerprint(engines: ["duckdb": "1", "xgboost": "2"], cpus: 2),
      memoryBytes: 1 << 33, program: "/program", enginesFolder: "/engines",
      nowMs: { systemTimeMs() })
    try writeData("id,quality\n1,5\n")
  }

  /// The table, as if it were saved a minute ago: a file that changed this instant is never trusted.
  func writeData(_ text: String) throws {
    let path = try ledger.folder.write(text, to: "wine.csv")
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSinceNow: -60 - Double(text.utf8.count))],
      ofItemAtPath: path)
  }

  func submit(_ text: String = file) async throws -> Identifier<WorkflowRun> {
    try await WorkflowRunner(parts: parts).submit(
      text: text, filePath: "wine.yaml", baseFolder: ledger.folder.path
    ).id
  }

  func drive(_ id: Identifier<WorkflowRun>) async throws -> WorkflowRun {
    try await WorkflowDrive(parts: parts, id: id, logger: Logger(label: "test")).drive()
    return try await parts.store.run(id)
  }

  func run(_ text: String = file) async throws -> WorkflowRun {
    try await drive(try await submit(text))
  }
}

@Suite struct WorkflowRunnerTests {
  @Test func `a run goes through its stages and leaves a deployed version`() async throws {
    let factory = try QuickFactory()
    let run = try await factory.run()
    #expect(run.status == .succeeded, "\(String(describing: run.failure))")
    #expect(run.stages.map(\.status) == Array(repeating: .succeeded, count: 5))
    #expect(await factory.jobs.submitted == ["data", "train", "evaluate"])
    #expect(run.registration == .init(model: "wine", version: 1))
    #expect(await factory.endpoints.deployments == ["wine wine 1"])
    let run2 = try #require(run.training.flatMap { RunID($0.run) })
    let details = try await factory.ledger.ledger.read { db in
      try RunStore.details(run2, in: db)
    }
    #expect(details.run.status == .finished)
    #expect(details.inputs.map(\.datasetVersion) == [run.dataset?.datasetVersion])
    #expect(Set(details.metrics.map(\.key)) == ["validation_rmse", "test_rmse"])
  }

  @Test func `run again, every stage is taken over and no job starts`() async throws {
    let factory = try QuickFactory()
    let first = try await factory.run()
    let second = try await factory.run()
    #expect(second.status == .succeeded)
    #expect(second.stages.map(\.isReused) == Array(repeating: true, count: 5))
    #expect(await factory.jobs.submitted.count == 3)
    #expect(second.registration == first.registration)
    #expect(await factory.endpoints.deployments.count == 1)
  }

  @Test func `many bytes are taken in by a job, so that the server does not wait for them`()
    async throws
  {
    let factory = try QuickFactory()
    try factory.writeData("id,quality\n" + String(repeating: "1,5\n", count: 17 << 18))
    let run = try await factory.run()
    #expect(run.status == .succeeded, "\(String(describing: run.failure))")
    #expect(await factory.jobs.submitted == ["intake", "data", "train", "evaluate"])
  }

  @Test func `another search parameter keeps the dataset and makes version 2`() async throws {
    let factory = try QuickFactory()
    _ = try await factory.run()
    let run = try await factory.run(
      QuickFactory.file.replacing("trials: 3", with: "trials: 4"))
    #expect(run.stages.map(\.isReused) == [true, false, false, false, false])
    #expect(
      await factory.jobs.submitted == [
        "data", "train", "evaluate", "train", "evaluate",
      ])
  }

  @Test func `a failed gate ends the run, says by how much, and deploys nothing`() async throws {
    let gate = GateResult(
      gate: Gate(metric: "rmse", atMost: 0.5), limit: 0.5, value: 0.6, passed: false)
    let factory = try QuickFactory(gates: [gate])
    for _ in 0..<2 {
      let run = try await factory.run()
      #expect(run.status == .failed)
      #expect(run.failure?.code == "gate_failed")
      #expect(run.failure?.message.contains("0.1") == true)
      #expect(run.evaluation != nil)
      #expect(
        run.stages.map(\.status) == [.succeeded, .succeeded, .failed, .skipped, .skipped])
    }
    #expect(await factory.endpoints.deployments == [])
    #expect(await factory.jobs.submitted.filter { $0 == "evaluate" }.count == 1)
  }

  @Test func `a failed job's own words become the run's`() async throws {
    let factory = try QuickFactory()
    await factory.jobs.endNext(
      "data",
      as: .error(
        #"{"error":{"code":"check_failed","message":"2 rows are bad.","hint":"Rows 1, 2."}}"#))
    let run = try await factory.run()
    #expect(run.status == .failed)
    #expect(
      run.failure
        == StageFailure(code: "check_failed", message: "2 rows are bad.", hint: "Rows 1, 2."))
    #expect(run.stage(.train)?.status == .skipped)
    #expect(await factory.jobs.submitted == ["data"])
  }

  @Test func `a worker that was killed is started again`() async throws {
    let factory = try QuickFactory()
    await factory.jobs.endNext("train", as: .killed)
    await factory.jobs.endNext("train", as: .killed)
    let run = try await factory.run()
    #expect(run.status == .succeeded)
    #expect(await factory.jobs.submitted.filter { $0 == "train" }.count == 1)
  }

  @Test func `an interrupted run finds its job again and does nothing twice`() async throws {
    let factory = try QuickFactory()
    await factory.jobs.hold("train")
    let id = try await factory.submit()
    await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        try await WorkflowDrive(
          parts: factory.parts, id: id, logger: Logger(label: "test")
        ).drive()
      }
      while await !factory.jobs.submitted.contains("train") { await Task.yield() }
      group.cancelAll()
      await factory.jobs.release()
      await #expect(throws: CancellationError.self) { try await group.waitForAll() }
    }
    let left = try await factory.parts.store.run(id)
    #expect(left.status == .running)
    #expect(try await factory.parts.store.unfinished() == [id])
    let run = try await factory.drive(id)
    #expect(run.status == .succeeded)
    #expect(await factory.jobs.submitted == ["data", "train", "evaluate"])
    #expect(run.stage(.train)?.jobs.count == 1)
  }

  @Test func `cancel ends the job and the run`() async throws {
    let factory = try QuickFactory()
    await factory.jobs.hold("train")
    let id = try await factory.submit()
    async let driven = factory.drive(id)
    while try await factory.parts.store.run(id).stage(.train)?.jobs.isEmpty != false {
      await Task.yield()
    }
    while await !factory.jobs.submitted.contains("train") { await Task.yield() }
    _ = try await WorkflowRunner(parts: factory.parts).cancel(id)
    let run = try await driven
    #expect(run.status == .canceled)
    #expect(run.stage(.evaluate)?.status == .skipped)
    #expect(await factory.endpoints.deployments == [])
  }

  @Test func `a source that is not there fails the data stage`() async throws {
    let factory = try QuickFactory()
    let run = try await factory.run(
      "name: w\ndata: {source: nowhere.csv, target: y}\n")
    #expect(run.status == .failed)
    #expect(run.stage(.data)?.status == .failed)
    #expect(run.failure?.message.contains("nowhere.csv") == true)
  }
}

@Suite struct WorkflowPlannerTests {
  private func plan(
    _ factory: QuickFactory, _ text: String = QuickFactory.file
  ) async throws -> [WorkflowPlanner.Stage] {
    try await WorkflowPlanner(parts: factory.parts).plan(
      text: text, filePath: "wine.yaml", baseFolder: factory.ledger.folder.path
    ).stages
  }

  @Test func `before the first run everything would run`() async throws {
    let stages = try await plan(try QuickFactory())
    #expect(stages.map(\.isReused) == Array(repeating: false, count: 5))
    #expect(stages[0].reasons == ["It has never run."])
    #expect(stages[1].reasons == ["Stage data runs, and this stage works on what it makes."])
  }

  @Test func `after a run nothing would run`() async throws {
    let factory = try QuickFactory()
    _ = try await factory.run()
    #expect(try await plan(factory).map(\.isReused) == Array(repeating: true, count: 5))
  }

  @Test func `a plan says where stages would run, and refuses what no run would get`() async throws
  {
    let factory = try QuickFactory()
    let there = QuickFactory.file.replacing(
      "evaluate: {", with: "evaluate: {site: hpc, resources: {cpus: 8}, ")
    #expect(try await plan(factory, there).map(\.site) == [nil, nil, "hpc", nil, nil])
    let nowhere = there.replacing("site: hpc", with: "site: moon")
    let planned = await #expect(throws: JobError.self) { try await plan(factory, nowhere) }
    #expect(planned?.message == "evaluate: there is no site named 'moon'")
    #expect(planned?.hint == "Look at the sites.")
    let run = await #expect(throws: JobError.self) { try await factory.submit(nowhere) }
    #expect(run?.code == .siteUnknown)
    #expect(await factory.jobs.submitted == [], "refused before any stage")
  }

  @Test func `a plan says which parameter and which input changed`() async throws {
    let factory = try QuickFactory()
    _ = try await factory.run()
    let stages = try await plan(
      factory, QuickFactory.file.replacing("trials: 3", with: "trials: 80"))
    #expect(stages[1].reasons == ["parameter search.trials changed from 3 to 80"])
    #expect(!stages[2].isReused)
    try factory.writeData("id,quality\n1,6\n2,6\n")
    let changed = try await plan(factory)
    #expect(changed[0].reasons.count == 1)
    #expect(changed[0].reasons[0].hasPrefix("input data 1 changed from "))
  }
}
