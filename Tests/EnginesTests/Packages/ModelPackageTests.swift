import Basics
import DataPipelines
import Foundation
import TestSupport
import Testing

@testable import Engines

struct ModelPackageTests {
  /// A regression ensemble of trees on the target's logarithm and a linear model.
  func regression(seed: UInt64 = 3) throws -> (ModelPackage, Table) {
    let sample = SampleTable(rows: 500, seed: seed)
    let pipeline = try FeaturePipeline.fit(sample.table, columns: sample.columns)
    let features = pipeline.transform(sample.table)
    let targets = targets(of: features)
    let matrix = try XGBoostMatrix(
      library: xgboost(), features: features,
      labels: targets.map { Float(TargetTransform.log1p.applied(to: $0)) })
    let booster = try XGBoostBooster(
      library: xgboost(), parameters: [("nthread", "1"), ("max_depth", "4")], matrices: [matrix])
    try booster.train(matrix, rounds: 10)
    let linear = try LinearModel.ridge(features, targets: targets, penalties: [0.1])[0]
    let package = ModelPackage(
      task: .regression, target: "y", classes: nil,
      signature: SignatureColumn.signature(of: sample.columns, in: sample.table),
      pipeline: pipeline,
      members: [
        .init(
          model: .xgboost(bytes: try booster.bytes(), version: "3.2.0"), weight: 0.75,
          targetTransform: .log1p),
        .init(model: .linear(linear), weight: 0.25),
      ], intervalHalfWidth: 0.5, example: sample.table, seed: seed)
    return (package, SampleTable(rows: 90, seed: seed + 1).table)
  }

  func targets(of features: FeatureMatrix) -> [Double] {
    (0..<features.rowCount).map { row in
      let values = features.values[row * features.columnCount..<row * features.columnCount + 3]
      return values.reduce(1) { $0 + ($1.isNaN ? 1 : abs(Double($1)).squareRoot() / 100) }
    }
  }

  func classification(classes: [String]) throws -> (ModelPackage, Table) {
    let sample = SampleTable(rows: 500, seed: 8)
    let pipeline = try FeaturePipeline.fit(sample.table, columns: sample.columns)
    let features = pipeline.transform(sample.table)
    let labels = (0..<500).map { row -> Int in
      let value = features.values[row * features.columnCount + 2]
      return (row % 5 == 0 || value.isNaN ? row : Int(value)) % classes.count
    }
    let matrix = try XGBoostMatrix(
      library: xgboost(), features: features, labels: labels.map(Float.init))
    let objective =
      classes.count == 2
      ? [("objective", "binary:logistic")]
      : [("objective", "multi:softprob"), ("num_class", "\(classes.count)")]
    let booster = try XGBoostBooster(
      library: xgboost(), parameters: objective + [("nthread", "1")], matrices: [matrix])
    try booster.train(matrix, rounds: 8)
    let linear = try LinearModel.logistic(
      features, classes: labels, classCount: classes.count, penalties: [0.1])[0]
    let package = ModelPackage(
      task: .classification, target: "y", classes: classes,
      signature: SignatureColumn.signature(of: sample.columns, in: sample.table),
      pipeline: pipeline,
      members: [
        .init(model: .xgboost(bytes: try booster.bytes(), version: "3.2.0"), weight: 0.6),
        .init(model: .linear(linear), weight: 0.4),
      ], intervalHalfWidth: nil, example: sample.table, seed: 1)
    return (package, SampleTable(rows: 90, seed: 9).table)
  }

  func written(_ package: ModelPackage) throws -> (Predictor, TemporaryFolder) {
    let folder = try TemporaryFolder()
    try package.write(to: folder.path("model"))
    let predictor = try ModelPackage.load(
      folder: folder.path("model"), engines: testEngines, threads: 1)
    return (predictor, folder)
  }

  @Test func `numbers are the weighted mean of the members with an interval around`() throws {
    let (package, table) = try regression()
    let (predictor, _) = try written(package)
    let features = package.pipeline.transform(table)
    guard case .xgboost(let bytes, _) = package.members[0].model,
      case .linear(let linear) = package.members[1].model
    else { return }
    let trees = try XGBoostBooster(library: xgboost(), bytes: bytes).predict(features)
    let lines = linear.predictions(of: features)
    for (row, prediction) in try predictor.predict(table).enumerated() {
      guard case .number(let value, let interval) = prediction else {
        Issue.record("\(prediction)")
        continue
      }
      let expected = 0.75 * expm1(Double(trees[row])) + 0.25 * lines[row]
      #expect(abs(value - expected) <= 1e-9 * abs(expected))
      #expect(interval == value - 0.5...value + 0.5)
    }
  }

  @Test(arguments: [["no", "yes"], ["a", "b", "c"]])
  func `probabilities are of the classes in order and add up to one`(classes: [String]) throws {
    let (package, table) = try classification(classes: classes)
    let (predictor, _) = try written(package)
    let features = package.pipeline.transform(table)
    guard case .xgboost(let bytes, _) = package.members[0].model,
      case .linear(let linear) = package.members[1].model
    else { return }
    let trees = try XGBoostBooster(library: xgboost(), bytes: bytes).predict(features)
    let lines = linear.predictions(of: features)
    for (row, prediction) in try predictor.predict(table).enumerated() {
      guard case .classes(let probabilities) = prediction else { continue }
      #expect(probabilities.count == classes.count)
      #expect(abs(probabilities.reduce(0, +) - 1) < 1e-12)
      let last = classes.count - 1
      let tree = classes.count == 2 ? trees[row] : trees[row * 3 + last]
      let expected = 0.6 * Double(tree) + 0.4 * lines[row * classes.count + last]
      #expect(abs(probabilities[last] - expected) < 1e-6)
    }
  }

  @Test func `a request's predictions are those of the table, to the bit`() throws {
    for (package, table) in [try regression(), try classification(classes: ["a", "b", "c"])] {
      let (predictor, _) = try written(package)
      let expected = try predictor.predict(table)
      let all = RowWriter.json(of: table, rows: 0..<table.rowCount, package.signature)
      #expect(try all.withUnsafeBufferPointer { try predictor.predict(json: $0) } == expected)
      #expect(try predictor.predict(predictor.parseRows(all)) == expected)
      for row in 0..<table.rowCount {
        let one = RowWriter.json(of: table, rows: row..<row + 1, package.signature)
        let predicted = try one.withUnsafeBufferPointer { try predictor.predict(json: $0) }
        #expect(predicted == [expected[row]])
      }
    }
  }

  @Test func `many rows go through the engine's threads and come out the same`() throws {
    let (package, _) = try regression()
    let folder = try TemporaryFolder()
    try package.write(to: folder.path("model"))
    let table = SampleTable(rows: 5_000, seed: 77).table
    let predictions = try [1, 2].map { threads in
      try ModelPackage.load(folder: folder.path("model"), engines: testEngines, threads: threads)
        .predict(table)
    }
    #expect(predictions[0] == predictions[1])
  }

  @Test func `the same package has the same bytes, and its example is a valid row`() throws {
    let (first, _) = try regression()
    let (second, _) = try regression()
    let (predictor, folder) = try written(first)
    let (_, other) = try written(second)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path("model")).sorted()
    #expect(
      names == ["example.json", "features.json", "member-0.ubj", "member-1.json", "model.json"])
    for name in names {
      #expect(
        FileManager.default.contents(atPath: folder.path("model/\(name)"))
          == FileManager.default.contents(atPath: other.path("model/\(name)")), "\(name)")
    }
    let example = try #require(
      FileManager.default.contents(atPath: folder.path("model/example.json")))
    #expect(try predictor.predict(predictor.parseRows([UInt8](example))).count == 1)
  }

  @Test func `trees are served where their engine is missing, only explanations are not`() throws {
    let (package, table) = try regression()
    let folder = try TemporaryFolder()
    try package.write(to: folder.path("model"))
    let predictor = try ModelPackage.load(
      folder: folder.path("model"), engines: EngineLocator(folder: folder.path), threads: 1)
    #expect(try predictor.predict(table).count == table.rowCount)
    let error = #expect(throws: EngineError.self) { try predictor.explain(table) }
    #expect(error?.code == .engineMissing)
  }

  @Test func `SHAP values of the columns add up to the log-odds`() throws {
    let (package, table) = try classification(classes: ["no", "yes"])
    let (predictor, _) = try written(package)
    let explanation = try predictor.explain(table)
    #expect(explanation.columns == package.pipeline.inputColumns)
    #expect(explanation.outputCount == 1)
    let features = package.pipeline.transform(table)
    var margins = [Double](repeating: 0, count: table.rowCount)
    for member in predictor.members {
      let own: [Double] =
        switch member.kind {
        case .linear(let model): model.margins(of: features)
        case .trees(let trees, _): (trees?.margins(of: features) ?? []).map(Double.init)
        }
      for row in margins.indices { margins[row] += member.weight * own[row] }
    }
    for row in 0..<table.rowCount {
      let sum = explanation.columns.indices.reduce(explanation.baseValues[0]) {
        $0 + explanation.value(row: row, column: $1)
      }
      #expect(abs(sum - margins[row]) < 1e-4)
    }
  }

  @Test func `a damaged or half package is refused with the file's name`() throws {
    let (package, _) = try regression()
    for name in ["model.json", "features.json", "member-1.json"] {
      let (_, folder) = try written(package)
      try Data("{".utf8).write(to: URL(fileURLWithPath: folder.path("model/\(name)")))
      let error = #expect(throws: EngineError.self) {
        try ModelPackage.load(folder: folder.path("model"), engines: testEngines, threads: 1)
      }
      #expect(error?.code == .modelPackageInvalid)
      #expect(error?.message.contains(name) == true)
    }
    let error = #expect(throws: EngineError.self) {
      try ModelPackage.load(folder: "/nowhere", engines: testEngines, threads: 1)
    }
    #expect(error?.code == .modelPackageInvalid)
  }

  @Test func `predictions are written as the wire wants them`() throws {
    let (classes, _) = try classification(classes: ["no", "y\"es"])
    let (predictor, _) = try written(classes)
    var json: [UInt8] = []
    predictor.append(.classes(probabilities: [0.25, 0.75]), to: &json)
    #expect(
      String(decoding: json, as: UTF8.self)
        == #""value":"y\"es","probabilities":{"no":0.25,"y\"es":0.75}"#)
    json = []
    predictor.append(.number(5.5, interval: 4...7), to: &json)
    #expect(String(decoding: json, as: UTF8.self) == #""value":5.5,"interval":[4,7]"#)
    json = []
    predictor.append(.number(.nan, interval: nil), to: &json)
    #expect(String(decoding: json, as: UTF8.self) == #""value":null"#)
  }
}
