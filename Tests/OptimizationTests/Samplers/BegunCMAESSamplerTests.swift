import Basics
import Testing

@testable import Optimization

struct BegunCMAESSamplerTests {
  @Test func `the Gaussian process hands over after its trials`() {
    let sampler = BegunCMAESSampler(firstTrials: 30)
    #expect(sampler.name(at: 29) == .gaussianProcess)
    #expect(sampler.name(at: 30) == .cmaes)
  }

  @Test(arguments: [TestFunction.hartmann, .ackley])
  func `together they come nearer than CMA-ES alone`(function: TestFunction) {
    let together = function.regret(BegunCMAESSampler(), trials: 300)
    let alone = function.regret(CMAESSampler(), trials: 300)
    #expect(together <= alone, "\(together) and \(alone)")
  }

  @Test func `the process begins in the middle, where rules allow it`() throws {
    func first(_ constraints: [String]) -> SearchPoint {
      let space = SamplerCases.space(
        [
          SearchParameter("x", .float(low: 2, high: 4)),
          SearchParameter("n", .int(low: 1, high: 100, log: true)),
          SearchParameter("word", .categorical(["a", "b", "c"])),
        ], constraints: constraints)
      var study = Study(
        space: space, goal: .minimize, sampler: GaussianProcessSampler(), seed: 1, budget: 50)
      return study.ask().point
    }
    #expect(first([]) == SearchPoint(["x": .float(3), "n": .int(7), "word": .category("b")]))
    let x = try #require(first(["x <= 2.5"])["x"])
    guard case .float(let number) = x else { return #expect(Bool(false), "x is a number") }
    #expect(number <= 2.5)
  }
}
