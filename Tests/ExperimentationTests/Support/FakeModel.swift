import Basics
import DataPipelines
import Engines

@testable import Experimentation

/// A model that computes what a test wants.
struct FakeModel: EvaluatedModel {
  let treeCount = 0
  var manifest: ModelManifest
  var output: @Sendable (Table) -> ModelOutput
  var magnitudes: [String: Double] = [:]

  init(
    task: LearningTask, target: String, classes: [String]? = nil, columns: [String],
    output: @escaping @Sendable (Table) -> ModelOutput
  ) {
    manifest = ModelManifest(
      task: task, target: target, classes: classes,
      signature: columns.map { SignatureColumn(name: $0, type: .decimal, isOptional: true) },
      members: [
        ModelManifest.Member(engine: "linear", engineVersion: "1", file: "m.json", weight: 1)
      ], intervalHalfWidth: nil, seed: 7)
    self.output = output
  }

  func predict(_ table: Table) throws -> ModelOutput { output(table) }

  func contributions(_ table: Table) throws -> ColumnContributions? {
    ColumnContributions(
      columns: magnitudes.keys.sorted(),
      meanMagnitudes: magnitudes.sorted { $0.key < $1.key }.map(\.value))
  }
}

extension Table {
  /// The numbers of a column; a column that is not there is all zero.
  func numbers(_ name: String) -> [Double] {
    if case .numbers(let values)? = self[name]?.values { return values }
    return [Double](repeating: 0, count: rowCount)
  }
}

/// A table with two numbers, a group and two targets that follow from them.
enum SampleTable {
  static let groups = ["north", "south", "<b>&\"west\"</b>"]

  /// `y` is `2a + b` with noise that is three times as large in the south; `isHigh` is `y > 1`.
  static func make(rowCount: Int, seed: UInt64 = 1) -> Table {
    var generator = SeededGenerator(seed: seed)
    func unit() -> Double { generator.nextUnit() }
    let a = (0..<rowCount).map { _ in unit() }
    let b = (0..<rowCount).map { _ in unit() }
    let codes = (0..<rowCount).map { _ in Int32(generator.next(below: 3)) }
    let y = (0..<rowCount).map { row in
      2 * a[row] + b[row] + (unit() - 0.5) * (codes[row] == 1 ? 0.9 : 0.3)
    }
    return Table(
      columns: [
        TableColumn(name: "a", type: .decimal, values: .numbers(a)),
        TableColumn(name: "b", type: .decimal, values: .numbers(b)),
        TableColumn(
          name: "group", type: .category, values: .strings(codes: codes, values: groups)),
        TableColumn(name: "y", type: .decimal, values: .numbers(y)),
        TableColumn(
          name: "isHigh", type: .category,
          values: .strings(codes: y.map { $0 > 1.5 ? 1 : 0 }, values: ["no", "yes"])),
      ], rowCount: rowCount)
  }

  static func manifest(target: String, rowCount: Int) -> DatasetManifest {
    DatasetManifest(
      name: "sample",
      columns: [
        DatasetManifest.Column(name: "a", type: .decimal, role: .feature),
        DatasetManifest.Column(name: "b", type: .decimal, role: .feature),
        DatasetManifest.Column(name: "group", type: .category, role: .feature),
        DatasetManifest.Column(
          name: target, type: target == "y" ? .decimal : .category, role: .target),
      ], rowCount: rowCount, splitRowCounts: ["train": 0, "test": rowCount],
      sources: [
        DatasetManifest.Source(
          name: "sample.csv", sha256: String(repeating: "0", count: 64), bytes: 12, part: "data")
      ], splitRule: "random test=0.2 seed=7", converterVersion: 1)
  }
}

/// An evaluation of a model that is nearly right, on the sample table.
enum SampleEvaluation {
  static func regression(
    rowCount: Int = 600, gates: [Gate] = [], bias: Double = 0
  ) throws -> EvaluationDetails {
    let test = SampleTable.make(rowCount: rowCount)
    var model = FakeModel(task: .regression, target: "y", columns: ["a", "b", "group"]) { table in
      let values = zip(table.numbers("a"), table.numbers("b")).map {
        2 * ($0.isNaN ? 0.5 : $0) + ($1.isNaN ? 0.5 : $1) + bias
      }
      return .numbers(values, bounds: values.map { $0 - 0.3...$0 + 0.3 })
    }
    model.magnitudes = ["a": 0.5, "b": 0.25, "group": 0]
    let linear = FakeModel(task: .regression, target: "y", columns: ["a"]) { table in
      .numbers(table.numbers("a").map { 2 * $0 + 0.5 }, bounds: nil)
    }
    return try evaluate(model, linear: linear, target: "y", test: test, gates: gates, main: .rmse)
  }

  static func classification(
    rowCount: Int = 600, gates: [Gate] = []
  ) throws -> EvaluationDetails {
    let test = SampleTable.make(rowCount: rowCount)
    let model = FakeModel(
      task: .classification, target: "isHigh", classes: ["no", "yes"],
      columns: ["a", "b", "group"]
    ) { table in
      .probabilities(
        zip(table.numbers("a"), table.numbers("b")).flatMap { a, b -> [Double] in
          let chance = min(max((2 * a + b - 1), 0.02), 0.98)
          return [1 - chance, chance]
        }, classCount: 2)
    }
    return try evaluate(
      model, linear: nil, target: "isHigh", test: test, gates: gates, main: .auc)
  }

  static func evaluate(
    _ model: FakeModel, linear: FakeModel?, target: String, test: Table, gates: [Gate],
    main: MetricName
  ) throws -> EvaluationDetails {
    let data = try EvaluationData(
      manifest: SampleTable.manifest(target: target, rowCount: test.rowCount),
      model: ModelManifestFacts(
        task: model.manifest.task, target: target, classes: model.manifest.classes),
      test: test, training: SampleTable.make(rowCount: 300, seed: 2))
    let request = EvaluationRequest(
      datasetFolder: "", modelFolder: "", gates: gates, slices: ["a"], seed: 3,
      title: "Sample <script>alert(1)</script>", outputFolder: "")
    return try Evaluator(
      model: model, linear: linear, data: data, request: request, main: main, horizon: nil
    ).evaluate { _, _ in }
  }
}
