import API
import Basics
import Compute
import DataPipelines
import Foundation
import JobProtocol

/// Takes one import from where it is to its end.
struct DatasetImportDrive: Sendable {
  /// What imports need of the factory.
  struct Parts: Sendable {
    var store: DatasetImportStore
    var ledger: Ledger
    var home: FactoryHome
    var jobs: Jobs
    var executable: String
  }

  let parts: Parts
  let id: Identifier<DatasetImport>

  /// Drives the import to its end; a failure is a result, not an error.
  ///
  /// - Throws: `CancellationError` when the server stops, a `LedgerError` when the ledger cannot be
  ///   written; the import stays as it is.
  func drive() async throws {
    let wanted = try await parts.store.find(id)
    guard wanted.state == .running else { return }
    do {
      try await make(wanted)
    } catch is CancellationError {
      throw CancellationError()
    } catch let error as JobError where error.code == .stopped {
      throw CancellationError()
    } catch let error as LedgerError {
      // Nothing is known to be wrong with the work: it goes on when it can be recorded.
      throw error
    } catch {
      let failure = Self.failure(of: error)
      try await parts.store.update(id) { wanted, _ in
        wanted.state = .failed
        wanted.failure = failure
        wanted.message = failure.message
      }
    }
  }

  private func make(_ wanted: DatasetImport) async throws {
    let sources = try await takeIn(wanted)
    let objects = parts.home.objects
    let files = try sources.map { source in
      guard let digest = ObjectDigest(hex: source.sha256) else {
        throw ServerError(.badRequest, "The intake of \(source.name) left no digest.")
      }
      return DatasetRequest.SourceFile(source: source, path: objects.path(of: digest))
    }
    let target = wanted.wish.target ?? ""
    var build = DatasetRequest(
      name: wanted.wish.name, files: files, target: target, exclude: wanted.wish.exclude,
      outputFolder: "")
    if target.isEmpty { build.split = .init(test: 0, validation: 0) }
    let request = build
    let stage = try await runStage("data", of: wanted, again: wanted.isStoring) { folder in
      var request = request
      request.outputFolder = folder + "/output"
      return request
    }
    build.outputFolder = stage.folder + "/output"
    let manifest: DatasetManifest = try Self.read(stage.folder + "/result.json")
    try await parts.store.update(id) { wanted, _ in wanted.isStoring = true }
    let (digest, _) = try await objects.putFolder(path: build.outputFolder, move: true)
    let (final, job) = (build, stage.job.rawValue)
    try await parts.store.update(id) { wanted, db in
      let version = try DatasetStore.register(
        manifest: manifest, request: final, folder: digest, job: job, project: wanted.project,
        dataClass: wanted.wish.dataClass ?? .usual, nowMs: systemTimeMs(), in: db)
      wanted.state = .succeeded
      wanted.version = version.id
      wanted.message = "\(manifest.rowCount) rows"
    }
  }

  /// The bytes of every source as objects: by a job, unless all files are known unchanged.
  private func takeIn(_ wanted: DatasetImport) async throws -> [DatasetManifest.Source] {
    let intake = IntakeRequest(
      sources: [IntakeRequest.Item(source: wanted.wish.source, part: "data")],
      baseFolder: wanted.wish.baseFolder, objectsFolder: parts.home.objectsPath)
    if let known = try await SourceCatalog.known(request: intake, ledger: parts.ledger) {
      return known
    }
    let folder = try await runStage("intake", of: wanted) { _ in intake }.folder
    try await SourceCatalog.remember(workFolder: folder, ledger: parts.ledger)
    return try Self.read(folder + "/result.json")
  }

  /// Runs one stage program as a job, or finds the job that an earlier server began for it.
  ///
  /// - Parameter again: work that was done is done once more, because its files are gone.
  private func runStage(
    _ name: String, of wanted: DatasetImport, again: Bool = false,
    request: @Sendable (String) -> any Encodable
  ) async throws -> (job: Identifier<Job>, folder: String) {
    let drawn = Identifier<Job>.random().rawValue
    let planned = try await parts.store.update(self.id) { wanted, _ in
      wanted.jobs[name] = wanted.jobs[name] ?? drawn
      wanted.stage = name
      wanted.message = name
    }
    guard let id = planned.jobs[name].flatMap({ Identifier<Job>($0) }) else {
      throw ServerError(.badRequest, "The job of \(name) is not known any more.")
    }
    let folder = parts.jobs.workFolder(of: id)
    let path = folder + "/request.json"
    if !FileTree.exists(path) {
      try FileTree.createFolder(folder)
      try FileTree.write(Array(try JSONEncoder().encode(request(folder))), to: path)
    }
    _ = try await parts.jobs.submit(spec(name, wanted, path), id: id, in: wanted.project)
    var job = try await parts.jobs.waitForEnd(id)
    var isDone = job.hasSucceeded && !again
    while !isDone {
      guard job.hasSucceeded || (job.wasKilledFromOutside && job.attempt < 20) else {
        throw Self.failure(of: job, name, folder: folder)
      }
      try FileTree.remove(folder + "/output")
      _ = try await parts.jobs.retry(id)
      job = try await parts.jobs.waitForEnd(id)
      isDone = job.hasSucceeded
    }
    if again { try await parts.store.update(self.id) { wanted, _ in wanted.isStoring = false } }
    return (id, folder)
  }

  private func spec(_ name: String, _ wanted: DatasetImport, _ requestPath: String) -> JobSpec {
    var spec = JobSpec(
      name: "\(name) \(wanted.wish.name)",
      command: [parts.executable, "worker", name, requestPath],
      environment: [EnvironmentVariable("AIFACTORY_ENGINES", parts.home.engines.folder)],
      resources: JobResources(
        cpus: name == "data" ? ProcessInfo.processInfo.activeProcessorCount : 1), purpose: name)
    spec.reads = JobReads(
      dataset: wanted.wish.name, leastClass: wanted.wish.dataClass?.rawValue)
    return spec
  }

  private static func read<Value: Decodable>(_ path: String) throws -> Value {
    try JSONDecoder().decode(Value.self, from: Data(try FileTree.read(path)))
  }

  private static func failure(of job: Job, _ name: String, folder: String) -> any Error {
    // A stage program says why it failed in error.json; one that was killed leaves none.
    if let wire: ErrorWire = try? Self.read(folder + "/error.json") {
      return StageProgramFailure(body: wire.error)
    }
    let reason = job.message ?? job.reason.map { "\($0)" } ?? "unknown"
    return ServerError(.badRequest, "The job \(job.id) (\(name)) failed: \(reason).")
  }

  private static func failure(of error: any Error) -> DatasetImport.Failure {
    if let error = error as? StageProgramFailure {
      return DatasetImport.Failure(
        code: error.body.code, message: error.body.message, hint: error.body.hint)
    }
    if let error = error as? any FactoryError {
      let body = ErrorWire(error).error
      return DatasetImport.Failure(code: body.code, message: body.message, hint: body.hint)
    }
    return DatasetImport.Failure(
      code: "internal_error", message: "The import could not be finished: \(error)", hint: nil)
  }
}

/// Why a stage program failed, in its own words.
private struct StageProgramFailure: Error {
  var body: ErrorWire.Body
}
