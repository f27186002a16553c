import Basics
import DataPipelines
import Engines
import JobProtocol
import Testing

@testable import Training

/// Tables that nobody prepared: a model, or an error that says what is wrong.
struct RobustnessTests {
  func changed(
    _ dataset: SyntheticTable.Dataset, _ name: String, _ values: ColumnValues,
    type: ColumnType = .decimal
  ) -> SyntheticTable.Dataset {
    var result = dataset
    result.table = Table(
      columns: dataset.table.columns.map {
        $0.name == name ? TableColumn(name: name, type: type, values: values) : $0
      }, rowCount: dataset.table.rowCount)
    return result
  }

  func code(_ body: () throws -> Void) -> String? {
    do {
      try body()
      return nil
    } catch let error as any FactoryError {
      #expect(error.message.count > 10)
      return error.code.rawValue
    } catch {
      Issue.record("not an error for people: \(error)")
      return nil
    }
  }

  @Test func `a constant target is predicted`() throws {
    let dataset = SyntheticTable.regression(rows: 100)
    let constant = changed(dataset, "y", .numbers(Array(repeating: 5, count: 100)))
    let trained = try TrainingRunTests.train(constant, trials: 2)
    guard case .number(let value, _)? = try trained.predictor.predict(constant.table).first else {
      Issue.record("no number")
      return
    }
    #expect(abs(value - 5) < 1e-3)
  }

  @Test func `rows without a target are left out and counted`() throws {
    let dataset = SyntheticTable.regression(rows: 200)
    let known = TrainingRunTests.numbers(dataset.table, "y")
    let holes = known.enumerated().map { $0.offset % 4 == 0 ? .nan : $0.element }
    let trained = try TrainingRunTests.train(changed(dataset, "y", .numbers(holes)), trials: 1)
    let dropped = trained.reports.compactMap { report -> String? in
      if case .parameter("rows_without_target", let value) = report { value } else { nil }
    }
    #expect((Int(dropped.first ?? "") ?? 0) > 20)
  }

  @Test func `too few rows, no target, one class and no feature are told`() {
    let one = SyntheticTable.regression(rows: 1)
    #expect(code { _ = try TrainingRunTests.train(one, trials: 1) } == "too_few_rows")
    let missing = changed(
      SyntheticTable.regression(rows: 50), "y", .numbers(Array(repeating: .nan, count: 50)))
    #expect(code { _ = try TrainingRunTests.train(missing, trials: 1) } == "too_few_rows")
    let same = changed(
      SyntheticTable.classification(rows: 50, classes: 2), "y",
      .strings(codes: Array(repeating: 0, count: 50), values: ["c0"]), type: .category)
    #expect(code { _ = try TrainingRunTests.train(same, trials: 1) } == "too_few_classes")

    var bare = SyntheticTable.regression(rows: 50)
    for name in ["x0", "x1", "x2"] {
      bare = changed(bare, name, .numbers(Array(repeating: .nan, count: 50)))
    }
    bare = changed(
      bare, "kind", .strings(codes: Array(repeating: -1, count: 50), values: []), type: .category)
    #expect(code { _ = try TrainingRunTests.train(bare, trials: 1) } == "no_features")

    let wrong = SyntheticTable.regression(rows: 50)
    #expect(
      code { _ = try TrainingRunTests.train(wrong, trials: 1) { $0.metric = "auc" } }
        == "metric_unfit")
    #expect(
      code { _ = try TrainingRunTests.train(wrong, trials: 1) { $0.search.sampler = "magic" } }
        == "sampler_unknown")
  }

  @Test func `a table without validation or with few rows is cross-validated`() throws {
    var dataset = SyntheticTable.classification(rows: 24, classes: 3)
    dataset = changed(
      dataset, "_split", .numbers(Array(repeating: 0, count: 24)), type: .integer)
    let trained = try TrainingRunTests.train(dataset, trials: 2)
    #expect(trained.result.crossValidationFolds == 5)
  }

  @Test func `a search whose every trial fails says why`() throws {
    // Validation rows of one class: auc has no value on them.
    var dataset = SyntheticTable.rareClass(rows: 2600)
    let splits = TrainingRunTests.numbers(dataset.table, "_split")
    guard let place = dataset.table.columns.firstIndex(where: { $0.name == "y" }),
      case .strings(let codes, let values) = dataset.table.columns[place].values
    else { return }
    var columns = dataset.table.columns
    columns[place] = TableColumn(
      name: "y", type: .category,
      values: .strings(codes: zip(codes, splits).map { $1 == 1 ? 0 : $0 }, values: values))
    dataset.table = Table(columns: columns, rowCount: dataset.table.rowCount)
    let error = #expect(throws: TrainingError.self) {
      try TrainingRunTests.train(dataset, trials: 3) { $0.metric = "auc" }
    }
    #expect(error?.code == .allTrialsFailed)
    #expect(
      error?.message
        == "none of 3 trials gave a model: the metric auc has no value on the validation rows")
    #expect(error?.hint != nil)
  }

  @Test func `two thousand columns are trained on`() throws {
    var dataset = SyntheticTable.regression(rows: 60)
    var random = SeededGenerator(seed: 2)
    let extra = (0..<2000).map { place in
      TableColumn(
        name: "wide\(place)", type: .decimal,
        values: .numbers((0..<60).map { _ in random.nextUnit() }))
    }
    dataset.table = Table(columns: dataset.table.columns + extra, rowCount: 60)
    dataset.manifest.columns += extra.map {
      DatasetManifest.Column(name: $0.name, type: .decimal, role: .feature)
    }
    let trained = try TrainingRunTests.train(dataset, trials: 1)
    #expect(try trained.predictor.predict(dataset.table).count == 60)
  }
}
