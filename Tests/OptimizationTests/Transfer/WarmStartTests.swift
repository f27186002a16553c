import Basics
import JobProtocol
import Testing

@testable import Optimization

struct WarmStartTests {
  private static let space = SamplerCases.space([
    SearchParameter("x", .float(low: 0, high: 1)), SearchParameter("n", .int(low: 1, high: 9)),
  ])

  /// A study whose trials have these values, each at a point of its own.
  private static func source(
    _ name: String, _ values: [Double?], space: SearchSpace? = space,
    goal: OptimizationGoal = .minimize,
    parameters: (Int) -> [String: String] = { ["x": "0.\($0)", "n": "\($0 + 1)"] }
  ) -> WarmStart.Source {
    WarmStart.Source(
      StudySummary(
        id: .derived(from: name), name: name, job: nil, metric: "loss", goal: goal, sampler: "tpe",
        pruner: "none", seed: 1, createdAtMs: 0, space: space),
      trials: values.enumerated().map { number, value in
        TrialReport(
          number: number, outcome: value == nil ? .failed : .completed,
          parameters: parameters(number), value: value, steps: 0, startedAtMs: 0, endedAtMs: 0)
      })
  }

  private static func origin(_ name: String, _ trial: Int) -> WarmStart.Origin {
    WarmStart.Origin(study: .derived(from: name), trial: trial)
  }

  @Test func `the best of each study come in turns, after the space's own points`() throws {
    let space = try SearchSpace(
      Self.space.parameters, initialPoints: [SearchPoint(["x": .float(1), "n": .int(9)])])
    let start = try WarmStart(
      space,
      from: [
        Self.source("a", [3, 1, nil, .nan, 2]),
        Self.source("b", [0.5, .infinity, 7]) { ["x": "0.5\($0)", "n": "\($0 + 2)"] },
      ], goals: [.minimize])
    #expect(
      start.origins == [
        Self.origin("a", 1), Self.origin("b", 0), Self.origin("a", 4), Self.origin("b", 2),
        Self.origin("a", 0),
      ])
    #expect(start.space.initialPoints.count == 6)
    #expect(start.space.initialPoints[0] == space.initialPoints[0])
    #expect(start.space.initialPoints[1] == SearchPoint(["x": .float(0.1), "n": .int(2)]))
    #expect(start.space.fingerprint == space.fingerprint)
  }

  @Test func `what is large is best where that is the goal, and no more than five points come`()
    throws
  {
    let start = try WarmStart(
      nil, from: [Self.source("a", [1, 2, 3, 4, 5, 6, 7], goal: .maximize)], goals: [.maximize])
    #expect(start.origins.map(\.trial) == [6, 5, 4, 3, 2])
    #expect(start.space.parameters == Self.space.parameters)
    #expect(throws: OptimizationError.self) {
      try WarmStart(nil, from: [Self.source("a", [1])], goals: [.maximize])
    }
  }

  @Test func `points move into another space, and the same point comes once`() throws {
    let narrow = SamplerCases.space([
      SearchParameter("x", .float(low: 0.2, high: 0.4)),
      SearchParameter("kind", .categorical(["a", "b"])),
    ])
    let start = try WarmStart(narrow, from: [Self.source("a", [1, 2, 3, 4])], goals: [.minimize])
    // 0.0 and 0.1 and 0.2 are all 0.2 there.
    #expect(start.origins.map(\.trial) == [0, 3])
    #expect(
      start.space.initialPoints == [
        SearchPoint(["x": .float(0.2), "kind": .category("a")]),
        SearchPoint(["x": .float(0.3), "kind": .category("a")]),
      ])
    let other = SamplerCases.space([SearchParameter("z", .float(low: 0, high: 1))])
    #expect(throws: OptimizationError.self) {
      try WarmStart(other, from: [Self.source("a", [1, 2])], goals: [.minimize])
    }
  }

  @Test func `of several goals the first front comes first`() throws {
    var source = Self.source("a", [1, 2, 3, 4])
    source.summary.goals = [.minimize, .maximize]
    for (place, second) in [5.0, 6, 2, 7].enumerated() {
      source.trials[place].values = [Double(place + 1), second]
    }
    let start = try WarmStart(nil, from: [source], goals: [.minimize, .maximize])
    #expect(Set(start.origins.prefix(3).map(\.trial)) == [0, 1, 3])
    #expect(start.origins.last?.trial == 2)
  }

  @Test func `a study of which nobody kept the space shows one`() throws {
    let bare = Self.source("a", [2, 1], space: nil)
    let start = try WarmStart(nil, from: [bare], goals: [.minimize])
    #expect(start.space["n"]?.domain == .int(low: 1, high: 2))
    #expect(start.origins.map(\.trial) == [1, 0])
  }

  @Test func `the terms of a study keep where its points are from`() throws {
    var terms = StudyTerms(name: "s", space: Self.space)
    terms.warmStart = [Self.origin("a", 3)]
    #expect(try StudyTerms(json: terms.json) == terms)
    let told = try ToldStudy(
      space: SearchSpace(
        Self.space.parameters, initialPoints: [SearchPoint(["x": .float(0.5), "n": .int(3)])]),
      goals: [.minimize], sampler: "tpe", pruner: "none", seed: 1, budget: nil,
      trials: [
        TrialReport(
          number: 0, outcome: .completed, parameters: ["x": "0.5", "n": "3"], value: 1, steps: 0,
          startedAtMs: 0, endedAtMs: 1)
      ], warmStart: terms.warmStart)
    let explanation = try TrialExplanation(of: 0, in: told)
    #expect(explanation.origin == .initial)
    #expect(explanation.reason.hasSuffix("trial 3 of \(terms.warmStart[0].study)."))
  }
}
