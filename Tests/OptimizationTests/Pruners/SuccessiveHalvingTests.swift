import Testing

@testable import Optimization

struct SuccessiveHalvingTests {
  func stops(_ value: Double, _ peers: [Double], _ goal: OptimizationGoal) -> Bool {
    SuccessiveHalvingPruner(minimumSteps: 10, reductionFactor: 3).shouldPrune(
      PruningMoment(
        number: 9, step: 10, value: value,
        peers: peers.enumerated().map { .init(number: $0, value: $1) }, goal: goal))
  }

  @Test func `rungs lie at the powers of the reduction factor`() {
    let pruner = SuccessiveHalvingPruner(minimumSteps: 10, reductionFactor: 3)
    #expect(pruner.rungs(upTo: 1000) == [10, 30, 90, 270, 810])
    #expect(pruner.rungs(upTo: 10) == [])
    #expect(
      SuccessiveHalvingPruner(minimumSteps: 10, reductionFactor: 3, earlyStoppingRate: 2)
        .rungs(upTo: 1000) == [90, 270, 810])
    #expect(SuccessiveHalvingPruner(minimumSteps: 1).rungs(upTo: .max).count < 64)
    #expect(SuccessiveHalvingPruner(earlyStoppingRate: 99).rungs(upTo: .max) == [])
  }

  @Test(arguments: OptimizationGoal.allCases)
  func `the best third goes on`(goal: OptimizationGoal) {
    let sign = goal == .minimize ? 1.0 : -1.0
    let peers = (1...8).map { sign * Double($0) }
    #expect(!stops(sign * 2.5, peers, goal))
    #expect(stops(sign * 3.5, peers, goal))
    #expect(!stops(sign * 9, [sign], goal))
    #expect(stops(.nan, [], goal))
  }

  /// `optuna.pruners.SuccessiveHalvingPruner` in the same moments.
  @Test(arguments: [PrunerName.asha, .successiveHalving], [nil, 81])
  func `in studies, of fewer than three only the best goes on`(name: PrunerName, steps: Int?) {
    let pruner = name.pruner(steps: steps)
    func stops(_ value: Double, _ peers: [Double]) -> Bool {
      pruner.shouldPrune(PrunerTests.moment(value, peers: peers))
    }
    #expect(!stops(2, []))
    #expect(!stops(2, [3]))
    #expect(!stops(2, [2]))
    #expect(stops(2, [1]))
    #expect(!stops(2, [1, 3, 4, 5, 6]))
  }

  @Test func `a tie with the best goes on`() {
    #expect(!stops(1, [1, 1, 1, 1], .minimize))
  }
}
