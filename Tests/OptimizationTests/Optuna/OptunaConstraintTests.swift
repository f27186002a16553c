import JobProtocol
import Testing

@testable import Optimization

struct OptunaConstraintTests {
  @Test(arguments: [
    ("constraints", "[-0.5, 0.0]", false), ("constraints", "[-0.5, 0.1]", true),
    ("constraints", "[NaN]", true), ("constraints:size", "0.25", true),
    ("constraints:size", "-1", false), ("constraint", "[1]", false), ("constraints", "}", false),
  ])
  func `a trial with a constraint above zero is infeasible`(
    key: String, text: String, isInfeasible: Bool
  ) {
    let details = TrialDetails(attributes: [StudyAttribute(.system, key, text)])
    #expect(details.constraints.map(TrialConstraints.areBroken) ?? false == isInfeasible)
    #expect(TrialDetails(attributes: [StudyAttribute(.user, key, text)]).constraints == nil)
  }

  private static func study(_ values: [[Double]], infeasible: Set<Int>) throws -> ToldStudy {
    try ToldStudy(
      space: SearchSpace([SearchParameter("x", .float(low: 0, high: 1))]),
      goals: Array(repeating: .minimize, count: values[0].count), sampler: "optuna",
      pruner: "optuna", seed: 0, budget: nil,
      trials: values.enumerated().map { number, values in
        var trial = TrialReport(
          number: number, outcome: .completed, parameters: ["x": "0.5"], value: values[0],
          steps: 0, startedAtMs: 0, endedAtMs: 1)
        if values.count > 1 { trial.values = values }
        trial.constraints = infeasible.contains(number) ? [1] : nil
        return trial
      })
  }

  @Test func `what is infeasible is neither the best nor on the frontier`() throws {
    let one = try Self.study([[1], [2], [3]], infeasible: [0])
    #expect(one.best?.number == 1)
    #expect(try Self.study([[1], [2]], infeasible: [0, 1]).best == nil)
    let two = try Self.study([[0, 0], [1, 2], [2, 1], [3, 3]], infeasible: [0])
    #expect(two.frontier.map(\.number) == [1, 2])
  }

  @Test func `the names of an Optuna study's values are those of its goals`() {
    func names(_ text: String, goals: Int) -> [String] {
      OptunaStudy(
        name: "one", goals: Array(repeating: .minimize, count: goals),
        attributes: [StudyAttribute(.system, "study:metric_names", text)]
      ).metricNames
    }
    #expect(names(#"["l\u00f6ss"]"#, goals: 1) == ["löss"])
    #expect(names(#"["a", "b"]"#, goals: 2) == ["a", "b"])
    #expect(names(#"["a", "a"]"#, goals: 2) == [])
    #expect(names(#"["a"]"#, goals: 2) == [])
    #expect(names("}", goals: 1) == [])
  }
}
