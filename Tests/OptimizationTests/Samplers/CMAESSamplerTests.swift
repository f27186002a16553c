import Basics
import Foundation
import Testing

@testable import Optimization

struct CMAESSamplerTests {
  /// Trials of a search for the least value of a function of all points.
  static func best(
    _ space: SearchSpace, trials: Int, seed: UInt64, value: (SearchPoint) -> Double
  ) -> Trial? {
    var study = Study(space: space, goal: .minimize, sampler: CMAESSampler(), seed: seed)
    for _ in 0..<trials {
      let trial = study.ask()
      study.tell(trial.number, .completed(value: value(trial.point)))
    }
    return study.best
  }

  @Test func `whole numbers do not freeze`() throws {
    let space = try SearchSpace(
      (0..<4).map { SearchParameter("n\($0)", .int(low: 0, high: 100)) }
        + [SearchParameter("x", .float(low: -1, high: 1))])
    let hits = (0..<9).count { seed in
      Self.best(space, trials: 400, seed: UInt64(seed)) { point in
        (0..<4).reduce(pow2(point.number("x"), 0.5)) {
          $0 + pow2(point.number("n\($1)"), Double(17 + 20 * $1))
        }
      }.flatMap(\.value).map { $0 < 0.5 } ?? false
    }
    #expect(hits >= 7)
  }

  func pow2(_ value: Double?, _ target: Double) -> Double {
    let distance = (value ?? .nan) - target
    return distance * distance
  }

  @Test func `words are chosen beside the numbers`() throws {
    let space = try SearchSpace([
      SearchParameter("kind", .categorical(["a", "b", "c"])),
      SearchParameter("x", .float(low: 0, high: 1)), SearchParameter("y", .float(low: 0, high: 1)),
      SearchParameter("z", .float(low: 0, high: 1), when: .init(parent: "kind", values: ["b"])),
    ])
    let best = Self.best(space, trials: 150, seed: 3) { point in
      pow2(point.number("x"), 0.3) + pow2(point.number("y"), 0.9)
        + (point.number("z").map { pow2($0, 0.6) } ?? 0.5)
    }
    #expect(best?.point.word("kind") == "b")
    #expect((best?.value ?? 1) < 0.01)
  }

  @Test func `generations wait for their last trial, and what runs meanwhile is drawn as before`()
    throws
  {
    let space = try SearchSpace([
      SearchParameter("x", .float(low: 0, high: 1)), SearchParameter("y", .float(low: 0, high: 1)),
    ])
    let sampler = CMAESSampler()
    var history = SearchHistory(space: space, goals: [.minimize], seed: 1)
    func next(_ history: SearchHistory) -> SearchPoint {
      var random = SeededGenerator(seed: 9)
      return sampler.point(for: history, using: &random)
    }
    let before = next(history)
    for number in 0..<6 {
      let point = SearchPoint(["x": .float(0.1 * Double(number)), "y": .float(0.9)])
      history.trials.append(Trial(number: number, point: point, state: .running))
    }
    for number in 1..<6 { history.trials[number].state = .completed(value: Double(number)) }
    #expect(next(history) == before)
    history.trials[0].state = .completed(value: 0)
    #expect(next(history) != before)
  }

  @Test func `restarts escape from a function of many valleys`() {
    // Rastrigin 1974 in two dimensions; a single run of the smallest population ends in a valley.
    let rastrigin = TestFunction.cube("Rastrigin", 2, -5.12...4.7) { x in
      x.reduce(20) { $0 + $1 * $1 - 10 * cos(2 * .pi * $1) }
    }
    let regret = rastrigin.regret(CMAESSampler(), trials: 5000, seeds: 5)
    #expect(regret < 1e-3)
  }
}
