import Basics
@testable import Compute
import DataPipelines
import Experimentation
import Foundation
import JobProtocol
import Serving
import Synchronization
import Training

@testable import Workflows

/// Jobs whose stage programs are a few lines here: they end as soon as they are submitted.
actor QuickJobs: StageJobs {
  let folder: String
  /// What the evaluation's gates come to.
  private let gates: [GateResult]
  private var jobs: [Identifier<Job>: Job] = [:]
  /// Verbs in the order of submission.
  private(set) var submitted: [String] = []
  /// How the next attempts of a verb end instead of succeeding.
  private var endings: [String: [Ending]] = [:]
  private var held: Set<String> = []
  private var waiting: [CheckedContinuation<Void, Never>] = []

  enum Ending {
    case killed
    case error(String)
  }

  init(folder: String, gates: [GateResult] = []) {
    self.folder = folder
    self.gates = gates
  }

  func endNext(_ verb: String, as ending: Ending) { endings[verb, default: []].append(ending) }
  func hold(_ verb: String) { held.insert(verb) }
  func release() {
    held = []
    for continuation in waiting { continuation.resume() }
    waiting = []
  }

  nonisolated func workFolder(of id: Identifier<Job>) -> String { "\(folder)/\(id)/work" }
  nonisolated func sharesFiles(with site: String?) async throws -> Bool { true }
  nonisolated func takeBack(_ job: Job) async throws {}

  func check(_ spec: JobSpec) async throws {
    guard spec.site != "moon" else {
      throw JobError(.siteUnknown, "there is no site named 'moon'", hint: "Look at the sites.")
    }
  }

  func submit(
    _ spec: JobSpec, id: Identifier<Job>?, in project: String
  ) async throws -> Job {
    let id = id ?? .random()
    if let job = jobs[id] { return job }
    submitted.append(spec.command[2])
    jobs[id] = Job(
      id: id, project: project, spec: spec, state: .queued, reason: nil, message: nil, attempt: 0,
      exitCode: nil, signal: nil, progress: nil, usage: JobUsage(), createdAtMs: 0,
      startedAtMs: nil, endedAtMs: nil, folder: "\(folder)/\(id)", revision: 0)
    return try await attempt(id)
  }

  func submit(
    _ spec: JobSpec, id: Identifier<Job>?, in project: String,
    alongside: @escaping @Sendable (Job, LedgerTransaction) throws -> Void
  ) async throws -> Job {
    throw JobError(.specInvalid, "stage programs write nothing with their jobs")
  }

  func submitArray(
    _ jobs: [(id: Identifier<Job>, spec: JobSpec)], atMost: Int?, id: Identifier<JobArray>,
    in project: String, alongside: @escaping @Sendable (Job, LedgerTransaction) throws -> Void
  ) async throws -> [Job] {
    throw JobError(.specInvalid, "stage programs are no arrays")
  }

  func waitForEnd(_ id: Identifier<Job>, atMostMs: Int64) async throws -> Job {
    try await waitForEnd(id)
  }

  func retry(_ id: Identifier<Job>) async throws -> Job { try await attempt(id) }

  func waitForEnd(_ id: Identifier<Job>) async throws -> Job {
    while let job = jobs[id], held.contains(job.spec.command[2]), job.reason != .canceledByUser {
      await withCheckedContinuation { waiting.append($0) }
      try Task.checkCancellation()
    }
    guard let job = jobs[id] else { throw JobError(.jobNotFound, "no job \(id)") }
    return job
  }

  func cancel(_ id: Identifier<Job>) async throws -> Job {
    guard var job = jobs[id] else { throw JobError(.jobNotFound, "no job \(id)") }
    job.reason = .canceledByUser
    jobs[id] = job
    release()
    return job
  }

  private func attempt(_ id: Identifier<Job>) async throws -> Job {
    guard var job = jobs[id] else { throw JobError(.jobNotFound, "no job \(id)") }
    job.attempt += 1
    job.state = .ended
    let verb = job.spec.command[2]
    switch endings[verb]?.first {
    case .killed:
      endings[verb]?.removeFirst()
      (job.reason, job.signal) = (.failed, 9)
    case .error(let json):
      endings[verb]?.removeFirst()
      (job.reason, job.exitCode) = (.failed, 1)
      try FileTree.write(Array(json.utf8), to: job.workFolder + "/error.json")
    case nil:
      try await work(verb, request: job.spec.command[3], folder: job.workFolder)
      (job.reason, job.exitCode) = (.succeeded, 0)
    }
    jobs[id] = job
    return job
  }

  private func work(_ verb: String, request: String, folder: String) async throws {
    let output = folder + "/output"
    if verb == "intake" { return try await IntakeWorker.run(requestPath: request) }
    try FileTree.createFolder(output)
    switch verb {
    case "data":
      try Self.makeDataset(request: request, output: output)
    case "train":
      let request = try decode(request, as: TrainingRequest.self)
      guard FileTree.exists(request.datasetFolder + "/dataset.json") else {
        throw JobError(.specInvalid, "the dataset is not laid out")
      }
      try write(["trials": request.search.trials ?? 0], to: output + "/model.json")
      try write(
        TrainingResult(
          task: .regression, metric: "rmse", validation: ["rmse": 0.5],
          linearBaseline: ["rmse": 0.7], completedTrials: request.search.trials ?? 0,
          prunedTrials: 0, failedTrials: 0,
          bestTrial: 1, ensemble: [], crossValidationFolds: nil, seconds: 1),
        to: folder + "/result.json")
    default:
      try write(
        EvaluationResult(
          rowCount: 2, metrics: ["rmse": MeasuredMetric(value: 0.6, low: 0.5, high: 0.7)],
          linearBaseline: [:], trivialBaseline: [:], gates: gates),
        to: output + "/result.json")
    }
  }

  /// What the data stage's program leaves, without reading a row.
  static func makeDataset(request path: String, output: String) throws {
    try FileTree.createFolder(output)
    let request = try JSONDecoder().decode(
      DatasetRequest.self, from: Data(try FileTree.read(path)))
    let manifest = DatasetManifest(
      name: request.name,
      columns: [.init(name: request.target, type: .decimal, role: .target)], rowCount: 10,
      splitRowCounts: ["train": 6, "validation": 2, "test": 2],
      sources: request.files.map(\.source), splitRule: "random", converterVersion: 1)
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    try FileTree.write(Array(try encoder.encode(manifest)), to: output + "/dataset.json")
  }

  private func decode<Value: Decodable>(_ path: String, as type: Value.Type) throws -> Value {
    try JSONDecoder().decode(type, from: Data(try FileTree.read(path)))
  }

  private func write(_ value: some Encodable, to path: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    try FileTree.write(Array(try encoder.encode(value)), to: path)
  }
}

/// Endpoints that remember what was deployed.
actor QuickEndpoints: StageEndpoints {
  private(set) var deployments: [String] = []
  private var live: [String: String] = [:]

  func deployVersion(
    _ version: Int, of model: String, to endpoint: String, in place: DeploymentPlace
  ) async throws {
    deployments.append("\(endpoint) \(model) \(version)")
    live[endpoint] = "\(model) \(version) \(place)"
  }

  func serves(
    _ version: Int, of model: String, on endpoint: String, in place: DeploymentPlace
  ) async throws -> Bool {
    live[endpoint] == "\(model) \(version) \(place)"
  }
}
