import Basics
import DataPipelines
import Engines
import Experimentation
import Optimization
import TestSupport
import Testing

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
}
