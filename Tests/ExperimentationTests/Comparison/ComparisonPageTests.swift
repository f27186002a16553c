import Basics
import Foundation
import TestSupport
import Testing

@testable import Experimentation

@Suite struct ComparisonPageTests {
  private func run(
    _ number: Int, params: [String: String], metrics: [String: Double]
  ) -> RunDetails {
    let id = RunID.derived(from: "test", "\(number)")
    return RunDetails(
      run: Run(
        id: id, experiment: .standard, name: "run <\(number)>", status: .finished,
        lifecycle: .active, user: "", job: nil, artifactLocation: "", startedAtMs: 0,
        endedAtMs: Int64(number + 1) * 1_000),
      metrics: metrics.sorted { $0.key < $1.key }.map {
        MetricPoint(key: $0.key, value: $0.value, step: 9, timestampMs: 0)
      }, params: params, tags: [:], inputs: [])
  }

  private func compared(_ count: Int) -> ComparedRuns {
    let runs = (0..<count).map { (number: Int) -> RunDetails in
      let metrics = [
        "test_rmse": 1 / Double(number + 1), "accuracy": Double(number), "weight": Double(number),
      ]
      return run(
        number,
        params: [
          "lr": "\(pow(10, -Double(number % 5)))",
          "act": number.isMultiple(of: 2) ? "relu" : "gelu",
          "epochs": "10",
        ],
        metrics: metrics)
    }
    let line = (0..<50).map { (step: Int) -> MetricPoint in
      let value = step == 20 ? Double.nan : 1 / Double(step + 1)
      return MetricPoint(key: "test_rmse", value: value, step: Int64(step), timestampMs: 0)
    }
    return ComparedRuns(
      runs: runs, experiments: [.standard: "wine & cheese"],
      curves: [.init(key: "test_rmse", lines: runs.indices.map { ($0, line) })])
  }

  @Test func `params that differ are told from those that do not`() {
    let compared = compared(4)
    #expect(compared.differingParams == ["act", "lr"])
    #expect(compared.equalParams == ["epochs"])
    #expect(compared.mainMetric == "test_rmse")
    #expect(compared.order == [3, 2, 1, 0])
  }

  @Test func `the best run is that of the metric's own direction`() {
    let compared = compared(4)
    #expect(compared.best(by: "test_rmse") == 3)
    #expect(compared.best(by: "accuracy") == 3)
    #expect(compared.best(by: "weight") == nil)
    #expect(self.compared(1).best(by: "accuracy") == nil)
  }

  @Test(arguments: [
    ("val_loss", GoalOfMetric.Goal?.some(.minimize)), ("test_rmse", .minimize),
    ("validation_log_loss", .minimize), ("curve/mlogloss", .minimize), ("f1_macro", .maximize),
    ("eval/accuracy", .maximize), ("r2", .maximize), ("epoch", nil), ("map", .maximize),
    ("roadmap", nil), ("system/cpu_utilization_percentage", nil), ("gates_failed", .minimize),
  ])
  func `a metric's name tells which way is better, or nothing`(
    name: String, goal: GoalOfMetric.Goal?
  ) {
    #expect(GoalOfMetric.guess(name) == goal)
  }

  @Test(arguments: [1, 2, 8, 9, 200])
  func `a page needs nothing from elsewhere and has a line for each run`(count: Int) throws {
    let html = ComparisonPage(compared(count), base: "http://here", nowMs: 0).html()
    for word in ["<link", "src=", "url(", "@import", "run <1>"] { #expect(!html.contains(word)) }
    #expect(html.contains("wine &amp; cheese"))
    #expect(html.contains(ComparisonScript.hash))
    let first = RunID.derived(from: "test", "0")
    #expect(html.contains("href=\"http://here/runs/\(first)\""))
    for number in 0..<count {
      #expect(html.contains("class=\"line run r\(number)\""), "run \(number)")
    }
    #expect(html.contains("Parallel coordinates") == (count > 1))
    #expect(html.contains("1 params are the same") || count == 1)
    #expect(html.utf8.count < 2_000_000)
  }

  @Test func `what a run is called cannot end the page's data or become markup`() throws {
    var compared = compared(2)
    compared.runs[0].run.name = "</script><b>\"\\\u{2028}"
    compared.runs[0].params["act"] = "<img onerror=x>"
    let html = ComparisonPage(compared, nowMs: 0).html()
    #expect(html.components(separatedBy: "</script>").count == 3)
    #expect(!html.contains("<img"))
    let start = try #require(html.range(of: "id=\"data\">"))
    let end = try #require(html.range(of: "</script>", range: start.upperBound..<html.endIndex))
    let data = Data(html[start.upperBound..<end.lowerBound].utf8)
    let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    #expect((object["names"] as? [String])?.first == compared.runs[0].run.name)
  }

  @Test func `axes take numbers, orders of magnitude, words, and what is missing`() throws {
    let linear = try #require(ParallelAxis(param: "a", values: ["1", "3", nil, "2"]))
    #expect(linear.shares == [0, 1, nil, 0.5])
    let wide = try #require(ParallelAxis(param: "a", values: ["0.0001", "0.01", "1"]))
    #expect(wide.shares.map { (($0 ?? -1) * 100).rounded() } == [0, 50, 100])
    #expect(wide.ticks.count == 5)
    let words = try #require(ParallelAxis(param: "a", values: ["relu", "gelu", "relu"]))
    #expect(words.kind == .words(["gelu", "relu"]))
    #expect(words.shares == [0.75, 0.25, 0.75])
    #expect(ParallelAxis(param: "a", values: ["x", "x", nil]) == nil)
    #expect(ParallelAxis(param: "a", values: (0..<40).map { "w\($0)" }) == nil)
    #expect(ParallelAxis(metric: "m", values: [1, nil, 1]) == nil)
  }

  @Test func `long curves keep their peaks, and many runs share the points of a page`()
    async throws
  {
    let home = try TemporaryLedger(ExperimentationMigrations.all)
    let ids = [RunID.derived(from: "a"), RunID.derived(from: "b")]
    for id in ids {
      try await home.ledger.write { db in
        try RunStore.create(id, experiment: .standard, name: "r", startedAtMs: 0, in: db)
        let points = (0..<20_000).map {
          MetricPoint(
            key: "loss", value: $0 == 7_777 ? 99 : 1, step: Int64($0), timestampMs: 0)
        }
        try RunStore.log(points, to: id, in: db)
        try RunStore.log(
          [MetricPoint(key: "once", value: 1, step: 0, timestampMs: 0)], to: id, in: db)
      }
    }
    let compared = try await ComparisonStore(ledger: home.ledger).compare(ids)
    #expect(compared.curves.map(\.key) == ["loss"])
    for line in compared.curves[0].lines {
      #expect(line.points.count <= 402)
      #expect(line.points.contains { $0.value == 99 })
    }
    #expect(ComparisonStore.pointLimit(runs: 200, metrics: 24) == 25)
    await #expect(throws: ExperimentationError.self) {
      try await ComparisonStore(ledger: home.ledger).compare([])
    }
    await #expect(throws: ExperimentationError.self) {
      try await ComparisonStore(ledger: home.ledger).compare([RunID.derived(from: "c")])
    }
  }
}
