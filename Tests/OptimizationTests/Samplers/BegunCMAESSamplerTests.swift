import Basics
import Testing

@testable import Optimization

struct BegunCMAESSamplerTests {
  @Test func `the Gaussian process hands over when its trials have ended`() {
    let sampler = BegunCMAESSampler(firstTrials: 3)
    var study = Study(
      space: TestFunction.branin.space, goal: .minimize, sampler: sampler, seed: 1, budget: 50)
    for _ in 0..<3 { _ = study.ask() }
    for number in [0, 2] { study.tell(number, .completed(value: Double(number))) }
    #expect(sampler.name(for: study.history) == .gaussianProcess)
    _ = study.ask()
    study.tell(1, .failed(message: "out of memory"))
    #expect(sampler.name(for: study.history) == .cmaes)
  }

  @Test func `where most parameters are words or have a condition, the process goes on`() {
    var study = Study(
      space: SamplerCases.space([
        SearchParameter("model", .categorical(["a", "b"])),
        SearchParameter("x", .float(low: 0, high: 1), when: .init(parent: "model", values: ["a"])),
      ]), goal: .minimize, sampler: BegunCMAESSampler(firstTrials: 1), seed: 1, budget: 50)
    study.tell(study.ask().number, .completed(value: 1))
    #expect(BegunCMAESSampler(firstTrials: 1).name(for: study.history) == .gaussianProcess)
  }

  @Test func `CMA-ES begins at the best trial, with steps as long as good ones lie apart`() {
    let axes = TestFunction.branin.space.parameters
    func run(_ spread: Double) -> CMARun {
      var study = Study(
        space: TestFunction.branin.space, goal: .minimize, sampler: RandomSampler(), seed: 1)
      for number in 0..<20 {
        let x = number < 3 ? 2 + spread * Double(number) : Double(number) - 10
        study.tell(
          study.ask(SearchPoint(["x0": .float(x), "x1": .float(6)])).number,
          .completed(value: Double(number)))
      }
      return CMARun(after: 20, of: study.history, axes: axes)
    }
    #expect(abs(run(0.1).distribution.mean[0] - 7.0 / 15) < 1e-12)
    #expect(abs(run(0.1).distribution.mean[1] - 6.0 / 15) < 1e-12)
    // Three of six lead: two others, 0.1 and 0.2 of 15 away along one of two axes.
    let expected = (0.05 / 4).squareRoot() / 15
    #expect(abs(run(0.1).distribution.stepSize - expected) < 1e-12)
    #expect(run(0).distribution.stepSize == 1e-4)
    #expect(run(0.1).used == 20)
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
