import Basics
import Foundation
import Testing

@testable import Engines

struct XGBoostBoosterTests {
  let parameters = [
    ("objective", "reg:squarederror"), ("tree_method", "hist"), ("max_depth", "4"),
    ("eta", "0.3"), ("nthread", "2"), ("seed", "7"), ("subsample", "0.8"),
  ]

  /// y = 3·[x0 > 0.5] + [code ∈ {1, 3}], x1 missing in every fifth row.
  func sample(rows: Int = 400) -> (FeatureMatrix, [Float]) {
    var generator = SeededGenerator(seed: 3)
    var values: [Float] = []
    var labels: [Float] = []
    for row in 0..<rows {
      let first = Float.random(in: 0..<1, using: &generator)
      let code = Int.random(in: 0..<5, using: &generator)
      let second = row % 5 == 0 ? Float.nan : Float.random(in: -1..<1, using: &generator)
      values += [first, second, Float(code)]
      labels.append((first > 0.5 ? 3 : 0) + (code == 1 || code == 3 ? 1 : 0))
    }
    let types: [FeatureType] = [.quantity, .quantity, .category]
    return (FeatureMatrix(rowCount: rows, types: types, values: values), labels)
  }

  func trained(rounds: Int = 20) throws -> (XGBoostBooster, XGBoostMatrix, [Float]) {
    let (features, labels) = sample()
    let matrix = try XGBoostMatrix(library: xgboost(), features: features, labels: labels)
    let booster = try XGBoostBooster(
      library: xgboost(), parameters: parameters, matrices: [matrix])
    try booster.train(matrix, rounds: rounds)
    return (booster, matrix, labels)
  }

  @Test func `the pinned library is loaded`() throws {
    #expect(try xgboost().version == "3.2.0")
  }

  @Test func `trees learn steps of quantities and sets of categories`() throws {
    let (booster, matrix, labels) = try trained()
    let predictions = try booster.predict(matrix)
    let error = zip(predictions, labels).map { abs($0 - $1) }.max() ?? .nan
    #expect(error < 0.2)
    let gains = try booster.gains(featureCount: 3)
    #expect(gains[0] > gains[1] && gains[2] > gains[1])
  }

  @Test func `the same seed and data give the same model to the bit`() throws {
    let (first, second) = (try trained().0.bytes(), try trained().0.bytes())
    #expect(first == second)
  }

  @Test func `a matrix of bins trains the same trees as one of values, again and again`() throws {
    let (features, labels) = sample()
    let models = try [XGBoostMatrix.Storage.values, .bins(64), .bins(64)].map { storage in
      let matrix = try XGBoostMatrix(
        library: xgboost(), features: features, labels: labels,
        weights: labels.map { 1 + $0 }, storage: storage, threads: 2)
      let booster = try XGBoostBooster(
        library: xgboost(), parameters: parameters + [("max_bin", "64")], matrices: [matrix])
      try booster.train(matrix, rounds: 5)
      return try booster.bytes()
    }
    #expect(models[1] == models[2])
    #expect(models[0] == models[1])
  }

  @Test func `a round's metrics are told and the caller stops the training`() throws {
    let (features, labels) = sample()
    let matrix = try XGBoostMatrix(library: xgboost(), features: features, labels: labels)
    let booster = try XGBoostBooster(
      library: xgboost(),
      parameters: parameters + [("eval_metric", "rmse"), ("eval_metric", "mae")],
      matrices: [matrix])
    var told: [[String: Double]] = []
    let rounds = try booster.train(matrix, rounds: 50) { booster, round in
      let metrics = try booster.evaluate(matrix, round: round)
      told.append(Dictionary(uniqueKeysWithValues: metrics.map { ($0.name, $0.value) }))
      return round == 4 ? .stop : .proceed
    }
    #expect(rounds == 5)
    #expect(try booster.roundCount == 5)
    let margins = try booster.margins(of: matrix)
    let squares = zip(margins, labels).map { Double($0 - $1) * Double($0 - $1) }
    let rmse = (squares.reduce(0, +) / Double(labels.count)).squareRoot()
    #expect(abs((told.last?["rmse"] ?? .nan) - rmse) < 1e-6)
    #expect(told.last?["mae"] != nil)
  }

  @Test func `a slice predicts like the first rounds and a saved model like its origin`() throws {
    let (booster, matrix, _) = try trained()
    let slice = try booster.slice(rounds: 0..<7)
    #expect(try slice.margins(of: matrix) == booster.margins(of: matrix, rounds: 0..<7))
    let path = NSTemporaryDirectory() + UUID().uuidString + ".ubj"
    defer { try? FileManager.default.removeItem(atPath: path) }  // a leftover harms nobody
    try booster.save(to: path)
    let loaded = try XGBoostBooster(library: xgboost(), path: path)
    #expect(try loaded.margins(of: matrix) == booster.margins(of: matrix))
    let copied = try XGBoostBooster(library: xgboost(), bytes: booster.bytes())
    #expect(try copied.margins(of: matrix) == booster.margins(of: matrix))
  }

  @Test func `predictions without a matrix equal those with one`() throws {
    let (booster, matrix, _) = try trained()
    #expect(
      try booster.predict(sample().0, output: .margin)
        == booster.predict(matrix, output: .margin))
  }

  @Test func `SHAP values and bias add up to the margin`() throws {
    let (booster, matrix, _) = try trained()
    let margins = try booster.margins(of: matrix)
    let contributions = try booster.predict(matrix, output: .contributions)
    #expect(contributions.count == margins.count * 4)
    for (row, margin) in margins.enumerated() {
      #expect(abs(contributions[row * 4..<row * 4 + 4].reduce(0, +) - margin) < 1e-4)
    }
  }

  @Test func `own derivatives of the squared error train like the built-in loss`() throws {
    let (features, labels) = sample()
    let matrix = try XGBoostMatrix(library: xgboost(), features: features, labels: labels)
    let fixed = parameters + [("base_score", "0.5")]
    let builtIn = try XGBoostBooster(library: xgboost(), parameters: fixed, matrices: [matrix])
    let own = try XGBoostBooster(library: xgboost(), parameters: fixed, matrices: [matrix])
    try builtIn.train(matrix, rounds: 3)
    var margins = [Float](repeating: 0.5, count: labels.count)
    for round in 0..<3 {
      try own.update(
        matrix, round: round, gradients: zip(margins, labels).map { $0 - $1 },
        hessians: labels.map { _ in 1 })
      margins = try own.margins(of: matrix)
    }
    #expect(try own.margins(of: matrix) == builtIn.margins(of: matrix))
  }

  @Test func `a wrong parameter is the engine's sentence without its stack trace`() throws {
    let (features, labels) = sample()
    let matrix = try XGBoostMatrix(library: xgboost(), features: features, labels: labels)
    let booster = try XGBoostBooster(
      library: xgboost(), parameters: [("objective", "reg:nonsense")], matrices: [matrix])
    let error = #expect(throws: EngineError.self) { try booster.update(matrix, round: 0) }
    #expect(error?.code == .engineFailed)
    #expect(error?.message.contains("reg:nonsense") == true)
    #expect(error?.message.contains("Stack trace") == false)
  }

  @Test func `a library that is not there is named, with the way to get it`() throws {
    _ = try xgboost()
    #expect(throws: EngineError.self) { try XGBoostLibrary.load(path: "/nowhere/libxgboost.so") }
  }
}
