import Basics
import Compute
import DataPipelines
import Experimentation
import JobProtocol
import Logging
import Optimization
import TestSupport
import Testing

@testable import Workflows

/// A factory whose jobs are scripted commands.
struct ScriptedFactory {
  let ledger: TemporaryLedger
  let jobs: ScriptedCommands
  let parts: WorkflowParts

  init(
    nowMs: @escaping @Sendable () -> Int64 = { systemTimeMs() },
    _ script: @escaping @Sendable (JobSpec, Int) -> ScriptedCommands.Deed
  ) throws {
    ledger = try TemporaryLedger(
      ExperimentationMigrations.all + ComputeMigrations.all
        + DataPipelinesMigrations.all + OptimizationMigrations.all + WorkflowsMigrations.all)
    let home = FactoryHome(path: ledger.folder.path("home"))
    try home.prepare()
    jobs = ScriptedCommands(home: home, ledger: ledger.ledger, script: script)
    parts = WorkflowParts(
      home: home, ledger: ledger.ledger, jobs: jobs, endpoints: QuickEndpoints(),
      studies: QuickStudies(), fingerprint: FactoryFingerprint(engines: [:], cpus: 2),
      memoryBytes: 1 << 33, program: "/program", enginesFolder: ledger.folder.path("engines"),
      nowMs: nowMs)
    // Nobody loads it.
    try ledger.folder.write("", to: Self.engine)
  }

  /// DuckDB's library below the folder of the tests.
  static let engine =
    "engines/\(PinnedEngine.duckdb.folderName)/\(PinnedEngine.duckdb.libraryPath)"

  func submit(_ text: String) async throws -> Identifier<WorkflowRun> {
    try await WorkflowRunner(parts: parts).submit(
      text: text, filePath: "w.yaml", baseFolder: ledger.folder.path
    ).id
  }

  func run(_ text: String) async throws -> WorkflowRun {
    let id = try await submit(text)
    try await WorkflowDrive(parts: parts, id: id, logger: Logger(label: "test")).drive()
    return try await parts.store.run(id)
  }

  /// Drives a workflow that a person cancels once so many jobs run.
  func canceled(_ text: String, once running: Int) async throws -> WorkflowRun {
    let (parts, id) = (parts, try await submit(text))
    let drive = Task {
      try await WorkflowDrive(parts: parts, id: id, logger: Logger(label: "test")).drive()
    }
    while await jobs.running < running { try await Task.sleep(for: .milliseconds(5)) }
    _ = try await WorkflowRunner(parts: parts).cancel(id)
    try await drive.value
    return try await parts.store.run(id)
  }

  /// Drives a search whose second trial hangs: canceled then, as by a server that stops, and driven anew,
  /// until a person cancels that trial.
  func runTwice(
    _ id: Identifier<WorkflowRun>, between: () async throws -> Void
  ) async throws -> WorkflowRun {
    let parts = parts
    let first = Task {
      try await WorkflowDrive(parts: parts, id: id, logger: Logger(label: "test")).drive()
    }
    while await jobs.specs.count < 2 { try await Task.sleep(for: .milliseconds(5)) }
    first.cancel()
    await #expect(throws: CancellationError.self) { try await first.value }
    try await between()
    let second = Task {
      try await WorkflowDrive(parts: parts, id: id, logger: Logger(label: "test")).drive()
    }
    let study = try await parts.studies.create(
      StudyTerms(
        name: WorkflowDrive.studyName(of: try await parts.store.run(id)), space: nil),
      metrics: [], after: [], in: "default")
    _ = try await jobs.cancel(.derived(from: study.id.rawValue, "1"))
    try await second.value
    return try await parts.store.run(id)
  }

  func children(of run: WorkflowRun) async throws -> [RunDetails] {
    let output = try #require(run.command)
    let study = try #require(output.study)
    let trials = output.completedTrials + output.prunedTrials + output.failedTrials
    return try await ledger.ledger.read { db in
      try (0..<trials).map { try RunStore.details(.derived(from: study, "\($0)"), in: db) }
    }
  }
}
