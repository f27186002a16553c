import Testing

@testable import Optimization

struct SuccessiveHalvingTests {
  @Test func `rungs lie at the powers of the reduction factor`() {
    let pruner = SuccessiveHalvingPruner(minimumSteps: 10, reductionFactor: 3)
    #expect(pruner.rungs(upTo: 1000) == [10, 30, 90, 270, 810])
    #expect(pruner.rungs(upTo: 10) == [])
    #expect(
      SuccessiveHalvingPruner(minimumSteps: 10, reductionFactor: 3, earlyStoppingRate: 2)
        .rungs(upTo: 1000) == [90, 270, 810])
    #expect(SuccessiveHalvingPruner(minimumSteps: 1).rungs(upTo: .max).count < 64)
  }

  @Test(arguments: OptimizationGoal.allCases)
  func `the best third goes on`(goal: OptimizationGoal) {
    let pruner = SuccessiveHalvingPruner(minimumSteps: 10, reductionFactor: 3)
    let sign = goal == .minimize ? 1.0 : -1.0
    let peers = (1...8).map { sign * Double($0) }
    #expect(!pruner.shouldPrune(value: sign * 2.5, at: 10, peers: peers, goal: goal))
    #expect(pruner.shouldPrune(value: sign * 3.5, at: 10, peers: peers, goal: goal))
    #expect(!pruner.shouldPrune(value: sign * 9, at: 10, peers: [sign], goal: goal))
    #expect(pruner.shouldPrune(value: .nan, at: 10, peers: [], goal: goal))
  }

  @Test func `a tie with the best goes on`() {
    let pruner = SuccessiveHalvingPruner(minimumSteps: 10, reductionFactor: 3)
    #expect(!pruner.shouldPrune(value: 1, at: 10, peers: [1, 1, 1, 1], goal: .minimize))
  }
}
