import Basics
import Foundation
import Testing

@testable import Optimization

struct NSGA3SamplerTests {
  /// DTLZ2 of Deb, Thiele, Laumanns & Zitzler 2002: its frontier is the part of the unit sphere in which no
  /// goal is below 0.
  struct Sphere: Sendable {
    var goals: Int
    /// Numbers that only cost.
    var costs = 5

    var names: [String] { (0..<(goals - 1 + costs)).map { "x\($0)" } }

    var space: SearchSpace {
      SamplerCases.space(names.map { SearchParameter($0, .float(low: 0, high: 1)) })
    }

    func losses(_ x: [Double]) -> [Double] {
      let cost = x.dropFirst(goals - 1).reduce(1) { $0 + ($1 - 0.5) * ($1 - 0.5) }
      return (0..<goals).map { goal in
        let last = goals - 1 - goal
        let cosines = x.prefix(last).reduce(cost) { $0 * cos($1 * .pi / 2) }
        return goal == 0 ? cosines : cosines * sin(x[last] * .pi / 2)
      }
    }

    func study(_ sampler: any Sampler, trials: Int, seed: UInt64) -> Study {
      var study = Study(
        space: space, goals: [OptimizationGoal](repeating: .minimize, count: goals),
        sampler: sampler, seed: seed, budget: trials)
      for _ in 0..<trials {
        let trial = study.ask()
        study.tell(trial.number, .completed(values: losses(of: trial)))
      }
      return study
    }

    func losses(of trial: Trial) -> [Double] {
      losses(names.map { trial.point.number($0) ?? .nan })
    }

    /// The mean distance from where the directions meet the frontier to the nearest trial (IGD).
    func distance(_ study: Study, directions: [[Double]]) -> Double {
      let found = study.trials.compactMap(\.values)
      let distances = directions.map { direction in
        let length = direction.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return found.map { point in
          zip(point, direction).reduce(0) { $0 + pow($1.0 - $1.1 / length, 2) }.squareRoot()
        }.min() ?? .infinity
      }
      return distances.reduce(0, +) / Double(distances.count)
    }

    /// The median over three seeds.
    func distance(_ sampler: any Sampler, trials: Int, divisions: Int) -> Double {
      let directions = ReferenceDirections.simplex(goals: goals, divisions: divisions)
      return (0..<3).map {
        distance(study(sampler, trials: trials, seed: $0), directions: directions)
      }.sorted()[1]
    }
  }

  @Test func `the frontier of DTLZ2 is the sphere`() {
    let sphere = Sphere(goals: 3)
    let best = sphere.losses([0.3, 0.8, 0.5, 0.5, 0.5, 0.5, 0.5])
    #expect(abs(best.reduce(0) { $0 + $1 * $1 } - 1) < 1e-12)
    let other = sphere.losses([0.3, 0.8, 0.5, 1, 0.5, 0.5, 0.5])
    #expect(abs(other.reduce(0) { $0 + $1 * $1 } - 1.5625) < 1e-12)
  }

  @Test func `breeds a frontier of three goals, spread over its directions`() {
    let sphere = Sphere(goals: 3)
    let bred = sphere.distance(NSGA3Sampler(populationSize: 28), trials: 840, divisions: 6)
    let drawn = sphere.distance(RandomSampler(), trials: 840, divisions: 6)
    #expect(bred < 0.07)
    #expect(drawn > 0.13)
    func volume(_ sampler: any Sampler) -> Double {
      let study = sphere.study(sampler, trials: 840, seed: 3)
      return Hypervolume.of(study.frontier.compactMap(\.values), reference: [1.1, 1.1, 1.1])
    }
    let (inside, outside) = (volume(NSGA3Sampler(populationSize: 28)), volume(RandomSampler()))
    // All of it is 1.331 less an eighth of the unit sphere.
    #expect(inside < 1.331 - .pi / 6 && inside > 0.68)
    #expect(outside < 0.48)
  }

  @Test func `comes about as near to the frontier as published`() {
    // Deb & Jain 2014, Table III: with 92 survivors and 250 generations 0.001262 at best, 0.002114 at worst.
    let sphere = Sphere(goals: 3, costs: 10)
    let study = sphere.study(NSGA3Sampler(populationSize: 92), trials: 23_000, seed: 1)
    let directions = ReferenceDirections.simplex(goals: 3, divisions: 12)
    #expect(sphere.distance(study, directions: directions) < 0.003)
  }

  @Test func `with five goals directions lead nearer to the frontier than crowding`() {
    let sphere = Sphere(goals: 5)
    let directed = sphere.distance(NSGA3Sampler(populationSize: 36), trials: 720, divisions: 3)
    let crowded = sphere.distance(NSGA2Sampler(populationSize: 36), trials: 720, divisions: 3)
    #expect(directed < 0.8 * crowded)
  }

  @Test func `several goals are bred for the same, whatever is remembered and told first`() {
    let sphere = Sphere(goals: 4)
    func points(order: [Int], remembers: Bool) -> [SearchPoint] {
      var study = Study(
        space: sphere.space, goals: [.minimize, .maximize, .minimize, .minimize],
        sampler: NSGA3Sampler(populationSize: 12), seed: 4)
      for _ in 0..<30 {
        let batch = (0..<3).map { _ in
          if !remembers { study.forget() }
          return study.ask()
        }
        for place in order {
          let trial = batch[place]
          study.tell(
            trial.number,
            trial.number % 13 == 5
              ? .failed(message: "no") : .completed(values: sphere.losses(of: trial)))
        }
      }
      return study.trials.map(\.point)
    }
    let usual = points(order: [0, 1, 2], remembers: true)
    #expect(points(order: [2, 0, 1], remembers: true) == usual)
    #expect(points(order: [0, 1, 2], remembers: false) == usual)
    #expect(Set(usual).count == 90)
  }

  @Test func `a generation has a trial for each direction, in fours`() {
    func size(_ goals: Int, _ budget: Int?) -> [Int] {
      let history = SearchHistory(
        space: SamplerCases.space([]),
        goals: [OptimizationGoal](repeating: .minimize, count: goals), seed: 1, budget: budget)
      let survival = NSGA3Sampler().survival(history)
      return [survival.directions.count, survival.size]
    }
    // As the paper has it for three goals.
    #expect(size(3, 10_000) == [91, 92])
    #expect(size(3, 300) == [45, 48])
    #expect(size(8, 300) == [44, 44])
    #expect(size(8, 10) == [9, 12])
    #expect(size(1, 300) == [1, 52])
  }
}
