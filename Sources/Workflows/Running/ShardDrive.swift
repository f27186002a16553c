internal import Basics
internal import Compute
internal import DataPipelines
internal import Experimentation
internal import JobProtocol

/// Has the command of a data stage make tables, a job for each shard.
///
/// What a shard came to is kept under a key of its own, so that no drive, of this run or of another, does it again
/// while its files and the command stay. The jobs are recorded before they are submitted: a drive that begins again
/// finds those that it had.
struct ShardDrive: Sendable {
  let drive: WorkflowDrive
  let run: WorkflowRun
  let work: ShardWork
  /// What the jobs read whose class counts.
  let dataset: JobReads
  /// The stage's run, below which those of the shards are.
  let parent: Run

  /// How often a shard is looked after, where there are few.
  private static let lookMs: Int64 = 500

  private var parts: WorkflowParts { drive.parts }

  /// One shard with its key and its job.
  private struct Piece: Sendable {
    var item: ShardWork.Item
    var key: String
    var job: Identifier<Job>
    /// Its tracking run.
    var run: RunID
  }

  /// What became of a shard.
  private enum Ending: Sendable {
    case made(StageOutput.ShardOutput)
    case failed(StageFailure)
  }

  /// What each shard came to, in the order of numbers.
  ///
  /// All shards are brought to their ends, whichever fails: what they make is kept for the next run.
  /// - Throws: `StageStop` with the words of the first shard that failed.
  func perform() async throws -> [StageOutput.ShardOutput] {
    var outputs: [StageOutput.ShardOutput] = []
    var missing: [Piece] = []
    for item in work.items {
      let key = try work.ingredients(of: item).key()
      if let known = try await parts.shard(forKey: key) {
        outputs.append(known)
      } else {
        missing.append(try await piece(item, key))
      }
    }
    guard !missing.isEmpty else { return outputs }
    try checkEngine()
    let jobs = try await submit(missing)
    let lookMs = min(Self.lookMs * Int64(max(1, missing.count / 32)), 5_000)
    let endings = await withTaskGroup(of: (Int, Result<Ending, any Error>).self) { group in
      for (index, job) in jobs.enumerated() {
        let piece = missing[index]
        group.addTask {
          do {
            return (index, .success(try await follow(piece, job, lookMs: lookMs)))
          } catch {
            return (index, .failure(error))
          }
        }
      }
      // All of them see a cancellation by themselves, and end their jobs.
      var endings: [Int: Result<Ending, any Error>] = [:]
      for await (index, ending) in group { endings[index] = ending }
      return endings
    }
    var failures: [StageFailure] = []
    for index in missing.indices {
      switch try endings[index]?.get() {
      case .made(let output)?: outputs.append(output)
      case .failed(let failure)?: failures.append(failure)
      case nil: break
      }
    }
    try await drive.checkCancel()
    guard let first = failures.first else { return outputs.sorted { $0.number < $1.number } }
    var failure = first
    if failures.count > 1 {
      failure.message =
        "\(failures.count) of \(work.items.count) shards failed; the first: " + first.message
    }
    throw StageStop(failure: failure)
  }

  /// Throws where what reads the tables is not installed: nobody should learn that after hours of shards.
  private func checkEngine() throws {
    do {
      _ = try EngineLocator(folder: parts.enginesFolder).duckdb()
    } catch {
      throw StageStop(
        failure: StageFailure(
          code: error.code.rawValue,
          message: "The shards were not begun, because nothing could read their tables: "
            + error.message, hint: error.hint))
    }
  }

  /// The tables of all shards as sources: by number, and by path within each.
  func tables(of outputs: [StageOutput.ShardOutput]) throws -> [DatasetManifest.Source] {
    try outputs.flatMap { output in
      try parts.objects.manifest(try drive.stored(output.files)).files.map { file in
        DatasetManifest.Source(
          name: "shard-\(output.number)/\(file.path)", sha256: file.sha256.hex, bytes: file.bytes,
          part: "data")
      }
    }
  }

  // MARK: Jobs

  private func piece(_ item: ShardWork.Item, _ key: String) async throws -> Piece {
    // Another key is another job, as its files may have changed before an interruption was over.
    let role = "shard \(item.shard.number) \(key.prefix(12))"
    let planned = try await parts.store.plannedJob(role, stage: .data, of: run.id)
    return Piece(
      item: item, key: key, job: planned.id, run: .derived(from: planned.id.rawValue))
  }

  /// Accepts the jobs as one array; those that were accepted before an interruption stay as they are.
  private func submit(_ pieces: [Piece]) async throws -> [Job] {
    let (parent, now) = (parent, parts.nowMs())
    let known = Dictionary(
      pieces.map { ($0.job, $0) }, uniquingKeysWith: { first, _ in first })
    return try await parts.jobs.submitArray(
      pieces.map { (id: $0.job, spec: spec(of: $0)) }, atMost: nil,
      id: .derived(from: "shards", pieces.map(\.job.rawValue).joined(separator: " ")),
      in: run.project
    ) { job, db in
      guard let piece = known[job.id] else { return }
      try ShardTracking.begin(
        piece.item, piece.run, below: parent, job: job.id.rawValue, nowMs: now, in: db)
    }
  }

  private func spec(of piece: Piece) -> JobSpec {
    let (command, shard) = (work.command, piece.item.shard)
    var spec = JobSpec(
      name: "\(run.name) \(shard.title)",
      command: command.command.filled(["shard": "\(shard.number)", "shards": "\(shard.count)"]),
      environment: [
        EnvironmentVariable("AIFACTORY_SHARD", "\(shard.number)"),
        EnvironmentVariable("AIFACTORY_SHARDS", "\(shard.count)"),
        EnvironmentVariable("MLFLOW_RUN_ID", piece.run.rawValue),
        EnvironmentVariable("MLFLOW_EXPERIMENT_ID", parent.experiment.rawValue),
      ],
      resources: command.resources, site: command.site, restart: command.restart)
    spec.software = command.software
    spec.code = command.code
    spec.outputs = command.outputs
    spec.data = JobData(files: piece.item.folder, version: shard.title)
    spec.reads = dataset
    spec.reads?.files = shard.files.map(\.sha256)
    return spec
  }

  private func follow(_ piece: Piece, _ submitted: Job, lookMs: Int64) async throws -> Ending {
    var job = submitted
    while true {
      job = try await parts.jobs.waitForEnd(piece.job, atMostMs: lookMs)
      if job.hasEnded {
        guard drive.isWorthRetrying(job) else { break }
        try await forget(piece)
        job = try await parts.jobs.retry(piece.job)
      } else if try await parts.store.isCancelRequested(run.id) {
        _ = try await parts.jobs.cancel(piece.job)
        job = try await parts.jobs.waitForEnd(piece.job)
        break
      }
    }
    guard job.hasSucceeded else { return .failed(try await failure(of: piece, job)) }
    let tables = try await tables(of: piece)
    guard !tables.isEmpty else {
      return .failed(
        StageFailure(
          code: "no_tables",
          message: "\(title(piece)) left no table in "
            + "\(work.command.outputs.paths.map(visible).joined(separator: ", ")).",
          hint: "`aifactory jobs logs \(piece.job)` shows its output."))
    }
    return .made(try await keep(tables, of: piece))
  }

  // MARK: Ends

  /// What the job's run has got of it.
  private func tables(of piece: Piece) async throws -> [FolderManifest.Entry] {
    let paths = work.command.outputs.paths
    let files = try await parts.store.ledger.read { db -> [ArtifactFile] in
      guard let folder = try RunStore.find(piece.run, in: db)?.artifactFolder else { return [] }
      return try ArtifactStore.files(below: folder, in: db).map { file in
        var file = file
        file.path = String(file.path.dropFirst(folder.count + 1))
        return file
      }
    }
    return files.filter { file in
      !FileTree.name(of: file.path).hasPrefix(".")
        && paths.contains { file.path == $0 || file.path.hasPrefix($0 + "/") }
    }.map { FolderManifest.Entry(path: $0.path, sha256: $0.sha256, bytes: $0.bytes) }
  }

  private func keep(
    _ tables: [FolderManifest.Entry], of piece: Piece
  ) async throws -> StageOutput.ShardOutput {
    let folder = try await parts.objects.put(bytes: FolderManifest(files: tables).encoded())
    let output = StageOutput.ShardOutput(
      number: piece.item.shard.number, inputs: piece.item.folder, files: folder.hex,
      job: piece.job.rawValue)
    let (run, now) = (run.id, parts.nowMs())
    try await parts.store.ledger.write { db in
      try WorkflowRunStore.keep(
        .shard(output), stage: .data, key: piece.key, run: run, atMs: now, in: db)
    }
    return output
  }

  /// What an attempt left that is tried again must not be among the tables of the next one.
  private func forget(_ piece: Piece) async throws {
    let paths = work.command.outputs.paths
    try await parts.store.ledger.write { db in
      guard let folder = try RunStore.find(piece.run, in: db)?.artifactFolder else { return }
      for path in paths { try ArtifactStore.delete("\(folder)/\(path)", in: db) }
    }
  }

  private func title(_ piece: Piece) -> String {
    let title = piece.item.shard.title
    return title.prefix(1).uppercased() + title.dropFirst()
  }

  /// Why a shard failed, which files it had, and what it said last.
  private func failure(of piece: Piece, _ job: Job) async throws -> StageFailure {
    let plan = StageJobPlan(stage: .data, role: "shard", key: piece.key, verb: "command")
    var failure = drive.failure(of: job, plan, folder: job.workFolder)
    var message = "\(title(piece)): \(failure.message)"
    if job.reason == .failed, let words = job.message { message += " It says that \(words)." }
    message += " Its files: \(piece.item.shard.fileWords)."
    let logs = RunLogs(ledger: parts.store.ledger, objects: parts.objects)
    if let words = try await logs.lastWords(of: piece.run) { message += " It said: \(words)" }
    failure.message = message
    if job.reason == .timeLimit {
      failure.hint = "Raise `data.prepare.resources.time`, or deal the files out to more shards."
    }
    return failure
  }
}

extension ShardDrive {
  /// Makes the stage's run, and gets ready.
  static func begin(
    _ work: ShardWork, of run: WorkflowRun, _ definition: WorkflowDefinition,
    by drive: WorkflowDrive
  ) async throws -> ShardDrive {
    let tracking = WorkflowTracking(
      fingerprint: drive.parts.fingerprint, nowMs: drive.parts.nowMs())
    let parent = try await drive.parts.store.ledger.write { db in
      try ShardTracking.begin(run, tracking, in: db)
    }
    let dataset = JobReads(
      dataset: definition.name,
      leastClass: try definition.dataSection().dataClass.map(\.rawValue))
    return ShardDrive(drive: drive, run: run, work: work, dataset: dataset, parent: parent)
  }
}

extension WorkflowDrive {
  /// What the command of the data stage is to do; nil where it has none.
  func shardWork(
    _ run: WorkflowRun, _ definition: WorkflowDefinition, _ sources: [DatasetManifest.Source]
  ) async throws -> ShardWork? {
    guard let command = definition.data?.command else { return nil }
    guard let inputs = run.dataInputs else { throw missing("data") }
    return try await ShardWork(
      command, inputs: inputs, sources: sources, baseFolder: run.baseFolder, in: parts.objects)
  }
}

extension WorkflowParts {
  /// What a shard came to whose key is known, if its tables are still there.
  func shard(forKey key: String) async throws -> StageOutput.ShardOutput? {
    guard case .shard(let output)? = try await store.output(forKey: key),
      let files = ObjectDigest(hex: output.files), objects.contains(files)
    else { return nil }
    return output
  }
}
