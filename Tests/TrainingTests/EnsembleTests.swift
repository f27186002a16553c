import Optimization
import Testing

@testable import Training

struct EnsembleTests {
  let truth = [1.0, 2, 3, 4, 5, 6]

  func error(_ predictions: [Double]) -> Double {
    zip(truth, predicted(predictions)).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
  }

  func predicted(_ values: [Double]) -> [Double] { values }

  @Test func `models that err in opposite ways are mixed`() {
    let high = truth.map { $0 + 1 }
    let low = truth.map { $0 - 0.9 }
    let chosen = GreedyEnsemble(goal: .minimize, latencyBoundMs: 5).choose(
      from: [
        .init(predictions: high, latencyMs: 1), .init(predictions: low, latencyMs: 1),
        .init(predictions: truth.map { _ in 0 }, latencyMs: 1),
      ], score: error)
    #expect(Set(chosen.map(\.candidate)) == [0, 1])
    #expect(abs(chosen.reduce(0) { $0 + $1.weight } - 1) < 1e-12)
  }

  @Test func `the best model stands alone where nothing helps`() {
    let chosen = GreedyEnsemble(goal: .minimize, latencyBoundMs: 5).choose(
      from: [
        .init(predictions: truth.map { $0 * 2 }, latencyMs: 1),
        .init(predictions: truth, latencyMs: 1),
      ], score: error)
    #expect(chosen.map(\.candidate) == [1])
    #expect(chosen.map(\.weight) == [1])
  }

  @Test func `the bound on latency holds, and is no reason to have no model`() {
    let high = truth.map { $0 + 1 }
    let low = truth.map { $0 - 1 }
    func choose(_ latency: Double) -> [Int] {
      GreedyEnsemble(goal: .minimize, latencyBoundMs: 5).choose(
        from: [
          .init(predictions: high, latencyMs: latency),
          .init(predictions: low, latencyMs: latency),
        ], score: error
      ).map(\.candidate)
    }
    #expect(choose(2).count == 2)
    #expect(choose(3) == [0])
    #expect(choose(9).first == 0)
  }

  @Test func `a model without a score is taken last`() {
    let chosen = GreedyEnsemble(goal: .maximize, latencyBoundMs: 5).choose(
      from: [
        .init(predictions: [.nan], latencyMs: 0), .init(predictions: [0.5], latencyMs: 0),
      ], score: { $0[0] })
    #expect(chosen.map(\.candidate) == [1])
  }

  @Test func `the interval holds nine of ten residuals of rows like these`() {
    let residuals = (1...99).map { Double($0) }
    #expect(
      SplitConformal.halfWidth(truth: residuals, predicted: residuals.map { _ in 0 }) == 90)
    #expect(SplitConformal.halfWidth(truth: [1, 2, 3], predicted: [0, 0, 0]) == nil)
    #expect(SplitConformal.halfWidth(truth: [], predicted: []) == nil)
  }
}
