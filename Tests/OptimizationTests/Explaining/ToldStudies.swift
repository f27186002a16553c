import JobProtocol

@testable import Optimization

/// Studies that a sampler led, as they are told afterwards.
enum ToldStudies {
  static let space: SearchSpace = SamplerCases.space([
    SearchParameter("x", .float(low: -1, high: 1)),
    SearchParameter("rate", .float(low: 1e-4, high: 1, log: true)),
    SearchParameter("kind", .categorical(["a", "b"])),
  ])

  /// A search whose trials ran one after another, a second each.
  static func led(
    by sampler: SamplerName, trials count: Int, space: SearchSpace = space, budget: Int? = nil,
    wanting wanted: [Int: SearchPoint] = [:]
  ) throws -> ToldStudy {
    var study = Study(
      space: space, goal: .minimize, sampler: sampler.sampler(beside: .median), seed: 9,
      budget: budget)
    var reports: [TrialReport] = []
    for number in 0..<count {
      let trial = study.ask(wanted[number])
      let value = value(of: trial.point)
      let isPruned = number % 7 == 6
      study.tell(
        number, isPruned ? .pruned(value: value, step: 3) : .completed(value: value))
      reports.append(
        TrialReport(
          number: number, outcome: isPruned ? .pruned : .completed,
          parameters: trial.point.texts, value: value, steps: isPruned ? 3 : 9,
          startedAtMs: Int64(number) * 1_000, endedAtMs: Int64(number + 1) * 1_000,
          message: isPruned ? "at step 3 it was far behind" : nil))
    }
    return try ToldStudy(
      space: space, goals: [.minimize], sampler: sampler.rawValue, pruner: "median", seed: 9,
      budget: budget, trials: reports)
  }

  static func value(of point: SearchPoint) -> Double {
    let x = point.number("x") ?? 0
    return x * x + (point.number("rate") ?? 0) + (point.word("kind") == "a" ? 0 : 0.5)
  }
}
