import Basics
import Testing

@testable import Optimization

/// What every sampler owes, run over all of them in all kinds of spaces.
struct SamplerContractTests {
  @Test(arguments: SamplerCases.pairs)
  func `points lie in the space whatever the history holds`(pair: SamplerCases.Pair) {
    for (name, outcome) in SamplerCases.outcomes.sorted(by: { $0.key < $1.key }) {
      for goals in [[OptimizationGoal.minimize], [.maximize], [.minimize, .maximize]] {
        let history = SamplerCases.history(
          pair.searched, count: outcome.count, goals: goals, state: outcome.state)
        for stream in 0..<4 {
          var random = SeededGenerator(seed: 11, stream: UInt64(stream))
          let point = pair.value.point(for: history, using: &random)
          #expect(pair.searched.contains(point), "\(name), \(goals.count) goals: \(point)")
        }
      }
    }
  }

  @Test(arguments: SamplerCases.pairs)
  func `equal arguments give equal points and leave equal randomness`(pair: SamplerCases.Pair) {
    for outcome in SamplerCases.outcomes.values {
      let history = SamplerCases.history(
        pair.searched, count: outcome.count, state: outcome.state)
      var (first, second) = (SeededGenerator(seed: 3), SeededGenerator(seed: 3))
      for _ in 0..<2 {
        #expect(
          pair.value.point(for: history, using: &first)
            == pair.value.point(for: history, using: &second))
      }
      #expect(first.next() == second.next())
    }
  }

  /// A value that depends on all of a point, the same on each machine.
  static func value(_ point: SearchPoint) -> Double {
    point.values.sorted { $0.key < $1.key }.reduce(0) { sum, entry in
      let number = entry.value.number ?? Double(entry.value.text.utf8.reduce(0) { $0 + Int($1) })
      return sum * 0.5 + (number / (1 + abs(number)))
    }
  }

  /// A search of some trials in batches of three, each told in the order given.
  static func search(
    _ pair: SamplerCases.Pair, trials: Int = 60, order: [Int] = [0, 1, 2], remembers: Bool = true
  ) -> [SearchPoint] {
    var study = Study(
      space: pair.searched, goal: .minimize, sampler: pair.value, seed: 21, budget: trials)
    while study.trials.count < trials {
      let batch = (0..<3).map { _ in
        if !remembers { study.forget() }
        return study.ask()
      }
      for place in order {
        let trial = batch[place]
        let state: TrialState =
          switch trial.number % 11 {
          case 4: .pruned(value: Self.value(trial.point), step: 5)
          case 7: .failed(message: "no")
          case 9: .completed(value: .nan)
          default: .completed(value: Self.value(trial.point))
          }
        study.tell(trial.number, state)
      }
    }
    return study.trials.map(\.point)
  }

  @Test(arguments: SamplerCases.pairs)
  func `the same seed and results give the same suggestions, in whatever order a batch is told`(
    pair: SamplerCases.Pair
  ) {
    let points = Self.search(pair)
    #expect(Self.search(pair) == points)
    #expect(Self.search(pair, order: [2, 0, 1]) == points)
    #expect(points.allSatisfy(pair.searched.contains))
  }

  @Test(arguments: SamplerCases.pairs)
  func `what is remembered changes no suggestion`(pair: SamplerCases.Pair) {
    #expect(Self.search(pair, remembers: false) == Self.search(pair))
  }

  @Test(arguments: SamplerCases.pairs)
  func `maximizing the negative is minimizing`(pair: SamplerCases.Pair) {
    let history = SamplerCases.history(pair.searched, count: 60) {
      .completed(value: Double($0 * 7 % 11))
    }
    var negated = SamplerCases.history(pair.searched, count: 60) {
      .completed(value: -Double($0 * 7 % 11))
    }
    negated.goals = [.maximize]
    var (first, second) = (SeededGenerator(seed: 3), SeededGenerator(seed: 3))
    #expect(
      pair.value.point(for: history, using: &first)
        == pair.value.point(for: negated, using: &second))
  }

  @Test(arguments: SamplerCases.samplers.keys.sorted(), ["every kind", "rules", "huge ranges"])
  func `points asked in one batch differ`(sampler: String, space: String) {
    let pair = SamplerCases.Pair(sampler: sampler, space: space)
    var study = Study(space: pair.searched, goal: .minimize, sampler: pair.value, seed: 1)
    for _ in 0..<40 {
      let trial = study.ask()
      study.tell(trial.number, .completed(value: Double(trial.number % 4)))
    }
    let batch = (0..<8).map { _ in study.ask().point }
    #expect(Set(batch).count == 8)
  }

  @Test(arguments: SamplerCases.pairs)
  func `trials at one and the same point do no harm`(pair: SamplerCases.Pair) {
    var history = SamplerCases.history(pair.searched, count: 50) {
      .completed(value: Double($0 % 3))
    }
    let point = history.space.nearest(to: SearchPoint())
    for index in history.trials.indices { history.trials[index].point = point }
    var random = SeededGenerator(seed: 2)
    for _ in 0..<5 {
      #expect(pair.searched.contains(pair.value.point(for: history, using: &random)))
    }
  }

  @Test(arguments: SamplerCases.samplers.keys.sorted())
  func `seeds differ`(sampler: String) {
    let space = SamplerCases.Pair(sampler: sampler, space: "every kind").searched
    func points(seed: UInt64) -> [SearchPoint] {
      var study = Study(
        space: space, goal: .minimize,
        sampler: SamplerCases.samplers[sampler] ?? RandomSampler(), seed: seed)
      return (0..<5).map { _ in study.ask().point }
    }
    #expect(points(seed: 1) != points(seed: 2))
  }
}
