import Basics
import Testing

@testable import Optimization

/// What TPE learns in a Hyperband.
struct TPEBracketTests {
  static let pruner = HyperbandPruner()

  /// The first number from `count` on whose trial belongs to a bracket.
  private func number(in bracket: Int, from count: Int) throws -> Int {
    try #require((count...).first { Self.pruner.bracket(of: $0) == bracket })
  }

  /// Trials with a point for each number, of which those that may be stopped are, after some steps.
  private func history(
    _ space: SearchSpace, count: Int, point: (Int) -> SearchPoint
  ) -> SearchHistory {
    let trials = (0..<count).map { number -> Trial in
      let value = SamplerContractTests.value(point(number))
      let isStopped = number % 4 != 0 && Self.pruner.bracket(of: number) < 3
      return Trial(
        number: number, point: point(number),
        state: isStopped ? .pruned(value: value, step: 60) : .completed(value: value))
    }
    return SearchHistory(space: space, goals: [.minimize], trials: trials, seed: 1)
  }

  @Test(arguments: [0, 1, 2, 3], ["every kind", "conditions of conditions", "words only"])
  func `learns nothing from trials that less patient brackets stopped`(
    bracket: Int, space: String
  ) throws {
    let space = try #require(SamplerCases.spaces[space])
    var random = SeededGenerator(seed: 8)
    let points = (0..<200).map { _ in RandomSampler.point(of: space, using: &random) }
    let next = try number(in: bracket, from: 150)
    var all = history(space, count: next) { points[$0] }
    // The last one tells the number of the next.
    all.trials[next - 1].state = .completed(value: 0)
    var some = all
    some.trials.removeAll { trial in
      guard case .pruned = trial.state else { return false }
      return Self.pruner.bracket(of: trial.number) < bracket
    }
    #expect((some.trials.count < all.trials.count) == (bracket > 0))
    let sampler = TPESampler(brackets: Self.pruner)
    for stream in 0..<8 {
      var first = SeededGenerator(seed: 2, stream: UInt64(stream))
      var second = first
      let point = sampler.point(for: all, using: &first)
      #expect(point == sampler.point(for: some, using: &second))
    }
  }

  @Test(arguments: [1, 2, 3], ["every kind", "conditions of conditions"])
  func `learns as a less patient bracket does until enough others have ended`(
    bracket: Int, space: String
  ) throws {
    let space = try #require(SamplerCases.spaces[space])
    #expect(space.pointCount == nil)
    var draws = SeededGenerator(seed: 9)
    let next = try #require(
      (60...).first { number in
        Self.pruner.bracket(of: number) == bracket && Self.pruner.bracket(of: number - 1) == 0
      })
    // Nine that were completed are too few.
    let trials = (0..<next).filter { $0 < 9 || Self.pruner.bracket(of: $0) == 0 }.map { number in
      let point = RandomSampler.point(of: space, using: &draws)
      let value = SamplerContractTests.value(point)
      return Trial(
        number: number, point: point,
        state: number < 9 ? .completed(value: value) : .pruned(value: value, step: 20))
    }
    let history = SearchHistory(space: space, goals: [.minimize], trials: trials, seed: 1)
    for stream in 0..<8 {
      var first = SeededGenerator(seed: 2, stream: UInt64(stream))
      var (second, third) = (first, first)
      let point = TPESampler(brackets: Self.pruner).point(for: history, using: &first)
      #expect(point == TPESampler().point(for: history, using: &second))
      #expect(point != RandomSampler.point(of: space, using: &third))
    }
  }

  @Test func `tries points again that less patient brackets gave up, and no others`() throws {
    let space = SamplerCases.space([SearchParameter("x", .int(low: 0, high: 199))])
    func drawn(for bracket: Int) throws -> Set<Int> {
      let next = try number(in: bracket, from: 120)
      let history = history(space, count: next) { SearchPoint(["x": .int($0)]) }
      let sampler = TPESampler(brackets: Self.pruner)
      return Set(
        try (0..<60).map { stream in
          var random = SeededGenerator(seed: 5, stream: UInt64(stream))
          return Int(try #require(sampler.point(for: history, using: &random).number("x")))
        }.filter { $0 < next })
    }
    #expect(try drawn(for: 0).isEmpty)
    for bracket in 1...3 {
      let again = try drawn(for: bracket)
      #expect(!again.isEmpty)
      #expect(again.allSatisfy { $0 % 4 != 0 && Self.pruner.bracket(of: $0) < bracket })
    }
  }

  @Test func `is told of its brackets where Hyperband stops trials`() throws {
    func brackets(_ name: SamplerName, _ pruner: PrunerName) -> HyperbandPruner? {
      (name.sampler(beside: pruner) as? TPESampler)?.brackets
    }
    #expect(brackets(.tpe, .hyperband) == HyperbandPruner())
    #expect(brackets(.tpe, .asha) == nil)
    let automatic = try #require(
      SamplerName.automatic.sampler(beside: .hyperband) as? AutomaticSampler)
    #expect(automatic.pruner == .hyperband)
  }
}
