import API
import Basics
import Compute
import Experimentation
import HTTPTypes
import Hummingbird

/// The routes of runs.
extension FactoryRoutes {
  /// Adds `/api/v1/runs` and what is below it.
  func addRunRoutes(_ ledger: Ledger) {
    let runs = RunStore(ledger: ledger)
    route(
      .get, "/api/v1/runs", permission: .read,
      .api(
        "Finds runs, newest first.",
        query: [
          .limit(1_000), .text("experiment", "Identifier or name of an experiment."),
          .text("filter", "As in MLflow: metrics.rmse < 1 AND params.depth = '6'."),
          .text("order", "As in MLflow: metrics.rmse ASC."),
          .text("deleted", "Deleted ones where it is given."),
          .text("parent", "Identifier of a run: those right below it."),
          .text("roots", "true: those that stand below no other."),
        ], answer: .json(RunListWire.self))
    ) { request, context in
      let limit = try request.query("limit", default: 100, in: 1...1_000)
      let experiment = try await Self.experiment(
        request.query("experiment"), in: context.project, ledger)
      let (found, _) = try await runs.search(
        in: experiment.map { [$0] }, filter: request.query("filter") ?? "",
        order: request.query("order").map { [$0] } ?? [],
        view: request.query("deleted") == nil ? .activeOnly : .deletedOnly,
        level: try RunLevel(request),
        page: try SearchPage(limit: limit), project: context.project)
      return try WireResponse(RunListWire(runs: found.map { RunWire($0) }))
    }
    route(
      .get, "/api/v1/runs/{id}", permission: .read,
      .api("Tells of a run.", answer: .json(RunWire.self))
    ) { _, context in
      let id = try context.runID
      let details = try await runs.details(id)
      var wire = RunWire(details)
      wire.children = try await runs.children(of: id).map {
        RunWire.Child(id: $0.id.rawValue, name: $0.name, status: $0.status.rawValue)
      }
      wire.artifacts = try await ArtifactStore(ledger: ledger).files(of: details.run).map {
        RunWire.Artifact(path: $0.path, bytes: $0.bytes)
      }
      return try WireResponse(wire)
    }
    route(
      .get, "/api/v1/runs/{id}/metrics/{key}", permission: .read,
      .api(
        "Tells the points of a metric.",
        query: [
          .limit(100_000),
          .integer("sample", 0...100_000, "Thin the curve out to so many points; 0 does not."),
        ], answer: .json(MetricHistoryWire.self))
    ) { request, context in
      let limit = try request.query("limit", default: 10_000, in: 1...100_000)
      let key = try context.parameter("key")
      let sample = try request.query("sample", default: 0, in: 0...100_000)
      let points =
        sample > 0
        ? try await runs.sample(of: key, run: try context.runID, limit: sample)
        : try await runs.history(of: key, run: try context.runID, limit: limit)
      return try WireResponse(
        MetricHistoryWire(
          key: key,
          points: points.map {
            MetricHistoryWire.Point(
              value: $0.value, step: $0.step, timestampMs: $0.timestampMs)
          }))
    }
    for (method, path, stage, words) in [
      (
        HTTPRequest.Method.delete, "/api/v1/runs/{id}", LifecycleStage.deleted,
        "Puts a run into the trash."
      ),
      (.post, "/api/v1/runs/{id}/restore", .active, "Takes a run out of the trash."),
    ] {
      route(
        method, path, permission: .write, .api(words, answer: .json(RunWire.self))
      ) { _, context in
        let id = try context.runID
        let now = systemTimeMs()
        let details = try await ledger.write { db in
          try RunStore.setLifecycle(stage, of: id, nowMs: now, in: db)
          return try RunStore.details(id, in: db)
        }
        return try WireResponse(RunWire(details))
      }
    }
  }

  /// The experiment that a query names by its identifier or its name; nil for none.
  private static func experiment(
    _ text: String?, in project: String, _ ledger: Ledger
  ) async throws -> ExperimentID? {
    guard let text else { return nil }
    if let id = ExperimentID(text) { return id }
    do {
      return try await ledger.read { db in
        try ExperimentStore.experiment(named: text, project: project, in: db).id
      }
    } catch let error as ExperimentationError {
      guard error.code == .experimentNotFound else { throw error }
      // What lists runs is there; it is the query that is wrong.
      throw ServerError(
        .badRequest, "No experiment has the name or the identifier '\(text.prefix(60))'.",
        hint: "`aifactory experiments list` shows those there are.")
    }
  }
}

extension FactoryContext {
  /// The run in the path; a text of another shape names none.
  var runID: RunID {
    get throws {
      try RunID(query: try parameter("id"))
    }
  }
}

extension RunWire {
  init(_ details: RunDetails) {
    let run = details.run
    self.init(
      id: run.id.rawValue, experiment: run.experiment.rawValue, name: run.name,
      status: run.status.rawValue, user: run.user, job: run.job, startedAtMs: run.startedAtMs,
      endedAtMs: run.endedAtMs,
      metrics: [String: Double](
        details.metrics.map { ($0.key, $0.value) }, uniquingKeysWith: { _, last in last }),
      params: details.params, tags: details.tags,
      inputs: details.inputs.map {
        Input(
          name: $0.name, digest: $0.digest, context: $0.context,
          datasetVersion: $0.datasetVersion)
      })
    parent = details.tags[RunTagKey.parent]
  }
}

extension RunLevel {
  /// `roots=true` asks for runs that stand below no other, `parent=ID` for those right below one.
  fileprivate init(_ request: Request) throws {
    if let text = request.query("parent") {
      guard let parent = RunID(text) else {
        throw ServerError(
          .badRequest, "'parent' is '\(text.prefix(60))'; expected the identifier of a run.")
      }
      self = .below(parent)
    } else {
      self = request.query("roots") == "true" ? .roots : .all
    }
  }
}
