import Testing

@testable import Optimization

/// How near samplers come to published optima; bounds are some times what they reach.
struct ConvergenceTests {
  @Test(arguments: TestFunction.all)
  func `the functions have their published optima`(function: TestFunction) {
    let optima: [String: [Double]] = [
      "Sphere": [1, 1, 1, 1, 1], "Rosenbrock": [1, 1, 1, 1], "Branin": [.pi, 2.275],
      "Hartmann6": [0.20169, 0.150011, 0.476874, 0.275332, 0.311652, 0.6573],
      "Ackley": [0, 0, 0, 0, 0],
    ]
    let value = function.value(optima[function.testDescription] ?? [])
    #expect(abs(value - function.optimum) < 1e-5)
  }

  struct Goal: Sendable, CustomTestStringConvertible {
    var sampler: SamplerName
    var trials: Int
    var function: TestFunction
    /// Most that the median over nine seeds may miss the optimum by.
    var bound: Double
    var testDescription: String { "\(sampler), \(function.testDescription), \(trials) trials" }

    static func all(
      _ sampler: SamplerName, _ trials: Int, sphere: Double, rosenbrock: Double, branin: Double,
      hartmann: Double, ackley: Double
    ) -> [Goal] {
      let bounds = [sphere, rosenbrock, branin, hartmann, ackley]
      return zip(TestFunction.all, bounds).map { function, bound in
        Goal(sampler: sampler, trials: trials, function: function, bound: bound)
      }
    }
  }

  static let goals: [Goal] =
    Goal.all(.random, 300, sphere: 5, rosenbrock: 50, branin: 0.5, hartmann: 1.2, ackley: 18)
    + Goal.all(.sobol, 300, sphere: 6, rosenbrock: 50, branin: 0.5, hartmann: 1.4, ackley: 18)
    + Goal.all(.tpe, 100, sphere: 0.5, rosenbrock: 7, branin: 0.1, hartmann: 0.35, ackley: 9)
    + Goal.all(.tpe, 300, sphere: 0.15, rosenbrock: 5, branin: 0.02, hartmann: 0.12, ackley: 7)
    + Goal.all(.cmaes, 100, sphere: 0.8, rosenbrock: 7, branin: 0.2, hartmann: 0.8, ackley: 9)
    + Goal.all(.cmaes, 300, sphere: 0.01, rosenbrock: 4, branin: 1e-4, hartmann: 0.13, ackley: 3)
    + Goal.all(
      .cmaes, 1000, sphere: 1e-8, rosenbrock: 1e-2, branin: 1e-5, hartmann: 1e-3, ackley: 1e-2)
    + Goal.all(
      .gaussianProcess, 60, sphere: 0.01, rosenbrock: 5, branin: 1e-3, hartmann: 0.3, ackley: 8)
    + Goal.all(
      .begunCMAES, 300, sphere: 1e-4, rosenbrock: 2, branin: 1e-4, hartmann: 0.13, ackley: 2)
    + Goal.all(.nsga2, 1000, sphere: 0.1, rosenbrock: 4, branin: 0.01, hartmann: 0.15, ackley: 6)

  @Test(arguments: goals)
  func `samplers come near the optimum`(goal: Goal) {
    #expect(goal.function.regret(goal.sampler.sampler, trials: goal.trials) < goal.bound)
  }

  @Test func `time per suggestion grows no faster than the trials`() {
    // A generous bound on a busy machine: what is quadratic takes minutes.
    let function = TestFunction.hartmann
    for name in [SamplerName.tpe, .cmaes, .nsga2, .nsga3, .gaussianProcess, .begunCMAES] {
      var study = Study(
        space: function.space, goal: .minimize, sampler: name.sampler, seed: 1, budget: 5000)
      for number in 0..<5000 {
        let trial =
          number % 250 < 230
          ? study.ask(
            function.space.nearest(to: SearchPoint(["x0": .float(Double(number) / 5000)])))
          : study.ask()
        study.tell(trial.number, .completed(value: Double(number % 17)))
      }
      let begun = ContinuousClock.now
      for _ in 0..<10 { _ = study.ask() }
      let each = (ContinuousClock.now - begun) / 10
      print("seconds for a suggestion of \(name) after 5,000 trials: \(each)")
      #expect(each < .seconds(0.5))
    }
  }
}
