import API
import Experimentation
import HTTPTypes

/// The routes of runs.
extension FactoryRoutes {
  /// Adds `/api/v1/runs` and what is below it.
  func addRunRoutes(_ runs: RunStore) {
    route(.get, "/api/v1/runs", permission: .read) { request, context in
      let limit = try request.query("limit", default: 100, in: 1...1_000)
      let list = try await runs.list(limit: limit, in: context.project)
      return try WireResponse(RunListWire(runs: list.map { RunWire($0) }))
    }
    route(.get, "/api/v1/runs/{id}", permission: .read) { _, context in
      try WireResponse(RunWire(try await runs.details(try context.runID)))
    }
    route(.get, "/api/v1/runs/{id}/metrics/{key}", permission: .read) { request, context in
      let limit = try request.query("limit", default: 10_000, in: 1...100_000)
      let key = try context.parameter("key")
      let points = try await runs.history(of: key, run: try context.runID, limit: limit)
      return try WireResponse(
        MetricHistoryWire(
          key: key,
          points: points.map {
            MetricHistoryWire.Point(
              value: $0.value, step: $0.step, timestampMs: $0.timestampMs)
          }))
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
