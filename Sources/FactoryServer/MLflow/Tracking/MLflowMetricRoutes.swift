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
      let points = try await runs.history(
        of: key, run: id, limit: page.limit + 1, offset: page.offset)
      return MLflowAnswer { writer in
        writer.member("metrics", points.prefix(page.limit)) { $0.metric($1) }
        writer.member(ifAny: "next_page_token", page.nextToken(count: points.count))
      }
    }
    mlflow(.get, "metrics/get-history-bulk", permission: .read) { call in
      let fields = try await call.fields()
      let ids = try fields.runs("run_id")
      let key = try fields.required("metric_key")
      let limit = try fields.integer("max_results", default: 25_000, in: 1...25_000)
      var rest = limit
      var found: [(run: RunID, points: [MetricPoint])] = []
      for id in ids where rest > 0 {
        let points = try await runs.history(of: key, run: id, limit: rest)
        rest -= points.count
        found.append((id, points))
      }
      return Self.answer(found)
    }
    mlflow(.get, "metrics/get-history-bulk-interval", permission: .read) { call in
      let fields = try await call.fields()
      let ids = try fields.runs("run_ids")
      let key = try fields.required("metric_key")
      let limit = try fields.integer("max_results", default: 2_500, in: 1...2_500)
      let steps = try fields.steps()
      var found: [(run: RunID, points: [MetricPoint])] = []
      for id in ids {
        found.append((id, try await runs.sample(of: key, run: id, steps: steps, limit: limit)))
      }
      return Self.answer(found)
    }
  }

  private static func answer(_ found: [(run: RunID, points: [MetricPoint])]) -> MLflowAnswer {
    MLflowAnswer { writer in
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
  /// The runs whose curves are asked for; at most 100.
  fileprivate func runs(_ name: String) throws -> [RunID] {
    let texts = try strings(name)
    guard !texts.isEmpty else {
      throw MLflowFailure(
        .invalidParameterValue,
        "GetMetricHistoryBulk request must specify at least one \(name).")
    }
    guard texts.count <= 100 else {
      throw MLflowFailure(
        .invalidParameterValue,
        "GetMetricHistoryBulk request cannot specify more than 100 \(name)s. "
          + "Received \(texts.count).")
    }
    return try texts.map { text in
      guard let id = RunID(text) else {
        throw MLflowFailure(.doesNotExist, "Run with id=\(text.prefix(300)) not found")
      }
      return id
    }
  }

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
