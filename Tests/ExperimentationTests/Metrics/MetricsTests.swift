import Basics
import DataPipelines
import Experimentation
import Testing

/// Reference values are those of scikit-learn 1.9.1 for the same arrays.
struct MetricsTests {
  private let labels: [Int32] = [0, 1, 1, 0, 1, 0, 0, 1, 1, 0]
  private let scores = [0.1, 0.8, 0.4, 0.4, 0.9, 0.2, 0.6, 0.6, 0.5, 0.5]
  private let manyLabels: [Int32] = [0, 1, 2, 2, 1, 0, 2, 1]
  private let manyProbabilities = [
    0.7, 0.2, 0.1, 0.3, 0.4, 0.3, 0.2, 0.2, 0.6, 0.5, 0.3, 0.2,
    0.1, 0.8, 0.1, 0.4, 0.4, 0.2, 0.3, 0.3, 0.4, 0.1, 0.3, 0.6,
  ]

  @Test func `numbers are measured as scikit-learn does`() {
    let values = Metrics.regression([3, -0.5, 2, 7, 4.25], [2.5, 0, 2, 8, 3.5])
    expect(
      values,
      [
        .rmse: 0.6422616289332564, .mae: 0.55, .r2: 0.9328175895765473,
        .mape: 0.2971988795518207,
      ])
  }

  @Test func `two classes are measured as scikit-learn does, ties included`() {
    let values = Metrics.classification(
      labels, probabilities: scores.flatMap { [1 - $0, $0] }, classCount: 2)
    expect(
      values,
      [
        .auc: 0.82, .logLoss: 0.4897535206344254, .accuracy: 0.7, .balancedAccuracy: 0.7,
        .f1: 0.6666666666666666, .f1Macro: 0.696969696969697, .precision: 0.75, .recall: 0.6,
        .brier: 0.164,
      ])
  }

  @Test func `many classes are measured as scikit-learn does`() {
    let values = Metrics.classification(
      manyLabels, probabilities: manyProbabilities, classCount: 3)
    expect(
      values,
      [
        .auc: 0.8277777777777778, .logLoss: 0.8316158789251793, .accuracy: 0.75,
        .balancedAccuracy: 0.7777777777777777, .f1: 0.7555555555555555,
        .f1Macro: 0.7555555555555555, .precision: 0.7777777777777777,
        .recall: 0.7777777777777777, .brier: 0.49,
      ])
  }

  @Test func `a class that is only predicted counts in averages, one that is nowhere does not`() {
    let values = Metrics.classification(
      [0, 1, 1, 0],
      probabilities: [
        0.6, 0.2, 0.1, 0.1, 0.5, 0.3, 0.1, 0.1, 0.1, 0.2, 0.6, 0.1, 0.4, 0.3, 0.2, 0.1,
      ], classCount: 4, names: [.f1Macro, .balancedAccuracy, .precision, .recall])
    expect(
      values,
      [
        .f1Macro: 0.26666666666666666, .balancedAccuracy: 0.5, .precision: 0.2222222222222222,
        .recall: 0.3333333333333333,
      ])
  }

  @Test func `a certain but wrong prediction costs a finite log loss`() {
    let values = Metrics.classification(
      [0, 1], probabilities: [0, 1, 0.5, 0.5], classCount: 2, names: [.logLoss])
    expect(values, [.logLoss: 18.36840028483855])
  }

  @Test func `a truth that does not vary has an R² of one or zero`() {
    #expect(Metrics.regression([2, 2], [2, 2])[.r2] == 1)
    #expect(Metrics.regression([2, 2], [1, 2])[.r2] == 0)
    #expect(Metrics.regression([2], [2])[.r2]?.isNaN == true)
  }

  @Test func `what cannot be measured is NaN`() {
    #expect(Metrics.regression([], [])[.rmse]?.isNaN == true)
    #expect(Metrics.regression([1, 2], [1, .nan])[.rmse]?.isNaN == true)
    #expect(Metrics.auc(isPositive: [true, true], scores: [0.1, 0.2]).isNaN)
    #expect(Metrics.auc(isPositive: [true, false], scores: [.nan, 0.2]).isNaN)
    let empty = Metrics.classification([], probabilities: [], classCount: 2)
    #expect(empty.count == MetricName.all(for: .classification).count)
    #expect(empty.values.allSatisfy { $0.isNaN })
  }

  @Test func `auc of negative, infinite and signed-zero scores follows their order`() {
    let scores = [-1.5, -.infinity, 0.0, -0.0, .infinity, 3]
    let isPositive = [false, false, true, false, true, true]
    #expect(Metrics.auc(isPositive: isPositive, scores: scores) == 8.5 / 9)
  }

  @Test func `auc of many rows equals the share of pairs in the right order`() {
    var generator = SeededGenerator(seed: 3)
    let scores = (0..<700).map { _ in Double(generator.next(below: 90)) / 90 }
    let isPositive = (0..<700).map { _ in generator.next(below: 2) == 0 }
    var right = 0.0
    var pairs = 0.0
    for first in 0..<700 where isPositive[first] {
      for second in 0..<700 where !isPositive[second] {
        pairs += 1
        right += scores[first] > scores[second] ? 1 : scores[first] == scores[second] ? 0.5 : 0
      }
    }
    #expect(abs(Metrics.auc(isPositive: isPositive, scores: scores) - right / pairs) < 1e-12)
  }

  @Test func `every metric fits classes or numbers and has a way that is better`() {
    for name in MetricName.allCases {
      #expect(name.fits(.classification) != name.fits(.regression))
      #expect(name.fits(.forecasting) == name.fits(.regression))
      #expect(!name.goal.prefers(.nan, over: 1) && !name.goal.prefers(1, over: .nan))
    }
    #expect(MetricName.standard(for: .classification, classCount: 2) == .auc)
    #expect(MetricName.standard(for: .classification, classCount: 3) == .logLoss)
    #expect(MetricName.logLoss.goal.prefers(0.1, over: 0.2))
  }

  private func expect(
    _ values: MetricValues, _ reference: MetricValues,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(Set(values.keys) == Set(reference.keys), sourceLocation: sourceLocation)
    for (name, expected) in reference {
      let value = values[name] ?? .nan
      #expect(
        abs(value - expected) < 1e-12, "\(name.rawValue): \(value) is not \(expected)",
        sourceLocation: sourceLocation)
    }
  }
}
