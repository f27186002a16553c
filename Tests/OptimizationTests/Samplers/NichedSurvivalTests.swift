import Basics
import Testing

@testable import Optimization

/// Directions, scales and niches of NSGA-III.
struct NichedSurvivalTests {
  struct Layers: Sendable {
    var goals: Int
    var count: Int
  }

  /// Deb & Jain 2014, Table I.
  static let published = [
    Layers(goals: 3, count: 91), Layers(goals: 5, count: 210), Layers(goals: 8, count: 156),
    Layers(goals: 10, count: 275), Layers(goals: 15, count: 135),
  ]

  @Test(arguments: published)
  func `there are as many directions as the paper has`(layers: Layers) {
    let directions = ReferenceDirections.fitting(goals: layers.goals, atMost: layers.count)
    #expect(directions.count == layers.count)
    #expect(Set(directions).count == layers.count)
    for direction in directions {
      #expect(abs(direction.reduce(0, +) - 1) < 1e-12)
      #expect(direction.allSatisfy { $0 >= 0 })
    }
    // Some lie within.
    #expect(directions.contains { $0.allSatisfy { $0 > 0 } })
    #expect(
      ReferenceDirections.fitting(goals: layers.goals, atMost: layers.count - 1).count
        < layers.count)
  }

  @Test func `counting and making agree`() {
    for goals in 1...6 {
      for divisions in 0...5 {
        let count = ReferenceDirections.count(goals: goals, divisions: divisions, most: 1000)
        #expect(ReferenceDirections.simplex(goals: goals, divisions: divisions).count == count)
      }
    }
    #expect(ReferenceDirections.count(goals: 8, divisions: 60, most: 50) == 51)
  }

  @Test func `a scale ends where the plane through the extreme points cuts the axes`() {
    let points = [[3.0, 1, 1], [1, 5, 1], [1, 1, 9], [1.5, 1.5, 1.5], [3, 5, 9]]
    let scale = GoalScale(points, first: [0, 1, 2, 3], ideal: [1, 1, 1])
    for (one, other) in zip(scale.intercepts, [2.0, 4, 8]) { #expect(abs(one - other) < 1e-9) }
    #expect(scale.scaled([1, 1, 1]) == [0, 0, 0])
  }

  @Test func `without a plane a scale ends at the worst of the first front`() {
    // One point is extreme on both axes.
    let flat = GoalScale([[0, 1], [0, 2]], first: [0], ideal: [0, 1])
    #expect(flat.intercepts == [1, 1])
    let same = GoalScale([[2, 2], [2, 2]], first: [0, 1], ideal: [2, 2])
    #expect(same.intercepts == [1, 1])
    // The plane through (0, 4) and (3, 4) never cuts the first axis.
    let level = GoalScale([[0, 4], [3, 4]], first: [0], ideal: [0, 0])
    #expect(level.intercepts == [3, 4])
  }

  /// Five points of one front, three of which lie on directions; the second goal in units of its own.
  static func front(unit: Double) -> [[Double]] {
    [[0, 1], [0.02, 0.98], [0.5, 0.5], [0.45, 0.56], [1, 0]].map { [$0[0], $0[1] * unit] }
  }

  @Test(arguments: [1, 1000, 1e-9])
  func `the last front gives to each niche who is nearest, in whatever unit`(unit: Double) {
    let survival = NichedSurvival(
      directions: ReferenceDirections.simplex(goals: 2, divisions: 2), size: 3)
    for seed in 0..<5 {
      var random = SeededGenerator(seed: UInt64(seed))
      let chosen = survival.choose(Self.front(unit: unit), ideal: [0, 0], using: &random)
      #expect(chosen.sorted() == [0, 2, 4])
    }
  }

  @Test func `whole fronts come first, and full niches last`() {
    let survival = NichedSurvival(
      directions: ReferenceDirections.simplex(goals: 2, divisions: 2), size: 4)
    var random = SeededGenerator(seed: 1)
    // Two of the first front are in the middle; the second front has one at each end, two in the middle.
    let losses = [[0.5, 0.5], [0.49, 0.51], [0.1, 1.9], [0.9, 1.1], [1.1, 0.9], [1.9, 0.1]]
    #expect(ParetoOrder(losses).fronts == [0, 0, 0, 1, 1, 0])
    let chosen = survival.choose(losses, ideal: [0, 0], using: &random)
    #expect(chosen.sorted() == [0, 1, 2, 5])
    let more = losses + [[0.05, 2.5], [2.5, 0.05]]
    let spread = NichedSurvival(directions: survival.directions, size: 5)
    for seed in 0..<5 {
      random = SeededGenerator(seed: UInt64(seed))
      let five = spread.choose(more, ideal: [0, 0], using: &random)
      #expect(five.count == 5 && Set(five).count == 5)
      #expect(five.contains(6) && five.contains(7), "\(five)")
    }
  }

  @Test func `trials without values survive only where others are missing`() {
    let space = SamplerCases.space([SearchParameter("x", .float(low: 0, high: 1))])
    let states: [TrialState] = [
      .failed(message: "no"), .completed(values: [1, 2]), .pruned(value: 3, step: 4),
      .completed(values: [.nan, 1]), .completed(values: [2, 1]),
      .completed(values: [-.infinity, 9]),
    ]
    let trials = states.enumerated().map {
      Trial(number: $0.offset, point: SearchPoint(["x": .float(0.1)]), state: $0.element)
    }
    let history = SearchHistory(
      space: space, goals: [.minimize, .minimize], trials: trials, seed: 1)
    func survivors(_ size: Int) -> [Int] {
      var random = SeededGenerator(seed: 1)
      let survival = NichedSurvival(
        directions: ReferenceDirections.simplex(goals: 2, divisions: 1), size: size)
      return survival.survivors(of: Array(0..<6), in: history, known: 6, using: &random).sorted()
    }
    #expect(survivors(3) == [1, 4, 5])
    #expect(survivors(4) == [1, 2, 4, 5])
    #expect(survivors(6) == [0, 1, 2, 3, 4, 5])
    #expect(Set(survivors(2)).isSubset(of: [1, 4, 5]))
  }
}
