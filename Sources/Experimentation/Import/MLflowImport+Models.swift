import Basics

/// Logged models, traces and registered models.
extension MLflowImport {
  /// Brings a logged model over; its runs are here.
  func take(
    loggedModel line: MLflowLine, in experiment: Experiment, _ source: any MLflowSource,
    _ nowMs: Int64, _ counts: inout MLflowImportCounts
  ) async throws {
    let id = line.text("model_id")
    do {
      let (params, tags) = (try source.params(ofModel: line), try source.tags(ofModel: line))
      let metrics = try source.metrics(ofModel: line)
      // Its files first: who finds the model finds them.
      try await takeArtifacts(
        line.text("artifact_location"), ofRun: nil, source,
        to: experiment.artifactLocation + "/models/\(id)/artifacts", nowMs, &counts)
      let isNew = try await ledger.write { db in
        try LoggedModelStore.take(
          line, to: experiment, params: params, tags: tags, metrics: metrics, nowMs: nowMs, in: db)
      }
      counts.loggedModels += 1
      counts.knownLoggedModels += isNew ? 0 : 1
    } catch let error as ExperimentationError {
      counts.refused.append("Logged model \(visible(id)): \(error.message)")
    }
  }

  /// Brings a trace over with what was said about it, and its spans as the file that clients read.
  func take(
    trace item: MLflowTraceSource, in experiment: Experiment, _ source: any MLflowSource,
    _ nowMs: Int64, _ counts: inout MLflowImportCounts
  ) async throws {
    var trace = item.trace
    let location = experiment.artifactLocation + "/traces/\(trace.id)/artifacts"
    trace.tags["mlflow.artifactLocation"] = location
    do {
      if let spans = item.spans, let root = TrashPlan.folder(of: location) {
        let digest = try await objects.put(bytes: spans)
        let file = ArtifactFile(
          path: root + "/traces.json", sha256: digest, bytes: Int64(spans.count))
        try await ledger.write { db in
          if try ArtifactStore.digest(of: file.path, in: db) == nil {
            try ArtifactStore.put(file, nowMs: nowMs, in: db)
          }
        }
      } else {
        try await takeArtifacts(
          item.artifacts, ofRun: nil, source, to: location, nowMs, &counts)
      }
      let wanted = trace
      let isNew = try await ledger.write { db in
        if try TraceStore.isKnown(wanted.id, in: db) { return false }
        try TraceStore.put(wanted, in: db)
        return true
      }
      counts.traces += 1
      counts.knownTraces += isNew ? 0 : 1
    } catch let error as ExperimentationError {
      counts.refused.append("Trace \(visible(trace.id)): \(error.message)")
    }
  }

  /// Brings models, versions, aliases and tags over.
  func takeModels(
    _ source: any MLflowSource, _ nowMs: Int64, _ counts: inout MLflowImportCounts
  ) async throws {
    let project = project
    for line in try source.registeredModels() {
      let name = line.text("name")
      let description = line.text("description")
      let tags = try source.tags(ofRegistered: line)
      do {
        try await ledger.write { db in
          _ = try ModelStore.ensure(name, project: project, nowMs: nowMs, in: db)
          if !description.isEmpty {
            try ModelStore.change(
              name, description: description, project: project, nowMs: nowMs, in: db)
          }
          for (key, value) in tags {
            try ModelStore.setTag(key, value, of: name, project: project, in: db)
          }
        }
      } catch let error as ExperimentationError {
        counts.refused.append("Model \(visible(name)): \(error.message)")
        continue
      }
      for version in try source.versions(of: line) {
        do {
          try await take(version: version, of: line, source, nowMs, &counts)
        } catch let error as ExperimentationError {
          counts.refused.append(
            "Version \(visible(version.text("version"))) of \(visible(name)): \(error.message)")
        }
      }
      for (alias, version) in try source.aliases(of: line) {
        do {
          try await ledger.write { db in
            try ModelStore.setAlias(alias, of: name, to: version, project: project, in: db)
          }
        } catch let error as ExperimentationError {
          counts.refused.append("Alias \(visible(alias)) of \(visible(name)): \(error.message)")
        }
      }
    }
  }

  private func take(
    version line: MLflowLine, of model: MLflowLine, _ source: any MLflowSource, _ nowMs: Int64,
    _ counts: inout MLflowImportCounts
  ) async throws {
    let (project, name) = (project, model.text("name"))
    guard line.text("current_stage") != "Deleted_Internal",
      let number = line.integer("version").flatMap({ Int(exactly: $0) }), number >= 1
    else { return }
    var draft = ModelVersionDraft(
      registrationKey: "mlflow:\(source.path):\(name):\(number)", source: line.text("source"),
      description: line.text("description"), user: line.text("user_id"),
      runLink: line.text("run_link"))
    let run = line.text("run_id")
    draft.run = try await known(RunID(run))
    if draft.run == nil, !run.isEmpty { draft.foreignRun = run }
    let logged = line.text("model_id")
    if try await ledger.read({ db in try LoggedModelStore.isKnown(logged, in: db) }) {
      draft.loggedModel = logged
    }
    // A source that names a run or a logged model of the store leads to it here too.
    if !draft.source.hasPrefix("models:/m-") || draft.loggedModel == nil {
      let location = line.text("storage_location")
      let origin = location.isEmpty ? draft.source : location
      if Self.localPath(origin) != nil {
        let target = "mlflow-artifacts:/imported/\(name)/\(number)"
        try await takeArtifacts(origin, ofRun: nil, source, to: target, nowMs, &counts)
        draft.source = target
      }
    }
    let wanted = draft
    let stage = ModelStage(rawValue: line.text("current_stage")) ?? .none
    let tags = try source.tags(ofVersion: line, of: model)
    let kept = try await ledger.write { db in
      try ModelStore.reserveVersions(below: number, of: name, project: project, in: db)
      let version = try ModelStore.createVersion(
        of: name, wanted, project: project, nowMs: nowMs, in: db
      ).version
      try ModelStore.change(
        version, of: name, stage: stage, project: project, nowMs: nowMs, in: db)
      for (key, value) in tags {
        try ModelStore.setTag(
          key, value, ofVersion: version, of: name, project: project, in: db)
      }
      return version
    }
    counts.modelVersions += 1
    if kept != number {
      counts.remarks.append("Version \(number) of \(name) is version \(kept) here.")
    }
  }

  private func known(_ run: RunID?) async throws -> RunID? {
    guard let run else { return nil }
    return try await ledger.read { db in try RunRecord.find(run, in: db) == nil ? nil : run }
  }
}
