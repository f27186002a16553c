import MLflowProtocol
import Basics
import Experimentation
import HTTPTypes

extension FactoryRoutes {
  /// `metrics/…`: curves, whole and thinned out.
  func addMLflowMetricRoutes(_ runs: RunStore) {
    mlflow(.get, "metrics/get-history", permission: .read) { call in
      let fields = try await call.fields()
      let id = try fields.run()
      let key = try fields.required("metric_key")
      let page = try fields.page(default: 25_000, atMost: 1_000_000)
      let points = try await Self.knownOnly {
        try await runs.history(of: key, run: id, limit: page.limit + 1, offset: page.offset)
      }
      return try await MLflowAnswer.large(items: points.count) { writer in
        writer.member("metrics", points.prefix(page.limit)) { $0.metric($1) }
        writer.member(ifAny: "next_page_token", page.nextToken(count: points.count))
      }
    }
    mlflow(.get, "metrics/get-history-bulk", permission: .read) { call in
      let fields = try await call.fields()
      let texts = try fields.strings("run_id")
      guard !texts.isEmpty else {
        throw MLflowFailure(
          .invalidParameterValue,
          "GetMetricHistoryBulk request must specify at least one run_id.")
      }
      guard texts.count <= Self.mostRuns else {
        throw MLflowFailure(
          .invalidParameterValue,
          "GetMetricHistoryBulk request cannot specify more than \(Self.mostRuns) run_ids. "
            + "Received \(texts.count) run_ids.")
      }
      guard let key = try fields.string("metric_key"), !key.isEmpty else {
        throw MLflowFailure(
          .invalidParameterValue, "GetMetricHistoryBulk request must specify a metric_key.")
      }
      let wanted = try fields.integer("max_results", default: 25_000, in: 1...Int.max)
      var rest = min(wanted, 25_000)
      var found: [(run: RunID, points: [MetricPoint])] = []
      // In order of the runs, as MLflow's server tells them.
      for id in texts.sorted().compactMap({ RunID($0) }) where rest > 0 {
        let limit = rest
        let points = try await Self.knownOnly {
          try await runs.history(of: key, run: id, limit: limit)
        }
        rest -= points.count
        found.append((id, points))
      }
      return try await Self.answer(found)
    }
    mlflow(.get, "metrics/get-history-bulk-interval", permission: .read) { call in
      let fields = try await call.fields()
      let texts = try fields.strings("run_ids")
      guard !texts.isEmpty else { throw MLflowFields.missing("run_ids") }
      guard texts.count <= Self.mostRuns else {
        throw MLflowFailure(
          .invalidParameterValue,
          "GetMetricHistoryBulkInterval request must specify at most \(Self.mostRuns) run_ids. "
            + "Received \(texts.count) run_ids.")
      }
      let key = try fields.required("metric_key")
      let limit = try fields.integer("max_results") ?? 2_500
      guard (1...2_500).contains(limit) else {
        throw MLflowFailure(.invalidParameterValue, "max_results must be between 1 and 2500.")
      }
      let steps = try fields.steps()
      var found: [(run: RunID, points: [MetricPoint])] = []
      for id in texts.compactMap({ RunID($0) }) {
        let points = try await Self.knownOnly {
          try await runs.sample(of: key, run: id, steps: steps, limit: Int(limit))
        }
        found.append((id, points))
      }
      return try await Self.answer(found)
    }
  }

  /// Of how many runs one request may ask for curves.
  private static let mostRuns = 100

  /// Points of a curve; a run that does not exist has none.
  private static func knownOnly(
    _ points: () async throws -> [MetricPoint]
  ) async throws -> [MetricPoint] {
    do { return try await points() } catch let error as ExperimentationError
      where error.code == .runNotFound
    {
      return []
    }
  }

  private static func answer(
    _ found: [(run: RunID, points: [MetricPoint])]
  ) async throws -> MLflowAnswer {
    try await MLflowAnswer.large { writer in
      writer.key("metrics")
      writer.beginArray()
      for (run, points) in found {
        for point in points { writer.metric(point, run: run.rawValue) }
      }
      writer.endArray()
    }
  }
}

extension MLflowFields {
  fileprivate func steps() throws -> ClosedRange<Int64> {
    switch (try integer("start_step"), try integer("end_step")) {
    case (nil, nil): return .min ... .max
    case (let start?, let end?):
      guard start <= end else {
        throw MLflowFailure(
          .invalidParameterValue,
          "end_step must be greater than start_step. Found start_step=\(start) and "
            + "end_step=\(end).")
      }
      return start...end
    case (nil, _?), (_?, nil):
      throw MLflowFailure(
        .invalidParameterValue,
        "If either start step or end step are specified, both must be specified.")
    }
  }
}
