import Basics
import Foundation
import Testing

@testable import Optimization

struct TPESamplerTests {
  /// A function on -5...5 in every coordinate with its least value at a known point.
  struct Function: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var dimensions: Int
    var value: @Sendable ([Double]) -> Double
  }

  static let functions = [
    Function(testDescription: "sphere", dimensions: 4) { x in
      x.reduce(0) { $0 + ($1 - 1) * ($1 - 1) }
    },
    Function(testDescription: "rosenbrock", dimensions: 2) { x in
      100 * pow(x[1] - x[0] * x[0], 2) + pow(1 - x[0], 2)
    },
    Function(testDescription: "rastrigin", dimensions: 3) { x in
      30 + x.reduce(0) { $0 + $1 * $1 - 10 * cos(2 * .pi * $1) }
    },
    Function(testDescription: "styblinski-tang", dimensions: 5) { x in
      0.5 * x.reduce(0) { $0 + pow($1, 4) - 16 * $1 * $1 + 5 * $1 }
    },
  ]

  @Test(arguments: functions)
  func `finds better points than random search`(function: Function) throws {
    let space = try SearchSpace(
      (0..<function.dimensions).map { SearchParameter("x\($0)", .float(low: -5, high: 5)) })
    func median(_ sampler: any Sampler) -> Double {
      let found = (0..<9).map { seed in
        var study = Study(space: space, goal: .minimize, sampler: sampler, seed: UInt64(seed))
        for _ in 0..<80 {
          let trial = study.ask()
          let x = (0..<function.dimensions).map { trial.point.number("x\($0)") ?? .nan }
          study.tell(trial.number, .completed(value: function.value(x)))
        }
        return study.best?.value ?? .nan
      }
      return found.sorted()[4]
    }
    #expect(median(TPESampler()) < median(RandomSampler()))
  }

  @Test func `learns choices and what depends on them`() throws {
    let space = try SearchSpace([
      SearchParameter("kind", .categorical(["a", "b", "c", "d"])),
      SearchParameter("x", .float(low: 0, high: 1), when: .init(parent: "kind", values: ["c"])),
    ])
    var study = Study(space: space, goal: .maximize, sampler: TPESampler(), seed: 4)
    for _ in 0..<60 {
      let trial = study.ask()
      let value = trial.point.number("x").map { 1 - abs($0 - 0.8) } ?? 0
      study.tell(trial.number, .completed(value: value))
    }
    #expect((study.best?.value ?? 0) > 0.97)
    #expect(study.trials.suffix(30).count { $0.point.word("kind") == "c" } > 18)
  }

  @Test(arguments: [false, true])
  func `asks for a new point near the good ones where most of these were tried`(
    isConditional: Bool
  ) throws {
    let number = SearchParameter(
      "x", .int(low: 0, high: 999),
      when: isConditional ? .init(parent: "kind", values: ["a"]) : nil)
    let space = try SearchSpace(
      (isConditional ? [SearchParameter("kind", .categorical(["a", "b"]))] : []) + [number])
    func point(_ x: Int) -> SearchPoint {
      SearchPoint(isConditional ? ["kind": .category("a"), "x": .int(x)] : ["x": .int(x)])
    }
    // All around 500, and some elsewhere.
    let tried = Array(480...520) + Array(stride(from: 0, to: 1000, by: 25))
    var history = SearchHistory(space: space, goals: [.minimize], seed: 1)
    history.trials = tried.enumerated().map { number, x in
      Trial(number: number, point: point(x), state: .completed(value: Double(abs(x - 500))))
    }
    if isConditional {
      history.trials.append(
        Trial(
          number: tried.count, point: SearchPoint(["kind": .category("b")]),
          state: .completed(value: 1000)))
    }
    let drawn = (0..<40).compactMap { stream in
      var random = SeededGenerator(seed: 3, stream: UInt64(stream))
      return TPESampler().point(for: history, using: &random).number("x").map { Int($0) }
    }
    #expect(drawn.allSatisfy { !tried.contains($0) })
    #expect(drawn.count { (400...600).contains($0) } > 30)
  }

  @Test(arguments: [false, true])
  func `asks for what rules allow near the good ones where they refuse most of it`(
    isCountable: Bool
  ) throws {
    let domain = isCountable ? ParameterDomain.int(low: 0, high: 999) : .float(low: 0, high: 999)
    let space = SamplerCases.space([SearchParameter("x", domain)], constraints: ["x <= 500"])
    // What lies beyond the border is furthest from bad trials: the best candidates are there.
    let tried =
      Array(stride(from: 0.0, to: 480, by: 20)) + Array(stride(from: 480.0, through: 500, by: 1))
    var history = SearchHistory(space: space, goals: [.maximize], seed: 1)
    history.trials = tried.enumerated().map { number, x in
      let point = SearchPoint(["x": isCountable ? .int(Int(x)) : .float(x)])
      return Trial(number: number, point: point, state: .completed(value: x))
    }
    let drawn = (0..<40).compactMap { stream in
      var random = SeededGenerator(seed: 3, stream: UInt64(stream))
      return TPESampler().point(for: history, using: &random).number("x")
    }
    #expect(drawn.allSatisfy { $0 <= 500 })
    #expect(drawn.count { $0 >= 400 } > 30)
    // Neither tried again nor what is left when a refused one is moved to the border.
    if isCountable {
      #expect(drawn.allSatisfy { !tried.contains($0) })
    } else {
      #expect(drawn.count { $0 > 499.5 } < 10)
    }
  }

  @Test func `ranks completed before pruned before failed trials, and later steps before earlier`()
    throws
  {
    let states: [TrialState] = [
      .failed(message: "no"), .pruned(value: 0, step: 10), .pruned(value: 5, step: 30),
      .completed(value: .nan), .completed(value: 9), .completed(value: 2), .completed(value: 2),
    ]
    let trials = states.enumerated().map { Trial(number: $0, point: .init(), state: $1) }
    let history = SearchHistory(
      space: try SearchSpace([]), goals: [.minimize], trials: trials, seed: 1)
    #expect(history.ranked(trials.indices).map(\.index) == [5, 6, 4, 2, 1, 0, 3])
  }

  @Test(arguments: [1, 2], [1, 3, 25, 200])
  func `finds the best trials without sorting all of them`(goals: Int, count: Int) throws {
    var random = SeededGenerator(seed: 5)
    let trials = (0..<100).map { number -> Trial in
      // Few different values, so that there are ties.
      let values = (0..<goals).map { _ in Double(random.next(below: 8)) }
      let state: TrialState =
        switch random.next(below: 6) {
        case 0: .running
        case 1: .failed(message: "no")
        case 2: .completed(values: values.map { _ in .nan })
        case 3: .pruned(value: values[0], step: 1 + random.next(below: 3))
        default: .completed(values: values)
        }
      return Trial(number: number, point: .init(), state: state)
    }
    let history = SearchHistory(
      space: try SearchSpace([]), goals: [OptimizationGoal](repeating: .minimize, count: goals),
      trials: trials, seed: 1)
    let some = Array(stride(from: 0, to: 100, by: 3))
    let sorted = history.ranked(some).filter { $0.group != .hopeless }.map(\.index)
    #expect(history.best(count, of: some) == Array(sorted.prefix(count)))
  }
}
