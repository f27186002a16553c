import Basics
import DataPipelines
import Engines
import Experimentation
import Testing

@testable import Training

struct DecisionChoiceTests {
  /// One row in ten is positive, its probability between 0.2 and 0.5; others are below 0.25.
  private var rare: (truth: [Int32], probabilities: [Double]) {
    var random = SeededGenerator(seed: 3)
    let truth = (0..<1000).map { Int32($0 % 10 == 0 ? 1 : 0) }
    let probabilities = truth.flatMap { code -> [Double] in
      let positive = code == 1 ? 0.2 + 0.3 * random.nextUnit() : 0.25 * random.nextUnit()
      return [1 - positive, positive]
    }
    return (truth, probabilities)
  }

  @Test func `a rare class has a threshold below a half where the metric judges classes`() throws {
    for metric in [MetricName.f1, .balancedAccuracy, .f1Macro, .recall] {
      let choice = DecisionChoice(
        metric, truth: rare.truth, probabilities: rare.probabilities, classCount: 2)
      let weights = try #require(choice.weights)
      #expect(weights[0] > 0.15 && weights[0] < 0.3, "\(metric): \(weights)")
      #expect(choice.value > 0.8, "\(metric): \(choice.value)")
      let plain = Metrics.classification(
        rare.truth, probabilities: rare.probabilities, classCount: 2, names: [metric])[metric]
      #expect(choice.value > (plain ?? 1) + 0.2)
    }
  }

  @Test func `metrics of probabilities, and probabilities that are good already, stay as they are`()
  {
    for metric in [MetricName.auc, .logLoss, .accuracy, .brier] {
      let choice = DecisionChoice(
        metric, truth: rare.truth, probabilities: rare.probabilities, classCount: 2)
      #expect(choice.weights == nil)
    }
    let sure = rare.truth.flatMap { $0 == 1 ? [0.1, 0.9] : [0.9, 0.1] }
    #expect(
      DecisionChoice(.f1, truth: rare.truth, probabilities: sure, classCount: 2).weights == nil)
    #expect(DecisionChoice(.f1, truth: [], probabilities: [], classCount: 2).weights == nil)
  }

  @Test func `of several classes the rare ones weigh more for balanced accuracy`() throws {
    // Ninety rows of class 0, six of 1, four of 2; the model leans to class 0 everywhere.
    let truth = (0..<100).map { Int32($0 < 90 ? 0 : $0 < 96 ? 1 : 2) }
    let probabilities = truth.flatMap { code -> [Double] in
      switch code {
      case 0: [0.94, 0.03, 0.03]
      case 1: [0.6, 0.35, 0.05]
      default: [0.6, 0.05, 0.35]
      }
    }
    let choice = DecisionChoice(
      .balancedAccuracy, truth: truth, probabilities: probabilities, classCount: 3)
    let weights = try #require(choice.weights)
    #expect(weights[0] < weights[1] && weights[1] < weights[2])
    #expect(choice.value == 1)
  }

  @Test func `a model trained for f1 decides with its threshold, in the package too`() throws {
    let dataset = SyntheticTable.rareClass(rows: 1500)
    let trained = try TrainingRunTests.train(dataset, trials: 3) { $0.metric = "f1" }
    let manifest = trained.predictor.manifest
    let weights = try #require(manifest.decisionWeights)
    #expect(weights[0] < 0.5)
    #expect(trained.predictor.label(of: [1 - weights[0] - 0.01, weights[0] + 0.01]) == "yes")
    #expect(trained.predictor.label(of: [1 - weights[0] + 0.01, weights[0] - 0.01]) == "no")
    #expect(manifest.classes == ["no", "yes"])
    #expect(try #require(trained.result.validation["f1"]) > 0.3)
  }
}
