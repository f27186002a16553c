import Basics
import Testing

@testable import Optimization

struct SearchSpaceTests {
  static let domains: [ParameterDomain] = [
    .float(low: -2, high: 3), .float(low: 1e-8, high: 10, log: true), .float(low: 1, high: 1),
    .steps(low: 0, high: 1, step: 0.05), .steps(low: 0.1, high: 0.1, step: 1),
    .int(low: 3, high: 3), .int(low: -10, high: 10), .int(low: 1, high: 4096, log: true),
    .categorical(["a"]), .categorical(["a", "b", "c"]),
    .ordinal(["a"]), .ordinal(["a", "b", "c"]), .boolean, .steps(low: -1, high: 1e6, step: 0.3),
  ]

  @Test(arguments: domains)
  func `a value drawn at any place is of the domain and keeps its value`(domain: ParameterDomain) {
    let scale = domain.isUnordered ? 3.0 : 1.0
    for step in 0...1000 {
      let value = domain.value(at: scale * Double(step) / 1000)
      #expect(domain.contains(value))
      guard let again = domain.nearest(to: value) else {
        Issue.record("\(value) is not of its own domain")
        continue
      }
      switch (value, again) {
      case (.float(let one), .float(let other)):
        #expect(abs(one - other) <= 1e-9 * max(1, abs(one)))
      default: #expect(value == again)
      }
    }
  }

  @Test func `whole numbers on a linear scale are equally likely`() {
    var random = SeededGenerator(seed: 9)
    var counts = [Int](repeating: 0, count: 5)
    for _ in 0..<20_000 {
      if case .int(let number) = RandomSampler.value(of: .int(low: 0, high: 4), using: &random) {
        counts[number] += 1
      }
    }
    #expect(counts.allSatisfy { abs($0 - 4000) < 300 })
  }

  @Test(arguments: [
    [SearchParameter("a", .float(low: 1, high: 0))],
    [SearchParameter("a", .float(low: 0, high: 1, log: true))],
    [SearchParameter("a", .float(low: 0, high: .nan))],
    [SearchParameter("a", .int(low: 0, high: 8, log: true))],
    [SearchParameter("a", .int(low: 0, high: 1 << 53))],
    [SearchParameter("a", .steps(low: 0, high: 1, step: 0))],
    [SearchParameter("a", .categorical([]))],
    [SearchParameter("a", .categorical(["x", "x"]))],
    [SearchParameter("a", .int(low: 0, high: 1)), SearchParameter("a", .int(low: 0, high: 1))],
    [SearchParameter("a", .int(low: 0, high: 1), when: .init(parent: "b", values: ["x"]))],
  ])
  func `a space that cannot be searched is refused`(parameters: [SearchParameter]) {
    #expect(throws: OptimizationError.self) { try SearchSpace(parameters) }
  }

  @Test func `initial points are moved into the space`() throws {
    let space = try SearchSpace([
      SearchParameter("rate", .float(low: 0.01, high: 0.3, log: true)),
      SearchParameter("depth", .int(low: 2, high: 10)),
    ])
    var study = Study(
      space: space, goal: .minimize, sampler: RandomSampler(), seed: 1,
      initialPoints: [SearchPoint(["rate": .float(1), "unknown": .int(3)])])
    let point = study.ask().point
    #expect(space.contains(point))
    #expect(point.number("rate") == 0.3)
    #expect(point.number("depth") == 6)
  }

  @Test
  func `a point that is wanted comes instead of the sampler's, and what was told first stays`()
    throws
  {
    let space = try SearchSpace([SearchParameter("x", .float(low: 0, high: 1))])
    var study = Study(space: space, goal: .minimize, sampler: RandomSampler(), seed: 1)
    let trial = study.ask(SearchPoint(["x": .float(0.25)]))
    #expect(trial.point.number("x") == 0.25)
    study.tell(trial.number, .completed(value: 3))
    study.tell(trial.number, .failed(message: "late"))
    #expect(study.best?.value == 3)
    _ = study.ask()
    study.tell(1, .completed(value: .nan))
    #expect(study.best?.number == 0)
  }

  @Test func `whole numbers of a file are exact values of a real parameter`() throws {
    let space = try SearchSpace(
      json: JSONValue(
        parsing: """
          {"parameters": [{"name": "weight", "log_uniform": [0.01, 64]}, {"name": "depth", "int": [1, 9]}],
           "initial": [{"weight": 1, "depth": 3}, {"weight": 63, "depth": 9}]}
          """))
    #expect(
      space.initialPoints == [
        SearchPoint(["weight": .float(1), "depth": .int(3)]),
        SearchPoint(["weight": .float(63), "depth": .int(9)]),
      ])
    #expect(try SearchSpace(json: space.json).initialPoints == space.initialPoints)
  }

  @Test func `by their names, parameters may stand before those that they hang on`() throws {
    let text = """
      {"parameters": {"depth": {"int": [1, 3], "when": {"momentum": [0.5]}},
        "momentum": {"uniform": [0.5, 1], "step": 0.5, "when": {"solver": "sgd"}}, "rate": {"uniform": [0, 1]},
        "solver": {"choice": ["adam", "sgd"]}}}
      """
    let space = try SearchSpace(json: JSONValue(parsing: text))
    #expect(space.parameters.map(\.name) == ["rate", "solver", "momentum", "depth"])
    let circle = """
      {"parameters": {"a": {"bool": true, "when": {"b": true}}, "b": {"bool": true, "when": {"a": true}}}}
      """
    #expect(throws: OptimizationError.self) {
      try SearchSpace(json: JSONValue(parsing: circle))
    }
  }

  @Test func `parameters may stand by their names`() throws {
    let named = try SearchSpace(
      json: JSONValue(
        parsing:
          #"{"parameters": {"b": {"int": [1, 9]}, "a": {"choice": ["x", 1], "when": {"b": [2]}}}}"#)
    )
    let listed = try SearchSpace(
      json: JSONValue(
        parsing: """
          {"parameters": [{"name": "b", "int": [1, 9]},
                          {"name": "a", "choice": ["x", "1"], "when": {"b": [2]}}]}
          """))
    #expect(named == listed)
    #expect(named.texts(of: ["b": 2, "a": 1]) == ["b": "2", "a": "1"])
  }
}
