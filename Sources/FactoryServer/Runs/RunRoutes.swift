import API
import Basics
import Compute
import Experimentation
import HTTPTypes

/// The routes of runs.
extension FactoryRoutes {
  /// Adds `/api/v1/runs` and what is below it.
  func addRunRoutes(_ ledger: Ledger) {
    let runs = RunStore(ledger: ledger)
    route(.get, "/api/v1/runs", permission: .read) { request, context in
      let limit = try request.query("limit", default: 100, in: 1...1_000)
      let experiment = request.query("experiment").flatMap { ExperimentID($0) }
      let (found, _) = try await runs.search(
        in: experiment.map { [$0] }, filter: request.query("filter") ?? "",
        order: request.query("order").map { [$0] } ?? [],
        view: request.query("deleted") == nil ? .activeOnly : .deletedOnly,
        page: try SearchPage(limit: limit), project: context.project)
      return try WireResponse(RunListWire(runs: found.map { RunWire($0) }))
    }
    route(.get, "/api/v1/runs/{id}", permission: .read) { _, context in
      try WireResponse(RunWire(try await runs.details(try context.runID)))
    }
    route(.get, "/api/v1/runs/{id}/metrics/{key}", permission: .read) { request, context in
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
    for (method, path, stage) in [
      (HTTPRequest.Method.delete, "/api/v1/runs/{id}", LifecycleStage.deleted),
      (.post, "/api/v1/runs/{id}/restore", .active),
    ] {
      route(method, path, permission: .write) { _, context in
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
}

extension FactoryContext {
  /// The run in the path; a text of another shape names none.
  fileprivate var runID: RunID {
    get throws {
      let text = try parameter("id")
      guard let id = RunID(text) else {
        throw ExperimentationError(
          .runNotFound, "No run has the id \(text.prefix(60)).",
          hint: "A run's id has 32 hexadecimal digits; `aifactory runs list` shows the newest.")
      }
      return id
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
  }
}
