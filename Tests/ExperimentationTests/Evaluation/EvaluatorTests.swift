import DataPipelines
import Foundation
import Testing

@testable import Experimentation

struct EvaluatorTests {
  @Test func `a good regression beats both baselines beyond chance`() throws {
    let details = try SampleEvaluation.regression()
    let rmse = try #require(details.result.metrics["rmse"])
    let linear = try #require(details.result.linearBaseline["rmse"])
    let trivial = try #require(details.result.trivialBaseline["rmse"])
    #expect(rmse.low < rmse.value && rmse.value < rmse.high)
    #expect(rmse.high < linear.low && linear.high < trivial.low)
    #expect(try #require(details.gainOverLinear).low > 0)
    #expect(try #require(details.gainOverTrivial).low > 0)
    #expect(details.importance.map(\.column) == ["a", "b", "group"])
    #expect(try #require(details.importance.last?.loss) == 0)
    let noise = details.robustness.filter { $0.disturbance == .noise }.map(\.value)
    #expect(noise.first == rmse.value)
    #expect(try #require(noise.last) > 2 * rmse.value)
    #expect(try #require(details.residuals?.coverage).value > 0.8)
    #expect(try #require(details.latency).callCount == 300)
  }

  @Test func `slices find the group with more noise`() throws {
    let details = try SampleEvaluation.regression()
    #expect(details.slices.map(\.column) == ["a", "group"], "asked for, then automatic")
    let groups = try #require(details.slices.last)
    #expect(groups.worstGroup(by: .rmse)?.label == "south")
    #expect(groups.groups.map(\.rowCount).reduce(0, +) == 600)
    #expect(details.slices.first?.groups.count == 4, "numbers are cut at their quartiles")
  }

  @Test func `an evaluation is the same for the same seed`() throws {
    var first = try SampleEvaluation.regression()
    var second = try SampleEvaluation.regression()
    first.latency = nil
    second.latency = nil
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    #expect(try encoder.encode(first) == encoder.encode(second))
  }

  @Test func `classes are measured with curves, calibration and confusion`() throws {
    let details = try SampleEvaluation.classification()
    #expect(try #require(details.result.metrics["auc"]).value > 0.9)
    #expect(try #require(details.result.trivialBaseline["auc"]).value == 0.5)
    #expect(details.confusion?.counts.reduce(0, +) == 600)
    let curve = try #require(details.curves.first)
    #expect(details.curves.count == 1 && curve.name == "yes")
    #expect(curve.roc.first == ClassCurve.Point(x: 0, y: 0))
    #expect(curve.roc.last == ClassCurve.Point(x: 1, y: 1))
    #expect(details.calibration?.bins.map(\.rowCount).reduce(0, +) == 600)
    #expect(details.gainOverLinear == nil)
  }

  @Test func `gates decide by the metrics and the worst slice`() throws {
    let gates = [
      Gate(metric: "rmse", atMost: 0.3), Gate(metric: "r2", atLeast: 0.99),
      Gate(metric: "rmse", slice: "group", maxGap: 0.01),
      Gate(metric: "rmse", slice: "group", maxGap: 0.5),
      Gate(metric: "rmse", slice: "no such column", maxGap: 0.5),
    ]
    let results = try SampleEvaluation.regression(gates: gates).result.gates
    #expect(results.map(\.passed) == [true, false, false, true, false])
    #expect(results[2].worstSlice == "south")
    #expect(results[4].value == nil)
  }

  @Test func `a gate on a metric of another task is an error that lists the right ones`() {
    #expect {
      try SampleEvaluation.regression(gates: [Gate(metric: "auc", atLeast: 0.5)])
    } throws: { error in
      let error = error as? ExperimentationError
      return error?.code == .gateInvalid && error?.hint?.contains("rmse") == true
    }
  }

  @Test func `a result survives JSON`() throws {
    let result = try SampleEvaluation.classification(
      gates: [Gate(metric: "auc", atLeast: 0.9)]
    ).result
    let data = try JSONEncoder().encode(result)
    #expect(try JSONDecoder().decode(EvaluationResult.self, from: data) == result)
  }

  @Test func `test rows of an unknown class count as errors, of two classes as the rest`() throws {
    let column = TableColumn(
      name: "t", type: .category, values: .strings(codes: [0, 1, 2, -1], values: ["x", "y", "z"]))
    #expect(
      try Truth.read(column, classes: ["x", "y"]) == .codes([0, 1, 0, -1], classes: ["x", "y"]))
    #expect(
      try Truth.read(column, classes: ["w", "x", "y"])
        == .codes([1, 2, 3, -1], classes: ["w", "x", "y", "z"]))
    let scorer = try PredictionScorer(
      truth: .codes([0, 3], classes: ["w", "x", "y", "z"]),
      output: .probabilities([1, 0, 0, 0.2, 0.5, 0.3], classCount: 3))
    #expect(scorer.metrics[.accuracy] == 0.5)
  }

  @Test func `a test split without a known target is refused with a hint`() {
    let table = Table(
      columns: [TableColumn(name: "y", type: .decimal, values: .numbers([.nan, .nan]))],
      rowCount: 2)
    for test in [table, table.rows([])] {
      #expect {
        try EvaluationData(
          manifest: SampleTable.manifest(target: "y", rowCount: 2),
          model: ModelManifestFacts(task: .regression, target: "y", classes: nil), test: test,
          training: table)
      } throws: { ($0 as? ExperimentationError)?.code == .evaluationImpossible }
    }
  }

  @Test func `one test row is enough for a report`() throws {
    let details = try SampleEvaluation.regression(rowCount: 1)
    #expect(details.result.rowCount == 1)
    #expect(details.result.metrics["r2"] == nil)
    #expect(Report(details: details).html().hasSuffix("</html>\n"))
  }
}

struct ForecastEvaluationTests {
  @Test func `a forecast is compared with the last value and shown by step`() throws {
    let times = (0..<40).map { Double($0) * 86_400 }
    let codes = (0..<40).map { Int32($0 / 20) }
    let values = (0..<40).map { Double($0 % 20) + ($0 < 20 ? 0 : 100) }
    let test = Table(
      columns: [
        TableColumn(name: "day", type: .timestamp, values: .numbers(times)),
        TableColumn(
          name: "shop", type: .category, values: .strings(codes: codes, values: ["a", "b"])),
        TableColumn(name: "y", type: .decimal, values: .numbers(values)),
      ], rowCount: 40)
    var manifest = SampleTable.manifest(target: "y", rowCount: 40)
    manifest.columns = [
      DatasetManifest.Column(name: "day", type: .timestamp, role: .time),
      DatasetManifest.Column(name: "shop", type: .category, role: .series),
      DatasetManifest.Column(name: "y", type: .decimal, role: .target),
    ]
    let past = Table(
      columns: [
        TableColumn(name: "day", type: .timestamp, values: .numbers([-2, -1, -1])),
        TableColumn(
          name: "shop", type: .category, values: .strings(codes: [0, 0, 1], values: ["a", "b"])),
        TableColumn(name: "y", type: .decimal, values: .numbers([50, 0, 100])),
      ], rowCount: 3)
    let model = FakeModel(task: .forecasting, target: "y", columns: ["day", "shop"]) { table in
      .numbers(table.numbers("y").map { $0 + 1 }, bounds: nil)
    }
    let data = try EvaluationData(
      manifest: manifest,
      model: ModelManifestFacts(task: .forecasting, target: "y", classes: nil), test: test,
      training: past, horizon: 5)
    let request = EvaluationRequest(
      datasetFolder: "", modelFolder: "", gates: [], slices: [], seed: 3, title: "shops",
      outputFolder: "")
    let details = try Evaluator(
      model: model, linear: nil, data: data, request: request, main: .mae, horizon: 5
    ).evaluate { _, _ in }
    #expect(details.result.metrics["mae"]?.value == 1)
    // The last value before each five days: 0 to 4 off in the first, then 1 to 5.
    #expect(details.result.trivialBaseline["mae"]?.value == 2.75)
    let forecast = try #require(details.forecast)
    #expect(forecast.steps.map(\.step) == [1, 2, 3, 4, 5])
    #expect(forecast.steps.map(\.rowCount) == [8, 8, 8, 8, 8])
    #expect(forecast.curves.map(\.series) == ["a", "b"])
    #expect(Report(details: details).html().contains("Error by step"))
  }
}
