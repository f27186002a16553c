import Basics
import Foundation
import Testing

@testable import Optimization

struct BranchStartTests {
  /// Three models with settings of their own; that of the best one must be found first.
  private static let space = SamplerCases.space([
    SearchParameter("model", .categorical(["near", "middle", "far"])),
    SearchParameter("a", .float(low: 0, high: 1), when: .init(parent: "model", values: ["near"])),
    SearchParameter("b", .float(low: 0, high: 1), when: .init(parent: "model", values: ["middle"])),
    SearchParameter("x", .float(low: -3, high: 3), when: .init(parent: "model", values: ["far"])),
    SearchParameter("y", .float(low: -3, high: 3), when: .init(parent: "model", values: ["far"])),
  ])

  private static func loss(_ point: SearchPoint) -> Double {
    func number(_ name: String) -> Double {
      if case .float(let number)? = point[name] { return number }
      return 0
    }
    switch point["model"] {
    case .category("near"): return 0.3 + pow(number("a") - 0.4, 2)
    case .category("middle"): return 0.5 + pow(number("b") - 0.7, 2)
    default: return pow(number("x") - 1.7, 2) + pow(number("y") + 1.2, 2)
    }
  }

  private static func study(budget: Int?, seed: UInt64) -> Study {
    Study(
      space: space, goal: .minimize, sampler: GaussianProcessSampler(), seed: seed, budget: budget)
  }

  @Test(arguments: 0..<8)
  func `each branch is seen twice for each parameter, and twice more`(seed: Int) {
    var study = Self.study(budget: 80, seed: UInt64(seed))
    for _ in 0..<18 {
      let trial = study.ask()
      study.tell(trial.number, .completed(value: Self.loss(trial.point)))
    }
    for (name, least) in [("a", 4), ("b", 4), ("x", 6)] {
      #expect(study.trials.count { $0.point[name] != nil } >= least, "\(name)")
    }
  }

  @Test func `a quarter of a short search at most is given to branches`() {
    var study = Self.study(budget: 12, seed: 1)
    for _ in 0..<3 { study.tell(study.ask().number, .completed(value: 1)) }
    var random = SeededGenerator(seed: 1)
    #expect(BranchStart.point(for: study.history, using: &random) == nil)
  }

  @Test func `a space without conditions has no branches`() {
    let history = SearchHistory(
      space: TestFunction.branin.space, goals: [.minimize], seed: 1, budget: 100)
    #expect(BranchStart.lacking(history) == nil)
  }

  @Test func `a good branch whose first trials are bad is found`() {
    let bests = (0..<9).map { seed in
      var study = Self.study(budget: 60, seed: UInt64(seed))
      for _ in 0..<60 {
        let trial = study.ask()
        study.tell(trial.number, .completed(value: Self.loss(trial.point)))
      }
      return study.best?.value ?? .infinity
    }
    #expect(bests.sorted()[4] < 0.01, "\(bests)")
  }
}
