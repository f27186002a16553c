import Testing

@testable import Experimentation

struct GateJudgeTests {
  private let metrics = [
    "rmse": MeasuredMetric(value: 0.75, low: 0.7, high: 0.8),
    "r2": MeasuredMetric(value: 0.5, low: 0.4, high: 0.6),
  ]

  @Test func `a value at its limit holds, one beyond it does not`() {
    #expect(judge(Gate(metric: "rmse", atMost: 0.75)).passed)
    #expect(!judge(Gate(metric: "rmse", atMost: 0.75.nextDown)).passed)
    #expect(judge(Gate(metric: "r2", atLeast: 0.5)).passed)
    #expect(!judge(Gate(metric: "r2", atLeast: 0.5.nextUp)).passed)
  }

  @Test func `both limits must hold and the broken one is told`() {
    let both = judge(Gate(metric: "r2", atMost: 0.9, atLeast: 0.6))
    #expect(!both.passed && both.limit == 0.6)
    let other = judge(Gate(metric: "r2", atMost: 0.45, atLeast: 0.1))
    #expect(!other.passed && other.limit == 0.45)
  }

  @Test func `what was not measured does not hold`() {
    let missing = judge(Gate(metric: "auc", atLeast: 0))
    #expect(!missing.passed && missing.value == nil)
    let notANumber = GateJudge.judge(
      [Gate(metric: "rmse", atMost: 1)],
      metrics: ["rmse": MeasuredMetric(value: .nan, low: .nan, high: .nan)], slices: [])
    #expect(notANumber.map(\.passed) == [false])
    #expect(notANumber[0].value == nil)
  }

  @Test func `a slice gate compares the worst group of enough rows with the whole`() {
    let slices = [report("type", [("red", 0.9), ("white", 0.7)])]
    let held = judge(Gate(metric: "rmse", slice: "type", maxGap: 0.16), slices)
    #expect(held.passed && held.worstSlice == "red")
    #expect(abs((held.value ?? 0) - 0.15) < 1e-12)
    #expect(!judge(Gate(metric: "rmse", slice: "type", maxGap: 0.14), slices).passed)
  }

  @Test func `a slice gate turns around where more is better`() {
    let slices = [report("type", [("red", 0.3), ("white", 0.6)], metric: "r2")]
    let result = judge(Gate(metric: "r2", slice: "type", maxGap: 0.1), slices)
    #expect(!result.passed && result.worstSlice == "red")
    #expect(abs((result.value ?? 0) - 0.2) < 1e-12)
  }

  @Test func `a slice gate without groups or with another column does not hold`() {
    for slices in [[], [report("other", [("a", 0.1)])], [report("type", [])]] {
      let result = judge(Gate(metric: "rmse", slice: "type", maxGap: 9), slices)
      #expect(!result.passed && result.value == nil)
    }
  }

  @Test func `a slice may have an absolute limit`() {
    let slices = [report("type", [("red", 0.9), ("white", 0.7)])]
    let result = judge(Gate(metric: "rmse", atMost: 0.8, slice: "type"), slices)
    #expect(!result.passed && result.value == 0.9 && result.worstSlice == "red")
  }

  @Test func `a failed gate says by how much`() {
    let result = judge(Gate(metric: "rmse", atMost: 0.7))
    #expect(result.sentence == "RMSE at most 0.7: 0.75, missed by 0.05")
    #expect(judge(Gate(metric: "auc", atLeast: 0.7)).shortfall == "could not be measured")
  }

  private func judge(_ gate: Gate, _ slices: [SliceReport] = []) -> GateResult {
    GateJudge.judge([gate], metrics: metrics, slices: slices)[0]
  }

  private func report(
    _ column: String, _ groups: [(String, Double)], metric: String = "rmse"
  ) -> SliceReport {
    SliceReport(
      column: column,
      groups: groups.map {
        SliceReport.Group(label: $0.0, rowCount: 40, metrics: [metric: $0.1], main: nil)
      }, smallGroupCount: 0, smallGroupRowCount: 0)
  }
}
