import Basics
import Foundation
import Testing

@testable import Optimization

struct ParameterImportanceTests {
  /// Completed trials at even random points of the unit cube.
  static func history(
    _ count: Int, dimensions: Int, seed: UInt64 = 1, goal: OptimizationGoal = .minimize,
    _ value: ([Double]) -> Double
  ) throws -> SearchHistory {
    let space = try SearchSpace(
      (0..<dimensions).map { SearchParameter("x\($0)", .float(low: 0, high: 1)) })
    var random = SeededGenerator(seed: seed)
    let trials = (0..<count).map { number in
      let x = (0..<dimensions).map { _ in random.nextUnit() }
      let point = SearchPoint(
        Dictionary(
          uniqueKeysWithValues: x.enumerated().map { ("x\($0)", ParameterValue.float($1)) }))
      return Trial(number: number, point: point, state: .completed(value: value(x)))
    }
    return SearchHistory(space: space, goals: [goal], trials: trials, seed: seed)
  }

  static func share(_ importance: ParameterImportance, _ name: String) -> Double {
    importance.shares.first { $0.name == name }?.value ?? .nan
  }

  static func pair(_ importance: ParameterImportance, _ first: String, _ second: String) -> Double {
    importance.pairs.first { $0.first == first && $0.second == second }?.value ?? .nan
  }

  @Test func `a sum of two numbers has the shares of their variances`() throws {
    // Var(x0) : Var(2 x1) = 1 : 4.
    let history = try Self.history(600, dimensions: 3) { $0[0] + 2 * $0[1] }
    let importance = try ParameterImportance(of: history, seed: 1)
    #expect(abs(Self.share(importance, "x0") - 0.2) < 0.04)
    #expect(abs(Self.share(importance, "x1") - 0.8) < 0.05)
    #expect(Self.share(importance, "x2") < 0.01)
    #expect(importance.shares.map(\.name) == ["x1", "x0", "x2"])
    #expect(try #require(importance.explained) > 0.95)
    #expect(importance.trialCount == 600)
  }

  @Test func `a product of two numbers has a share that neither makes alone`() throws {
    // On the unit square: 3/7 each, and 1/7 together.
    let history = try Self.history(1_000, dimensions: 2) { $0[0] * $0[1] }
    let importance = try ParameterImportance(of: history, seed: 1)
    #expect(abs(Self.share(importance, "x0") - 3.0 / 7) < 0.05)
    #expect(abs(Self.share(importance, "x1") - 3.0 / 7) < 0.05)
    #expect(abs(Self.pair(importance, "x0", "x1") - 1.0 / 7) < 0.04)
  }

  /// Sobol indices 0.3139, 0.4424 and 0, and 0.2437 of the first with the third.
  ///
  /// Ishigami & Homma 1990, with a = 7 and b = 0.1. Greedy trees smooth the two periods of the
  /// second.
  @Test func `Ishigami's function has its published shares`() throws {
    let history = try Self.history(2_000, dimensions: 3) { place in
      let x = place.map { .pi * (2 * $0 - 1) }
      return sin(x[0]) + 7 * pow(sin(x[1]), 2) + 0.1 * pow(x[2], 4) * sin(x[0])
    }
    let importance = try ParameterImportance(of: history, seed: 3)
    #expect(abs(Self.share(importance, "x0") - 0.3139) < 0.06)
    #expect(abs(Self.share(importance, "x1") - 0.4424) < 0.13)
    #expect(Self.share(importance, "x2") < 0.04)
    #expect(abs(Self.pair(importance, "x0", "x2") - 0.2437) < 0.08)
    #expect(importance.pairs.first.map { [$0.first, $0.second] } == ["x0", "x2"])
  }

  @Test(arguments: ParameterImportance.Method.allCases)
  func `what has no influence is last, and what has is first`(
    method: ParameterImportance.Method
  ) throws {
    let history = try Self.history(200, dimensions: 4) { 3 * $0[2] + sin(6 * $0[0]) }
    let importance = try ParameterImportance(of: history, method: method, seed: 2)
    #expect(Set(importance.shares.prefix(2).map(\.name)) == ["x0", "x2"])
    #expect(importance.shares.suffix(2).allSatisfy { abs($0.value) < 0.05 })
    #expect(importance.pairs.isEmpty == (method == .permutation))
  }

  @Test(arguments: ParameterImportance.Method.allCases)
  func `unit, sign and goal of the values change nothing`(
    method: ParameterImportance.Method
  ) throws {
    let one = try Self.history(80, dimensions: 2) { $0[0] + $0[1] * $0[1] }
    let other = try Self.history(80, dimensions: 2, goal: .maximize) {
      5 - 1_024 * ($0[0] + $0[1] * $0[1])
    }
    let first = try ParameterImportance(of: one, method: method, seed: 4)
    let second = try ParameterImportance(of: other, method: method, seed: 4)
    for name in ["x0", "x1"] {
      #expect(abs(Self.share(first, name) - Self.share(second, name)) < 0.02)
    }
    #expect(try ParameterImportance(of: one, method: method, seed: 4) == first)
    #expect(try ParameterImportance(of: one, method: method, seed: 5) != first)
  }

  @Test func `only completed trials with finite values count`() throws {
    var history = try Self.history(60, dimensions: 2) { $0[0] }
    let clean = try ParameterImportance(of: history, seed: 1)
    let point = history.trials[0].point
    for state: TrialState in [
      .running, .failed(message: "x"), .pruned(value: 900, step: 3), .completed(value: .nan),
      .completed(value: .infinity),
    ] {
      history.trials.append(Trial(number: history.nextNumber, point: point, state: state))
    }
    #expect(try ParameterImportance(of: history, seed: 1) == clean)
  }

  @Test func `too few trials, or equal values, are an error that says so`() throws {
    let few = try Self.history(3, dimensions: 2) { $0[0] }
    let equal = try Self.history(9, dimensions: 2) { _ in 0.3 }
    for history in [few, equal] {
      do {
        _ = try ParameterImportance(of: history, seed: 1)
        Issue.record("no error")
      } catch {
        #expect(error.code == .notToldEnough)
      }
      #expect(SearchLandscape(of: history, seed: 1) == nil)
    }
  }

  /// The momentum matters only where there is one.
  @Test func `a conditional parameter is judged among the trials that had it`() throws {
    let space = try SearchSpace([
      SearchParameter("solver", .categorical(["adam", "sgd", "rare"])),
      SearchParameter("noise", .float(low: 0, high: 1)),
      SearchParameter(
        "momentum", .float(low: 0, high: 1), when: .init(parent: "solver", values: ["sgd"])),
      SearchParameter(
        "never", .float(low: 0, high: 1), when: .init(parent: "solver", values: ["rare"])),
    ])
    var random = SeededGenerator(seed: 3)
    let trials = (0..<300).map { number in
      var point = SearchPoint([
        "solver": .category(number % 3 == 0 ? "adam" : "sgd"),
        "noise": .float(random.nextUnit()),
      ])
      var value = 5.0
      if number % 3 != 0 {
        let momentum = random.nextUnit()
        point["momentum"] = .float(momentum)
        value = momentum
      }
      return Trial(number: number, point: point, state: .completed(value: value))
    }
    let importance = try ParameterImportance(
      of: SearchHistory(space: space, goals: [.minimize], trials: trials, seed: 1), seed: 1)
    let momentum = try #require(importance.shares.first { $0.name == "momentum" })
    #expect(momentum.value > 0.9)
    #expect(momentum.trialCount == 200)
    let solver = try #require(importance.shares.first { $0.name == "solver" })
    #expect(solver.value > 0.8)
    #expect(solver.trialCount == 300)
    #expect(Self.share(importance, "noise") < 0.05)
    #expect(importance.unknown == ["never"])
    // Its own forest knows it; that of all trials does not.
    #expect(importance.branches.map(\.names) == [["momentum"]])
    #expect(importance.branches.first?.trialCount == 200)
    #expect((importance.branches.first?.explained ?? 0) > 0.9)
  }

  @Test(arguments: SamplerCases.spaces.keys.sorted())
  func `every space of the contract suite can be judged`(name: String) throws {
    let space = try #require(SamplerCases.spaces[name])
    var random = SeededGenerator(seed: 11)
    let trials = (0..<40).map { number in
      Trial(
        number: number, point: RandomSampler.point(of: space, using: &random),
        state: .completed(value: random.nextUnit()))
    }
    let history = SearchHistory(space: space, goals: [.minimize], trials: trials, seed: 1)
    for method in ParameterImportance.Method.allCases {
      let importance = try ParameterImportance(of: history, method: method, seed: 1, trees: 8)
      let told = importance.shares.map(\.name) + importance.unknown
      #expect(Set(told) == Set(space.parameters.map(\.name)), "\(name)")
      #expect(told.count == space.parameters.count)
      #expect(importance.shares.allSatisfy { $0.value.isFinite && $0.deviation >= 0 })
      if method == .fanova {
        #expect(importance.shares.allSatisfy { $0.value > -1e-9 && $0.value < 1 + 1e-9 })
      }
    }
  }

  @Test func `a landscape follows what decides, in the unit of the values`() throws {
    let history = try Self.history(300, dimensions: 2, goal: .maximize) { 100 + 50 * $0[0] }
    let landscape = try #require(SearchLandscape(of: history, seed: 1))
    let curve = landscape.curve("x0", places: 10)
    #expect(curve.map(\.share).first == 0.05)
    for place in curve { #expect(abs(place.mean - (100 + 50 * place.share)) < 4) }
    let flat = landscape.curve("x1", places: 10)
    #expect(flat.allSatisfy { abs($0.mean - 125) < 4 })
    let surface = landscape.surface("x0", "x1", places: 6)
    #expect(surface.values.count == 36)
    #expect(surface.values[0] < surface.values[5] - 20)
    #expect(abs(surface.values[0] - surface.values[30]) < 8)
    #expect(landscape.curve("x9", places: 3).isEmpty)
    #expect(landscape.surface("x0", "x0", places: 3).values.isEmpty)
  }
}
