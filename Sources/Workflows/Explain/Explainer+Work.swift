internal import API
internal import Basics
internal import Compute
internal import DataPipelines
internal import Foundation
internal import JobProtocol
internal import Optimization
internal import Training

extension Explainer {
  /// The trials behind the model that a search's job made.
  func trialLinks(job: String) async throws -> [ExplanationWire.Link] {
    let store = StudyStore()
    let (study, trials) = try await ledger.read { db in
      let study = try store.study(ofJob: job, in: db)
      return (study, try study.map { try store.trials(of: $0.id, in: db) } ?? [])
    }
    guard let study else { return [] }
    let members = try await ensemble(job: job)
    let chosen = trials.filter { trial in members.contains { $0.trial == trial.number } }
    let head = ExplanationWire.Link(
      kind: "study", id: study.id.rawValue,
      details: ["\(trials.count) trials, sampler \(study.sampler), seed \(study.seed)"])
    return [head]
      + chosen.map { trial in
        let weight = members.first { $0.trial == trial.number }?.weight ?? 1
        return ExplanationWire.Link(
          kind: "trial", id: "\(study.id) \(trial.number)",
          details: [
            "objective \(trial.value.map(GateWords.number) ?? "none"), "
              + "weight \(GateWords.number(weight)) in the model",
            trial.parameters.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
              .joined(separator: " "),
          ])
      }
  }

  /// A job, what it was for, and the data that it worked on.
  func jobLinks(_ id: String) async throws -> [ExplanationWire.Link] {
    var details: [String] = []
    var dataset: String?
    if let (run, stage) = try await store.stage(ofJob: id) {
      let workflow = try await store.run(run)
      details.append("stage \(stage.rawValue) of workflow run \(run) (\(workflow.name))")
      dataset = workflow.dataset?.datasetVersion
    }
    if let job = Identifier<Job>(id) {
      do {
        details += try await jobs.explain(job).sentences
        let known = try await jobs.job(job)
        if known.spec.nodeCount > 1 {
          details.append("It takes \(known.spec.nodeCount) nodes of '\(known.site)'.")
        }
      } catch let error as JobError where error.code == .jobNotFound {
        details.append("The job is not in the ledger any more.")
      }
    }
    let link = ExplanationWire.Link(kind: "job", id: id, details: details)
    guard let dataset else { return [link] }
    return [link] + (try await links(datasetVersion: dataset))
  }

  /// A dataset version and the bytes that it was made from.
  func links(datasetVersion id: String) async throws -> [ExplanationWire.Link] {
    guard let identifier = Identifier<DatasetVersion>(id) else { return [] }
    let version = try await ledger.read { db in
      try DatasetStore.version(identifier, in: db)
    }
    let manifest = version.manifest
    let splits = manifest.splitRowCounts.sorted { $0.key < $1.key }
      .map { "\($0.key) \($0.value)" }.joined(separator: ", ")
    let link = ExplanationWire.Link(
      kind: "dataset version", id: id,
      details: [
        "\(manifest.name): \(manifest.rowCount) rows (\(splits))", "split: \(manifest.splitRule)",
        version.dataClass == .usual ? nil : "class: \(version.dataClass.rawValue)",
        version.job.map { "made by job \($0)" },
      ].compactMap(\.self))
    return [link]
      + manifest.sources.map { source in
        ExplanationWire.Link(
          kind: "source", id: source.sha256,
          details: ["\(source.name), \(source.bytes) bytes, \(source.part)"])
      } + (try await shardLinks(version))
  }

  /// The shards that made the tables of a dataset version, each with the files that it worked on.
  private func shardLinks(_ version: DatasetVersion) async throws -> [ExplanationWire.Link] {
    guard let job = version.job, let (run, _) = try await store.stage(ofJob: job),
      let shards = try await store.run(run).dataset?.shards
    else { return [] }
    return try shards.flatMap { shard -> [ExplanationWire.Link] in
      guard let folder = ObjectDigest(hex: shard.inputs) else { return [] }
      let files = try objects.manifest(folder).files
      let link = ExplanationWire.Link(
        kind: "shard", id: shard.job,
        details: ["made shard-\(shard.number)/ out of \(files.count) files"])
      return [link]
        + files.map { file in
          ExplanationWire.Link(
            kind: "file", id: file.sha256.hex, details: ["\(file.path), \(file.bytes) bytes"])
        }
    }
  }

  private func ensemble(job: String) async throws -> [TrainingResult.EnsembleMember] {
    guard let (run, _) = try await store.stage(ofJob: job) else { return [] }
    guard let result = try await store.run(run).training?.result else { return [] }
    return result.ensemble.isEmpty
      ? [TrainingResult.EnsembleMember(trial: result.bestTrial, weight: 1)] : result.ensemble
  }
}

/// Times and stages as people read them.
enum ExplainWords {
  /// ISO 8601 in UTC, to the second.
  static func time(_ ms: Int64) -> String {
    Date(timeIntervalSince1970: Double(ms) / 1_000)
      .formatted(.iso8601.dateSeparator(.dash).timeSeparator(.colon))
  }

  static func stage(_ stage: StageRun) -> String {
    let reused = stage.isReused ? ", taken over from an earlier run" : ""
    let jobs = stage.jobs.isEmpty ? "" : " (\(stage.jobs.map(\.job).joined(separator: ", ")))"
    return "stage \(stage.name.rawValue): \(stage.status.rawValue)\(reused)\(jobs)"
  }
}
