import Basics
import Testing

@testable import Optimization

struct DiscoveredSpaceTests {
  static let solver = SearchParameter("solver", .categorical(["adam", "sgd", "none"]))
  static let momentum = SearchParameter("momentum", .float(low: 0, high: 1))

  @Test func `a parameter that all trials used exists always`() throws {
    var discovered = DiscoveredSpace()
    discovered.add(Self.solver)
    discovered.add(Self.momentum)
    discovered.learn(SearchPoint(["solver": .category("sgd"), "momentum": .float(0.5)]))
    let space = try #require(discovered.space)
    #expect(space.parameters == [Self.solver, Self.momentum])
  }

  @Test func `a parameter that some trials did without depends on what tells them apart`() throws {
    var discovered = DiscoveredSpace()
    discovered.add(Self.solver)
    discovered.learn(SearchPoint(["solver": .category("adam")]))
    discovered.add(Self.momentum)
    discovered.learn(SearchPoint(["solver": .category("sgd"), "momentum": .float(0.5)]))
    let space = try #require(discovered.space)
    #expect(
      space["momentum"]?.condition
        == SearchParameter.Condition(parent: "solver", values: ["sgd"]))
    // The same solver with and without it: nothing tells them apart.
    discovered.learn(SearchPoint(["solver": .category("sgd")]))
    #expect(discovered.space?["momentum"]?.condition == nil)
  }

  /// Plays an objective that suggests as it goes, as a program would.
  @Test func `a study learns branches from programs that suggest while they work`() throws {
    var study = StudyCoordinator(
      StudyTerms(name: "s", space: nil, sampler: .tpe, seed: 2, leaseMs: 1_000))
    func suggest(_ number: Int, _ parameter: String) throws -> JSONValue? {
      try StudyCoordinatorTests.ask(
        &study, #"{"suggest": \#(number), "attempt": 1, "parameter": \#(parameter)}"#)["point"]
    }
    for number in 0..<60 {
      _ = try StudyCoordinatorTests.take(&study, "k\(number)")
      let solver = try suggest(number, #"{"name": "solver", "choice": ["adam", "sgd"]}"#)?["solver"]
      var (used, value) = (["solver"], 1.0)
      if solver == "sgd" {
        let point = try suggest(number, #"{"name": "momentum", "uniform": [0, 1]}"#)
        let momentum = try #require(point?["momentum"]?.numberValue)
        used.append("momentum")
        value = (momentum - 0.3) * (momentum - 0.3)
      }
      let names = used.map { "\"\($0)\"" }.joined(separator: ", ")
      _ = try StudyCoordinatorTests.ask(
        &study,
        #"{"tell": \#(number), "attempt": 1, "outcome": "completed", "value": \#(value), "#
          + #""used": [\#(names)]}"#)
    }
    #expect(study.space["momentum"]?.condition?.values == [.category("sgd")])
    let best = try StudyCoordinatorTests.ask(&study, #"{"best": true}"#)
    #expect(try #require(best["value"]?.numberValue) < 0.001)
    // Trials have what they used, and nothing else.
    for trial in study.study.trials {
      #expect((trial.point["momentum"] != nil) == (trial.point.word("solver") == "sgd"))
    }
  }
}
