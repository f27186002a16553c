import API
public import Basics
public import Compute
import DataPipelines
import Foundation
import JobProtocol
public import ServiceLifecycle

/// Makes dataset versions outside of workflows: an intake job, a data job, a row in the ledger.
///
/// An import does not outlive the server; its jobs' results are found again by asking once more.
public actor DatasetImports: Service {
  private let ledger: Ledger
  private let home: FactoryHome
  private let jobs: Jobs
  private let executable: String
  private var states: [String: DatasetImportWire] = [:]
  private let (waiting, queue) = AsyncStream.makeStream(of: Work.self)

  private struct Work: Sendable {
    var id: String
    var request: DatasetImportRequestWire
    var project: String
  }

  /// - Parameter executable: the `aifactory` program, for the stage programs.
  public init(ledger: Ledger, home: FactoryHome, jobs: Jobs, executable: String) {
    self.ledger = ledger
    self.home = home
    self.jobs = jobs
    self.executable = executable
  }

  /// Works until the server ends.
  public func run() async throws {
    await cancelWhenGracefulShutdown {
      await withDiscardingTaskGroup { group in
        for await work in self.waiting {
          group.addTask { await self.perform(work) }
        }
      }
    }
  }

  /// Starts an import.
  func start(_ request: DatasetImportRequestWire, project: String) throws -> DatasetImportWire {
    _ = try SafeName(request.name, of: "dataset")
    let id = "di_" + Identifier<Job>.random().rawValue.dropFirst(Job.identifierPrefix.count)
    let state = DatasetImportWire(id: id, status: "running", message: "waiting")
    states[id] = state
    queue.yield(Work(id: id, request: request, project: project))
    return state
  }

  /// How far an import is.
  func state(_ id: String) throws -> DatasetImportWire {
    guard let state = states[id] else {
      throw ServerError(
        .notFound, "There is no import '\(id)' (a restarted server forgets imports).")
    }
    return state
  }

  private func perform(_ work: Work) async {
    do {
      let version = try await make(work)
      states[work.id]?.version = DatasetVersionWire(version)
      states[work.id]?.status = "succeeded"
      states[work.id]?.message = "\(version.manifest.rowCount) rows"
    } catch {
      states[work.id]?.status = "failed"
      states[work.id]?.error = ErrorWire.Body(Self.told(error))
      states[work.id]?.message = Self.told(error).message
    }
  }

  private func make(_ work: Work) async throws -> DatasetVersion {
    let request = work.request
    let intake = IntakeRequest(
      sources: [IntakeRequest.Item(source: request.source, part: "data")],
      baseFolder: request.baseFolder, objectsFolder: home.objectsPath)
    let sources: [DatasetManifest.Source]
    if let known = try await SourceCatalog.known(request: intake, ledger: ledger) {
      sources = known
    } else {
      let folder = try await runStage("intake", request: intake, of: work).folder
      try await SourceCatalog.remember(workFolder: folder, ledger: ledger)
      sources = try Self.read(folder + "/result.json")
    }
    let objects = home.objects
    let files = try sources.map { source in
      guard let digest = ObjectDigest(hex: source.sha256) else {
        throw ServerError(.badRequest, "The intake of \(source.name) left no digest.")
      }
      return DatasetRequest.SourceFile(source: source, path: objects.path(of: digest))
    }
    let target = request.target ?? ""
    var build = DatasetRequest(
      name: request.name, files: files, target: target, exclude: request.exclude ?? [],
      outputFolder: "")
    if target.isEmpty { build.split = .init(test: 0, validation: 0) }
    let stage = try await runStage("data", request: build, of: work)
    build.outputFolder = stage.folder + "/output"
    let manifest: DatasetManifest = try Self.read(stage.folder + "/result.json")
    let (digest, _) = try await objects.putFolder(path: build.outputFolder, move: true)
    let final = build
    return try await ledger.write { db in
      try DatasetStore.register(
        manifest: manifest, request: final, folder: digest, job: stage.job.rawValue,
        project: work.project, nowMs: Self.nowMs(), in: db)
    }
  }

  /// Runs one stage program as a job; its folder holds what it left.
  private func runStage(
    _ name: String, request: some Encodable & Sendable, of work: Work
  ) async throws -> (job: Identifier<Job>, folder: String) {
    let id = Identifier<Job>.random()
    let folder = jobs.workFolder(of: id)
    try FileTree.createFolder(folder)
    let path = folder + "/request.json"
    var encoded = try JSONEncoder().encode(request)
    if var build = request as? DatasetRequest {
      build.outputFolder = folder + "/output"
      encoded = try JSONEncoder().encode(build)
    }
    try FileTree.write([UInt8](encoded), to: path)
    let spec = JobSpec(
      name: "\(name) \(work.request.name)", command: [executable, "worker", name, path],
      environment: [EnvironmentVariable("AIFACTORY_ENGINES", home.engines.folder)],
      resources: JobResources(
        cpus: name == "data" ? ProcessInfo.processInfo.activeProcessorCount : 1), purpose: name)
    states[work.id]?.job = id.rawValue
    states[work.id]?.message = name
    _ = try await jobs.submit(spec, id: id, in: work.project)
    let job = try await jobs.waitForEnd(id)
    guard job.hasSucceeded else {
      // A stage program says why it failed in error.json; one that was killed leaves none.
      if let wire: ErrorWire = try? Self.read(folder + "/error.json") {
        throw StageFailure(body: wire.error)
      }
      throw ServerError(
        .badRequest,
        "The job \(id) (\(name)) failed: \(job.message ?? job.reason.map { "\($0)" } ?? "unknown")."
      )
    }
    return (id, folder)
  }

  private static func read<Value: Decodable>(_ path: String) throws -> Value {
    try JSONDecoder().decode(Value.self, from: Data(try FileTree.read(path)))
  }

  private static func told(_ error: any Error) -> StageFailure {
    if let error = error as? StageFailure { return error }
    if let error = error as? any FactoryError {
      return StageFailure(body: ErrorWire(error).error)
    }
    return StageFailure(
      body: ErrorWire.Body(
        code: "internal_error", message: "The import could not be finished: \(error)", hint: nil))
  }

  private static func nowMs() -> Int64 { Int64(Date().timeIntervalSince1970 * 1_000) }
}

/// Why a stage program failed, in its own words.
private struct StageFailure: Error {
  var body: ErrorWire.Body

  var message: String { body.message }
}

extension ErrorWire.Body {
  fileprivate init(_ failure: StageFailure) { self = failure.body }
}
