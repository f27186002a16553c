import MLflowProtocol
import Basics
import Experimentation
import Foundation
import HTTPTypes

extension FactoryRoutes {
  /// `traces/metrics`: numbers about many traces at once.
  func addMLflowTraceMetricRoutes(_ ledger: Ledger) {
    mlflow(.post, "traces/metrics", permission: .read, versions: ["3.0"]) { call in
      let fields = try await call.fields()
      let metric = try fields.required("metric_name")
      let experiments = try fields.strings("experiment_ids").map { try MLflowFields.experiment($0) }
      let query = try TraceMetricQuery(
        try fields.view(), metric: metric,
        aggregations: try fields.objects("aggregations").map { try $0.aggregation() },
        dimensions: try fields.strings("dimensions"), filters: try fields.strings("filters"),
        intervalSeconds: try fields.integer("time_interval_seconds"),
        startMs: try fields.integer("start_time_ms"), endMs: try fields.integer("end_time_ms"))
      let page = try fields.page(default: 1_000, atMost: 1_000)
      let all = try await TraceStore(ledger: ledger).metrics(query, in: experiments)
      let points = all.dropFirst(page.offset).prefix(page.limit)
      return MLflowAnswer { writer in
        writer.member("data_points", points) { $0.metricPoint(metric, $1) }
        writer.member(ifAny: "next_page_token", page.nextToken(count: all.count - page.offset))
      }
    }
  }
}

extension MLflowFields {
  fileprivate func view() throws -> TraceMetricQuery.View {
    switch self["view_type"] {
    case .string(let word): if let view = TraceMetricQuery.View(rawValue: word) { return view }
    // Numbers of the protocol's enumeration.
    case .number(1): return .traces
    case .number(2): return .spans
    case .number(3): return .assessments
    case nil: throw Self.missing("view_type")
    default: break
    }
    throw Self.invalid("view_type", self["view_type"] ?? .null)
  }

  fileprivate func aggregation() throws -> TraceMetricQuery.Aggregation {
    switch self["aggregation_type"] {
    case .string("COUNT"), .number(1): return .count
    case .string("SUM"), .number(2): return .sum
    case .string("AVG"), .number(3): return .average
    case .string("MIN"), .number(5): return .minimum
    case .string("MAX"), .number(6): return .maximum
    case .string("PERCENTILE"), .number(4):
      guard let percent = self["percentile_value"]?.numberValue, (0...100).contains(percent) else {
        throw MLflowFailure(
          .invalidParameterValue, "Percentile value must be between 0 and 100.")
      }
      return .percentile(percent)
    default: throw Self.invalid("aggregation_type", self["aggregation_type"] ?? .null)
    }
  }
}

extension JSONWriter {
  fileprivate mutating func metricPoint(_ metric: String, _ point: TraceMetricQuery.Point) {
    beginObject()
    member("metric_name", metric)
    key("dimensions")
    beginObject()
    if let bucket = point.bucketMs {
      member(
        "time_bucket",
        Date(timeIntervalSince1970: Double(bucket) / 1_000)
          .formatted(Date.ISO8601FormatStyle(timeZone: .gmt)).replacing("Z", with: "+00:00"))
    }
    for (name, text) in point.dimensions.sorted(by: { $0.key < $1.key }) {
      key(string: name)
      string(text)
    }
    endObject()
    key("values")
    beginObject()
    for (name, value) in point.values.sorted(by: { $0.key < $1.key }) {
      key(string: name)
      number(value)
    }
    endObject()
    endObject()
  }
}
