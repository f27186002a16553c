import Basics
import DataPipelines
import Experimentation
import Optimization
import TestSupport
import Testing

@testable import Engines
@testable import Training

struct TreeFoldTests {
  /// Two folds' predictions after 40 rounds that were trained in the given chunks.
  private func predictions(chunk: Int, alone: Bool) throws -> [[Double]] {
    var random = SeededGenerator(seed: 3)
    let count = 300
    let values = (0..<count * 3).map { _ in Float(random.nextUnit()) }
    let labels = (0..<count).map { Double(values[$0 * 3] * values[$0 * 3 + 1]) }
    let features = FeatureMatrix(rowCount: count, columnCount: 3, values: values)
    let plan = ResamplingPlan.crossValidation(
      rowCount: count, folds: 2, classes: nil, groups: Array(0..<count), seed: 1)
    let target = LearningTarget(
      task: .regression, name: "y", classes: nil, labels: labels)
    let problem = LearningProblem(
      target: target, metric: .rmse, features: features, plan: plan)
    var point = SearchPoint(["eta": .float(0.1), "max_leaves": .int(15)])
    point["subsample"] = .float(0.6)
    point["colsample_bynode"] = .float(0.5)
    let settings = TreeSettings(point, of: problem, seed: 5, threads: 1)
    let library = try XGBoostLibrary.load(path: engine("xgboost"))
    let folds = plan.folds.map {
      TreeFold($0, features: features, labels: labels, library: library, threads: 1)
    }
    for fold in folds { try fold.begin(settings) }
    if alone {
      for fold in folds { try fold.advance(to: 40, settings, isLate: { false }) }
    } else {
      for round in stride(from: chunk, through: 40, by: chunk) {
        for fold in folds.reversed() { try fold.advance(to: round, settings, isLate: { false }) }
      }
    }
    return try folds.map { try $0.predictions(rounds: 40, settings, outputs: 1) }
  }

  @Test func `a fold's trees do not depend on what else its thread trains between its rounds`()
    throws
  {
    let alone = try predictions(chunk: 40, alone: true)
    #expect(try predictions(chunk: 10, alone: false) == alone)
    #expect(try predictions(chunk: 1, alone: false) == alone)
  }

  @Test func `categories split by their order give thresholds, which a matrix of codes is read by`()
    throws
  {
    var random = SeededGenerator(seed: 4)
    let count = 400
    let values = (0..<count).map { _ in Float(random.next(below: 6)) }
    let features = FeatureMatrix(rowCount: count, types: [.category], values: values)
    let labels = values.map { Double([3, 0, 2, 5, 1, 4][Int($0)]) }
    let plan = ResamplingPlan.crossValidation(
      rowCount: count, folds: 2, classes: nil, groups: Array(0..<count), seed: 1)
    let problem = LearningProblem(
      target: LearningTarget(task: .regression, name: "y", classes: nil, labels: labels),
      metric: .rmse, features: features, plan: plan)
    let library = try XGBoostLibrary.load(path: engine("xgboost"))
    let fold = TreeFold(
      plan.folds[0], features: features, labels: labels, library: library, threads: 1)
    for split in TreeSpace.CategorySplit.allCases {
      var point = SearchPoint(["eta": .float(0.3), "max_leaves": .int(8)])
      point["categories"] = .category(split.rawValue)
      point["max_cat_to_onehot"] = .int(1)
      let settings = TreeSettings(point, of: problem, seed: 5, threads: 1)
      try fold.begin(settings)
      try fold.advance(to: 20, settings, isLate: { false })
      let trained = try fold.predictions(rounds: 20, settings, outputs: 1)
      let booster = try #require(fold.end())
      let trees = try #require(TreeEnsemble(xgboost: try booster.bytes()))
      #expect(trees.sets.isEmpty == (split == .order))
      let rows = features.rows(fold.rows.validation)
      #expect(trees.margins(of: rows).map(Double.init) == trained)
      let codes = try XGBoostMatrix(library: library, features: rows)
      #expect(try booster.predict(codes).map(Double.init) == trained)
    }
  }
}
