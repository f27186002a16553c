import Basics
import Testing

@testable import Engines

struct TreeEnsembleTests {
  /// Random features of both types with missing values, and codes and values never trained on.
  func features(rows: Int, columns: Int, seed: UInt64, beyond: Bool = false) -> FeatureMatrix {
    var generator = SeededGenerator(seed: seed)
    let types: [FeatureType] = (0..<columns).map { $0 % 3 == 2 ? .category : .quantity }
    var values: [Float] = []
    for _ in 0..<rows {
      for column in 0..<columns {
        if generator.next(below: 8) == 0 {
          values.append(.nan)
        } else if types[column] == .category {
          values.append(Float(generator.next(below: (beyond ? 90 : 70) - column)))
        } else {
          values.append(Float((generator.nextUnit() * 40).rounded() / 10 - 2))
        }
      }
    }
    return FeatureMatrix(rowCount: rows, types: types, values: values)
  }

  func labels(of features: FeatureMatrix, classes: Int) -> [Float] {
    (0..<features.rowCount).map { row in
      let values = features.values[row * features.columnCount..<(row + 1) * features.columnCount]
      let sum = values.reduce(Float(row % 7)) { $0 + ($1.isNaN ? 3 : $1) }
      return classes == 0 ? sum.magnitude / 7 + 0.1 : Float(Int(sum.magnitude) % classes)
    }
  }

  @Test(arguments: [
    ("reg:squarederror", 0), ("reg:absoluteerror", 0), ("count:poisson", 0), ("reg:gamma", 0),
    ("reg:tweedie", 0), ("reg:pseudohubererror", 0), ("binary:logistic", 2),
    ("multi:softprob", 4),
  ])
  func `margins equal XGBoost's to the bit`(objective: String, classes: Int) throws {
    for seed in 1...4 as ClosedRange<UInt64> {
      let training = features(rows: 600, columns: 8, seed: seed)
      let matrix = try XGBoostMatrix(
        library: xgboost(), features: training, labels: labels(of: training, classes: classes))
      var parameters = [
        ("objective", objective), ("tree_method", "hist"), ("max_depth", "\(3 + seed)"),
        ("eta", "0.2"), ("nthread", "1"), ("seed", "\(seed)"), ("subsample", "0.7"),
        ("colsample_bytree", "0.8"), ("max_cat_to_onehot", seed % 2 == 0 ? "4" : "100"),
        ("num_parallel_tree", seed == 4 ? "3" : "1"), ("gamma", seed == 3 ? "1" : "0"),
      ]
      if seed == 2 { parameters.append(("grow_policy", "lossguide")) }
      if classes > 2 { parameters.append(("num_class", "\(classes)")) }
      let booster = try XGBoostBooster(
        library: xgboost(), parameters: parameters, matrices: [matrix])
      try booster.train(matrix, rounds: 12)
      let trees = try #require(TreeEnsemble(xgboost: booster.bytes()))
      let fresh = features(rows: 500, columns: 8, seed: seed + 50, beyond: true)
      let expected = try booster.predict(fresh, output: .margin)
      let margins = trees.margins(of: fresh)
      #expect(margins.map(\.bitPattern) == expected.map(\.bitPattern), "seed \(seed)")
    }
  }

  @Test func `bytes that are no model, or half of one, are refused`() throws {
    #expect(TreeEnsemble(xgboost: []) == nil)
    #expect(TreeEnsemble(xgboost: Array("{}".utf8)) == nil)
    let training = features(rows: 100, columns: 4, seed: 1)
    let matrix = try XGBoostMatrix(
      library: xgboost(), features: training, labels: labels(of: training, classes: 0))
    let booster = try XGBoostBooster(
      library: xgboost(), parameters: [("nthread", "1")], matrices: [matrix])
    try booster.train(matrix, rounds: 2)
    let bytes = try booster.bytes()
    for count in stride(from: 0, to: bytes.count - 1, by: 97) {
      #expect(TreeEnsemble(xgboost: Array(bytes.prefix(count))) == nil)
    }
  }

  @Test func `a booster of another kind is left to the engine`() throws {
    let training = features(rows: 100, columns: 4, seed: 1)
    let matrix = try XGBoostMatrix(
      library: xgboost(), features: training, labels: labels(of: training, classes: 0))
    let booster = try XGBoostBooster(
      library: xgboost(), parameters: [("booster", "dart"), ("nthread", "1")],
      matrices: [matrix])
    try booster.train(matrix, rounds: 2)
    let bytes = try booster.bytes()
    #expect(TreeEnsemble(xgboost: bytes) == nil)
  }
}
