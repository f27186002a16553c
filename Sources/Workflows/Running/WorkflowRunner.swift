public import Basics
internal import Compute
public import Experimentation
internal import Foundation
public import Logging
public import ServiceLifecycle

/// Runs workflows: accepts them, drives each to its end, and picks up what a stopped server left.
public actor WorkflowRunner: Service {
  /// The runs in the ledger.
  public nonisolated let store: WorkflowRunStore
  let parts: WorkflowParts
  private let logger: Logger
  private let accepted: AsyncStream<Identifier<WorkflowRun>>
  private let acceptance: AsyncStream<Identifier<WorkflowRun>>.Continuation
  /// Whether the runs that an earlier server left have been taken up.
  public private(set) var hasReconciled = false

  /// Makes the runner of one factory; nothing runs before `run()`.
  public init(parts: WorkflowParts, logger: Logger = Logger(label: "workflows")) {
    self.parts = parts
    self.logger = logger
    store = parts.store
    (accepted, acceptance) = AsyncStream.makeStream()
  }

  /// Drives runs until the group shuts down; jobs go on without it, and so do the runs later.
  public func run() async throws {
    let unfinished = try await store.unfinished()
    hasReconciled = true
    let (parts, logger, accepted) = (parts, logger, accepted)
    await cancelWhenGracefulShutdown {
      await withTaskGroup(of: Void.self) { group in
        var begun: Set<Identifier<WorkflowRun>> = []
        func begin(_ id: Identifier<WorkflowRun>) {
          guard begun.insert(id).inserted else { return }
          group.addTask { await Self.drive(id, parts, logger) }
        }
        for id in unfinished { begin(id) }
        for await id in accepted { begin(id) }
        group.cancelAll()
      }
    }
  }

  /// Drives a run to its end; while the ledger cannot be written (a full disk, say), again and again.
  private static func drive(
    _ id: Identifier<WorkflowRun>, _ parts: WorkflowParts, _ logger: Logger
  ) async {
    while !Task.isCancelled {
      do {
        return try await WorkflowDrive(parts: parts, id: id, logger: logger).drive()
      } catch is CancellationError {
        break
      } catch {
        logger.error(
          "a workflow run cannot be recorded; trying again",
          metadata: ["workflow_run": "\(id)", "error": "\(error)"])
        // Canceled while it sleeps: then the loop ends.
        try? await Task.sleep(for: .seconds(2))
      }
    }
    logger.info("left for the next server", metadata: ["workflow_run": "\(id)"])
  }

  /// Accepts a workflow; once this returns it will run, whatever is killed.
  ///
  /// - Parameters:
  ///   - text: content of the workflow file.
  ///   - filePath: how the user named it.
  ///   - baseFolder: absolute folder at which relative sources start.
  ///   - source: who asked for it, and out of which working copy.
  public func submit(
    text: String, filePath: String, baseFolder: String, project: String = "default",
    source: RunSource? = nil
  ) async throws -> WorkflowRun {
    let definition = try WorkflowFile.parse(text: text, path: filePath)
    guard baseFolder.hasPrefix("/") else {
      throw WorkflowError(
        .requestInvalid, "The base folder \(visible(baseFolder)) is not absolute.",
        hint: "Send the folder of the workflow file, starting with '/'.")
    }
    try await parts.checkPlaces(of: definition)
    // Whatever is kept counts as named until a row does.
    let lease = ObjectLeases.ofThisProcess.begin(nowMs: parts.nowMs())
    defer { withExtendedLifetime(lease) {} }
    var run = WorkflowRun(
      id: .random(), project: project, name: definition.name, definition: text,
      filePath: filePath, baseFolder: baseFolder, status: .queued, isCancelRequested: false,
      failure: nil, createdAtMs: parts.nowMs(), startedAtMs: nil, endedAtMs: nil,
      inputs: nil, stages: definition.stages.map(StageRun.init(pending:)))
    if let command = definition.train?.command {
      run.inputs = try await CommandInputs.keep(
        command, file: filePath, baseFolder: baseFolder, in: parts.objects)
    }
    if let command = definition.data?.command {
      run.dataInputs = try await CommandInputs.keep(
        command, file: filePath, baseFolder: baseFolder, in: parts.objects)
    }
    let tracking = WorkflowTracking(fingerprint: parts.fingerprint, nowMs: run.createdAtMs)
    let objects = parts.objects
    var files = [try await RunArtifact.text("workflow.yaml", text, in: objects)]
    if let diff = source?.git?.diff, !diff.isEmpty {
      files.append(try await RunArtifact.text(RunSource.diffArtifact, diff, in: objects))
    }
    try await store.create(run) { [run, files] db in
      try tracking.begin(run, source: source, files: files, in: db)
    }
    acceptance.yield(run.id)
    return run
  }

  /// Asks for a run's end: its jobs are ended, nothing after them begins.
  public func cancel(_ id: Identifier<WorkflowRun>) async throws -> WorkflowRun {
    let run = try await store.update(id) { run in
      if !run.status.isFinal { run.isCancelRequested = true }
    }
    guard run.isCancelRequested else { return run }
    for stage in run.stages where stage.status == .running {
      for job in stage.jobs {
        guard let job = Identifier<Job>(job.job) else { continue }
        do {
          _ = try await parts.jobs.cancel(job)
        } catch let error as JobError where error.code == .jobNotFound {
          // Planned, but not submitted yet: the drive sees the request before it goes on.
        }
      }
    }
    return run
  }
}
