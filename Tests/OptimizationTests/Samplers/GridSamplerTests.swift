import Basics
import JobProtocol
import Testing

@testable import Optimization

struct GridSamplerTests {
  func points(_ space: SearchSpace, _ count: Int, levels: Int = 3, seed: UInt64 = 1)
    -> [SearchPoint]
  {
    var study = Study(
      space: space, goal: .minimize, sampler: GridSampler(levels: levels), seed: seed)
    return (0..<count).map { _ in study.ask().point }
  }

  @Test func `every combination comes once, conditions included`() throws {
    let space = try SearchSpace([
      SearchParameter("kind", .categorical(["a", "b"])),
      SearchParameter("x", .float(low: 0, high: 1), when: .init(parent: "kind", values: ["b"])),
      SearchParameter("flag", .boolean),
    ])
    // a with 2 flags, b with 3 levels and 2 flags.
    let found = points(space, 8)
    #expect(Set(found).count == 8)
    #expect(found.count { $0.word("kind") == "a" } == 2)
    #expect(Set(found.compactMap { $0.number("x") }) == [0, 0.5, 1])
    #expect(points(space, 8, seed: 2) != found)
  }

  @Test func `initial points take no combination away`() throws {
    let space = try SearchSpace(
      [SearchParameter("n", .int(low: 1, high: 4))],
      initialPoints: [SearchPoint(["n": .int(2)]), SearchPoint(["n": .int(2)])])
    let found = points(space, 6, levels: 4).compactMap { $0.number("n") }
    #expect(found.prefix(2) == [2, 2])
    #expect(Set(found.dropFirst(2)) == [1, 2, 3, 4])
  }

  @Test func `points that somebody wants take no combination away`() throws {
    let space = try SearchSpace(
      [SearchParameter("n", .int(low: 1, high: 4))], initialPoints: [SearchPoint(["n": .int(2)])])
    var study = Study(space: space, goal: .minimize, sampler: GridSampler(levels: 4), seed: 3)
    var drawn: [Double?] = []
    for number in 0..<8 {
      // Before the initial point's turn is over, between combinations, and two in a row.
      let isWanted = [1, 3, 4].contains(number)
      let trial = study.ask(isWanted ? SearchPoint(["n": .int(3)]) : nil)
      #expect(trial.isGiven == (number == 0 || isWanted))
      if !trial.isGiven { drawn.append(trial.point.number("n")) }
    }
    #expect(drawn.count == 4)
    #expect(Set(drawn) == [1, 2, 3, 4])
  }

  @Test func `a point that is trained again stays where it was from`() throws {
    let (one, two) = (SearchPoint(["n": .int(1)]), SearchPoint(["n": .int(2)]))
    let promotion = TrialPromotion(trial: 0, rung: 3, better: 0, seen: 4)
    let space = try SearchSpace([SearchParameter("n", .int(low: 1, high: 4))])
    for isGiven in [false, true] {
      let history = SearchHistory(
        space: space, goals: [.minimize],
        trials: [
          Trial(number: 0, point: one, state: .pruned(value: 1, step: 3), isGiven: isGiven),
          Trial(number: 1, point: two, state: .completed(value: 2)),
          Trial(number: 2, point: one, state: .completed(value: 1), promotion: promotion),
        ], seed: 1)
      #expect(GridSampler.place(in: history.observed) == (isGiven ? 1 : 2))
    }
  }

  @Test func `after the last combination the grid becomes finer`() throws {
    let space = try SearchSpace([SearchParameter("x", .float(low: 0, high: 1))])
    let found = points(space, 9).compactMap { $0.number("x") }
    #expect(Set(found.prefix(3)) == [0, 0.5, 1])
    #expect(Set(found.prefix(5)) == [0, 0.25, 0.5, 0.75, 1])
    #expect(Set(found) == Set((0...8).map { Double($0) / 8 }))
  }

  @Test(
    arguments: [
      .int(low: 0, high: 19), .int(low: 1, high: 4, log: true), .int(low: 1, high: 30, log: true),
      .steps(low: 0, high: 3, step: 0.25), .categorical((0..<17).map { "word\($0)" }),
      .ordinal((0..<17).map { "word\($0)" }),
    ] as [ParameterDomain])
  func `a countable space is tried once from end to end, then again`(domain: ParameterDomain) throws
  {
    let space = try SearchSpace([
      SearchParameter("long", domain), SearchParameter("flag", .boolean),
    ])
    let count = try #require(space.pointCount)
    let found = points(space, 2 * count, levels: 5)
    #expect(Set(found.prefix(count)).count == count)
    #expect(found.allSatisfy(space.contains))
  }

  @Test func `words are all combined, however many there are`() throws {
    let space = try SearchSpace([
      SearchParameter("word", .categorical((0..<7).map(String.init))),
      SearchParameter("x", .float(low: 0, high: 1)),
    ])
    let found = points(space, 7 * 5, levels: 3)
    #expect(Set(found.prefix(7 * 3).compactMap { $0.word("word") }).count == 7)
    #expect(Set(found).count == 7 * 5)
  }

  @Test func `beside rules nothing comes twice while there is something else`() throws {
    let space = try SearchSpace(
      [SearchParameter("a", .int(low: 1, high: 12)), SearchParameter("b", .int(low: 1, high: 12))],
      constraints: [Constraint(parsing: "a < b")])
    let found = points(space, 66, levels: 4)
    #expect(Set(found).count == 66)
    #expect(found.allSatisfy(space.contains))
  }

  @Test func `what rules forbid is left out`() throws {
    let space = try SearchSpace(
      [SearchParameter("a", .int(low: 1, high: 4)), SearchParameter("b", .int(low: 1, high: 4))],
      constraints: [Constraint(parsing: "a + b <= 5")])
    let found = points(space, 10, levels: 4)
    #expect(Set(found).count == 10)
    #expect(found.allSatisfy(space.contains))
  }

  @Test(arguments: [1, 2, 3, 4, 5, 6, 7, 12, 97, 1000, 1 << 16])
  func `the shuffled order is a permutation`(count: Int) {
    #expect(Set((0..<count).map { GridSampler.shuffled($0, of: count, seed: 5) }) == Set(0..<count))
  }
}
