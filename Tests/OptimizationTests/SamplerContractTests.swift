import Basics
import Testing

@testable import Optimization

/// What every sampler owes, run over all of them.
struct SamplerContractTests {
  static let samplers: [any Sampler] = [
    RandomSampler(), TPESampler(), TPESampler(startupTrials: 2, candidates: 1),
  ]

  static let space: SearchSpace = {
    do {
      return try SearchSpace([
        SearchParameter("rate", .float(low: 1e-4, high: 1, log: true)),
        SearchParameter("share", .float(low: 0.5, high: 0.5)),
        SearchParameter("grid", .steps(low: 0.1, high: 0.95, step: 0.1)),
        SearchParameter("leaves", .int(low: 1, high: 1024, log: true)),
        SearchParameter("depth", .int(low: -3, high: 3)),
        SearchParameter("policy", .categorical(["level", "leaf"])),
        SearchParameter(
          "slack", .float(low: -1, high: 1), when: .init(parent: "policy", values: ["leaf"])),
      ])
    } catch {
      fatalError("\(error)")
    }
  }()

  /// Trials with every kind of outcome that a search can meet.
  static func history(count: Int, value: (Int) -> TrialState) -> [Trial] {
    var random = SeededGenerator(seed: 5)
    return (0..<count).map { number in
      Trial(
        number: number,
        point: RandomSampler().point(
          of: space, after: [], goal: .minimize, using: &random),
        state: value(number))
    }
  }

  static let histories: [String: [Trial]] = [
    "none": [],
    "one": history(count: 1) { _ in .completed(value: 1) },
    "equal values": history(count: 40) { _ in .completed(value: 3) },
    "not a number": history(count: 40) { _ in .completed(value: .nan) },
    "infinite": history(count: 40) { .completed(value: $0 % 2 == 0 ? .infinity : -.infinity) },
    "failed": history(count: 40) { _ in .failed(message: "no") },
    "pruned": history(count: 40) { .pruned(value: Double($0), step: $0 % 3) },
    "running": history(count: 40) { _ in .running },
    "mixed": history(count: 60) { number in
      switch number % 5 {
      case 0: return .completed(value: Double(number % 7))
      case 1: return .pruned(value: Double(number), step: 20)
      case 2: return .failed(message: "no")
      case 3: return .completed(value: .nan)
      default: return .running
      }
    },
    "duplicates": history(count: 30) { _ in .completed(value: 1) }.map { trial in
      var copy = trial
      copy.point = space.nearest(to: SearchPoint())
      return copy
    },
  ]

  @Test(arguments: samplers.indices, histories.keys.sorted())
  func `points lie in the space whatever the history holds`(index: Int, name: String) {
    for goal in OptimizationGoal.allCases {
      for stream in 0..<40 {
        var random = SeededGenerator(seed: 11, stream: UInt64(stream))
        let point = Self.samplers[index].point(
          of: Self.space, after: Self.histories[name] ?? [], goal: goal, using: &random)
        #expect(Self.space.contains(point), "\(point)")
      }
    }
  }

  @Test(arguments: samplers.indices, histories.keys.sorted())
  func `equal arguments give equal points`(index: Int, name: String) {
    let history = Self.histories[name] ?? []
    var first = SeededGenerator(seed: 3)
    var second = SeededGenerator(seed: 3)
    for _ in 0..<5 {
      #expect(
        Self.samplers[index].point(of: Self.space, after: history, goal: .minimize, using: &first)
          == Self.samplers[index].point(
            of: Self.space, after: history, goal: .minimize, using: &second))
    }
    #expect(first.next() == second.next())
  }

  @Test(arguments: samplers.indices)
  func `points asked in one batch differ`(index: Int) {
    var study = Study(
      space: Self.space, goal: .minimize, sampler: Self.samplers[index], seed: 1)
    for _ in 0..<30 {
      let trial = study.ask()
      study.tell(trial.number, .completed(value: Double(trial.number % 4)))
    }
    let batch = (0..<8).map { _ in study.ask().point }
    #expect(Set(batch).count == 8)
  }

  @Test(arguments: samplers.indices)
  func `maximizing the negative is minimizing`(index: Int) {
    let history = Self.history(count: 30) { .completed(value: Double($0 * 7 % 11)) }
    let negated = Self.history(count: 30) { .completed(value: -Double($0 * 7 % 11)) }
    var first = SeededGenerator(seed: 3)
    var second = SeededGenerator(seed: 3)
    #expect(
      Self.samplers[index].point(of: Self.space, after: history, goal: .minimize, using: &first)
        == Self.samplers[index].point(
          of: Self.space, after: negated, goal: .maximize, using: &second))
  }
}
