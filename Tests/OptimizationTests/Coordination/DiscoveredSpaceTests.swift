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

  @Test func `what was cut short teaches where a parameter is, not where it is not`() throws {
    var discovered = DiscoveredSpace()
    discovered.add(Self.solver)
    discovered.add(Self.momentum)
    let sgd = SearchPoint(["solver": .category("sgd"), "momentum": .float(0.5)])
    discovered.learn(cut: sgd)
    // Stopped before it asked for a momentum, as far as anybody knows.
    discovered.learn(cut: SearchPoint(["solver": .category("sgd")]))
    #expect(discovered.space?["momentum"]?.condition == nil)
    discovered.learn(SearchPoint(["solver": .category("adam")]))
    #expect(
      discovered.space?["momentum"]?.condition
        == SearchParameter.Condition(parent: "solver", values: ["sgd"]))
    discovered.learn(cut: SearchPoint(["solver": .category("none"), "momentum": .float(0.1)]))
    #expect(
      discovered.space?["momentum"]?.condition
        == SearchParameter.Condition(parent: "solver", values: ["none", "sgd"]))
    // One that says nothing new changes nothing.
    let before = discovered.space
    discovered.learn(cut: sgd)
    discovered.learn(sgd)
    #expect(discovered.space == before)
  }

  @Test func `the nearest parent that tells trials apart decides, and branches nest`() throws {
    var discovered = DiscoveredSpace()
    discovered.add(SearchParameter("rate", .float(low: 0, high: 1)))
    discovered.add(Self.solver)
    discovered.learn(SearchPoint(["rate": .float(0.1), "solver": .category("adam")]))
    discovered.add(SearchParameter("nesterov", .boolean))
    discovered.add(Self.momentum)
    var point = SearchPoint([
      "rate": .float(0.2), "solver": .category("sgd"), "nesterov": .bool(true),
      "momentum": .float(0.3),
    ])
    discovered.learn(cut: point)
    point["nesterov"] = .bool(false)
    point["momentum"] = nil
    discovered.learn(point)
    let space = try #require(discovered.space)
    #expect(space["rate"]?.condition == nil)
    #expect(
      space["nesterov"]?.condition
        == SearchParameter.Condition(parent: "solver", values: ["sgd"]))
    #expect(
      space["momentum"]?.condition
        == SearchParameter.Condition(parent: "nesterov", values: [.bool(true)]))
  }

  @Test func `an ended trial takes as long after 20,000 as at first`() {
    var discovered = DiscoveredSpace()
    discovered.add(Self.solver)
    discovered.add(Self.momentum)
    func spent(_ count: Int) -> Duration {
      let begun = ContinuousClock.now
      for number in 0..<count {
        var point = SearchPoint(["solver": .category(number % 2 == 0 ? "sgd" : "adam")])
        if number % 2 == 0 { point["momentum"] = .float(Double(number % 7) / 7) }
        number % 3 == 0 ? discovered.learn(cut: point) : discovered.learn(point)
      }
      return ContinuousClock.now - begun
    }
    let first = spent(1_000)
    _ = spent(18_000)
    // What looks at all earlier trials would take twenty times as long.
    #expect(spent(1_000) < first * 8 + .milliseconds(20))
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
