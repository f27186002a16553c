import Basics
@testable import Compute
import Experimentation
import Foundation
import JobProtocol
import Optimization

@testable import Workflows

/// Jobs whose commands are a closure: what a trial of these words does.
actor ScriptedCommands: StageJobs {
  enum Deed: Sendable {
    /// Logs the metric `loss` through MLflow.
    case logs(Double)
    /// Logs the metric, and a model.
    case models(Double)
    /// Logs a curve of `loss` by step, and runs on until it is canceled.
    case follows([Double])
    /// Leaves a file in the trial's folder.
    case writes(String, String)
    /// Prints to standard output.
    case prints(String)
    /// Ends with an exit code, and last words.
    case fails(Int32, String)
    /// Is killed from outside.
    case dies
    /// Leaves tables, by path, which its job keeps.
    case leaves([String: String])
    /// Leaves some of them, and is killed from outside.
    case leavesHalf([String: String])
    /// Ends well and says nothing.
    case idles
  }

  private let folder: String
  private let ledger: Ledger
  private let objects: ObjectStore
  private let script: @Sendable (JobSpec, _ attempt: Int) -> Deed
  private var jobs: [Identifier<Job>: Job] = [:]
  private(set) var specs: [JobSpec] = []
  private(set) var running = 0
  private(set) var mostRunning = 0

  init(
    home: FactoryHome, ledger: Ledger, script: @escaping @Sendable (JobSpec, Int) -> Deed
  ) {
    folder = home.jobsPath
    objects = home.objects
    self.ledger = ledger
    self.script = script
  }

  nonisolated func workFolder(of id: Identifier<Job>) -> String { "\(folder)/\(id)/work" }
  nonisolated func sharesFiles(with site: String?) async throws -> Bool { true }
  nonisolated func takeBack(_ job: Job) async throws {}

  /// The jobs that were submitted with such specifications.
  func ids(where isMeant: (JobSpec) -> Bool) -> [Identifier<Job>] {
    jobs.values.filter { isMeant($0.spec) }.map(\.id)
  }

  func check(_ spec: JobSpec) async throws {}

  func submit(_ spec: JobSpec, id: Identifier<Job>?, in project: String) async throws -> Job {
    try await submit(spec, id: id, in: project) { _, _ in }
  }

  func submit(
    _ spec: JobSpec, id: Identifier<Job>?, in project: String,
    alongside: @escaping @Sendable (Job, LedgerTransaction) throws -> Void
  ) async throws -> Job {
    let id = id ?? .random()
    if let job = jobs[id] { return job }
    let job = Job(
      id: id, project: project, spec: spec, state: .running, reason: nil, message: nil, attempt: 1,
      exitCode: nil, signal: nil, progress: nil, usage: JobUsage(), createdAtMs: 0,
      startedAtMs: nil, endedAtMs: nil, folder: "\(folder)/\(id)", revision: 0)
    specs.append(spec)
    jobs[id] = job
    running += 1
    mostRunning = max(mostRunning, running)
    try await ledger.write { db in try alongside(job, db) }
    try await perform(id)
    return jobs[id] ?? job
  }

  func submitArray(
    _ jobs: [(id: Identifier<Job>, spec: JobSpec)], atMost: Int?, id: Identifier<JobArray>,
    in project: String, alongside: @escaping @Sendable (Job, LedgerTransaction) throws -> Void
  ) async throws -> [Job] {
    let places = try Jobs.places(of: id, count: jobs.count, atMost: atMost).map { $0.place }
    var accepted: [Job] = []
    for ((id, spec), place) in zip(jobs, places) {
      accepted.append(
        try await submit(Jobs.placed(spec, at: place), id: id, in: project, alongside: alongside))
    }
    return accepted
  }

  func retry(_ id: Identifier<Job>) async throws -> Job {
    jobs[id]?.attempt += 1
    jobs[id]?.state = .running
    running += 1
    try await perform(id)
    return try await waitForEnd(id, atMostMs: 0)
  }

  func waitForEnd(_ id: Identifier<Job>) async throws -> Job {
    while true {
      let job = try await waitForEnd(id, atMostMs: 1)
      if job.hasEnded { return job }
    }
  }

  func waitForEnd(_ id: Identifier<Job>, atMostMs: Int64) async throws -> Job {
    if jobs[id]?.hasEnded == false { try await Task.sleep(for: .milliseconds(1)) }
    guard let job = jobs[id] else { throw JobError(.jobNotFound, "no job \(id)") }
    return job
  }

  func cancel(_ id: Identifier<Job>) async throws -> Job {
    end(id, .canceledByUser)
    return try await waitForEnd(id, atMostMs: 0)
  }

  private func end(
    _ id: Identifier<Job>, _ reason: JobReason, exitCode: Int32? = nil, signal: Int32? = nil
  ) {
    guard jobs[id]?.hasEnded == false else { return }
    jobs[id]?.state = .ended
    jobs[id]?.reason = reason
    jobs[id]?.exitCode = exitCode
    jobs[id]?.signal = signal
    running -= 1
  }

  private func perform(_ id: Identifier<Job>) async throws {
    guard let job = jobs[id] else { return }
    // An allocation stays until somebody ends it.
    if job.spec.packing?.places != nil { return }
    if job.spec.purpose == "data" {
      try QuickJobs.makeDataset(request: job.spec.command[3], output: job.workFolder + "/output")
      return end(id, .succeeded, exitCode: 0)
    }
    let run = job.spec.environment.last { $0.name == "MLFLOW_RUN_ID" }.flatMap { RunID($0.value) }
    guard let run else { throw JobError(.specInvalid, "no run") }
    switch script(job.spec, job.attempt) {
    case .logs(let value):
      try await log([value], to: run)
      end(id, .succeeded, exitCode: 0)
    case .models(let value):
      try await log([value], to: run)
      try await ledger.write { db in
        let home = try RunStore.details(run, in: db).run.experiment
        let model = try LoggedModelStore.create(
          in: home, name: "net", sourceRun: run, nowMs: 1, in: db)
        _ = try LoggedModelStore.setStatus(.ready, of: model.id, nowMs: 1, in: db)
      }
      end(id, .succeeded, exitCode: 0)
    case .follows(let values): try await log(values, to: run)
    case .writes(let name, let text):
      try FileTree.write(Array(text.utf8), to: job.workFolder + "/" + name)
      end(id, .succeeded, exitCode: 0)
    case .prints(let text):
      try await keep(text, as: "logs/stdout.log", of: run)
      end(id, .succeeded, exitCode: 0)
    case .fails(let code, let words):
      try await keep(words, as: "logs/stderr.log", of: run)
      end(id, .failed, exitCode: code)
    case .dies: end(id, .failed, signal: 9)
    case .leaves(let files):
      for (name, text) in files { try await keep(text, as: name, of: run) }
      end(id, .succeeded, exitCode: 0)
    case .leavesHalf(let files):
      for (name, text) in files { try await keep(text, as: name, of: run) }
      end(id, .failed, signal: 9)
    case .idles: end(id, .succeeded, exitCode: 0)
    }
  }

  private func log(_ values: [Double], to run: RunID) async throws {
    try await RunStore(ledger: ledger).log(
      values.enumerated().map {
        MetricPoint(key: "loss", value: $0.element, step: Int64($0.offset), timestampMs: 1)
      }, to: run)
  }

  private func keep(_ text: String, as name: String, of run: RunID) async throws {
    let file = try await RunArtifact.text(name, text, in: objects)
    try await ledger.write { db in
      guard let run = try RunStore.find(run, in: db) else { return }
      try ArtifactStore.put([file], of: run, nowMs: 1, in: db)
    }
  }
}

/// Studies whose coordinators are values here.
actor QuickStudies: StageStudies {
  private var studies: [String: (summary: StudySummary, coordinator: StudyCoordinator)] = [:]
  private var names: [Identifier<StudySummary>: String] = [:]

  func create(
    _ terms: StudyTerms, metrics: [String], after earlier: [String],
    in project: String
  ) async throws -> StudySummary {
    if let known = studies[terms.name] { return known.summary }
    let summary = StudySummary(
      id: .random(), project: project, name: terms.name, job: nil, metric: metrics.first ?? "",
      goal: terms.goal, sampler: terms.sampler.rawValue, pruner: terms.pruner.rawValue,
      seed: terms.seed, createdAtMs: 0, budget: terms.budget, space: terms.space)
    studies[terms.name] = (summary, StudyCoordinator(terms))
    names[summary.id] = terms.name
    return summary
  }

  func sources(_ earlier: [String], in project: String) async throws -> [WarmStart.Source] {
    earlier.compactMap { name in
      studies[name].map { known in
        WarmStart.Source(
          known.summary,
          trials: (0..<known.coordinator.trialCount).compactMap { known.coordinator.report(of: $0) }
        )
      }
    }
  }

  func answer(_ study: Identifier<StudySummary>, _ question: JSONValue) async throws -> JSONValue {
    guard let name = names[study],
      let answer = studies[name]?.coordinator.answer(
        question.encoded(), nowMs: systemTimeMs()), answer.status == 200
    else { throw WorkflowError(.idNotFound, "no study \(study)") }
    return answer.json
  }
}
