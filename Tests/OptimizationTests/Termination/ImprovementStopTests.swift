import Basics
import Foundation
import Testing

@testable import Optimization

struct ImprovementStopTests {
  private static let space = SamplerCases.space([
    SearchParameter("x", .float(low: -2, high: 2)), SearchParameter("y", .float(low: -2, high: 2)),
  ])

  /// A search of so many trials on a bowl whose least value is 0.
  private func history(
    _ count: Int, scale: Double = 1, goal: OptimizationGoal = .minimize,
    sampler: any Sampler = GaussianProcessSampler()
  ) -> SearchHistory {
    var study = Study(space: Self.space, goal: goal, sampler: sampler, seed: 3)
    for _ in 0..<count {
      let trial = study.ask()
      let (x, y) = (trial.point.number("x") ?? 0, trial.point.number("y") ?? 0)
      let value = scale * ((x - 0.5) * (x - 0.5) + (y + 1) * (y + 1))
      study.tell(trial.number, .completed(value: goal == .minimize ? value : -value))
    }
    return study.history
  }

  /// Where a search by Gaussian processes ended, and how much there was still to gain.
  private func ending(
    of function: TestFunction, seed: UInt64, bound: Double
  ) -> (trials: Int, left: Double) {
    let space = SamplerCases.space(
      function.ranges.enumerated().map {
        SearchParameter("x\($0)", .float(low: $1.lowerBound, high: $1.upperBound))
      })
    var study = Study(
      space: space, goal: .minimize, sampler: GaussianProcessSampler(), seed: seed)
    let stop = ImprovementStop(bound: bound)
    var memory = ImprovementStop.Memory()
    while study.trials.count < 150, !stop.verdict(on: study.history, memory: &memory).isEnough {
      let trial = study.ask()
      let x = function.ranges.indices.map { trial.point.number("x\($0)") ?? 0 }
      study.tell(trial.number, .completed(value: function.value(x)))
    }
    return (study.trials.count, (study.best?.value ?? .infinity) - function.optimum)
  }

  /// Functions, and how far from the optimum a search may end whose bound is 0.05.
  ///
  /// Hartmann's has a second-best optimum of -3.20316, 0.119 above the best, from which no single trial
  /// is expected to lead away.
  static let distances = [
    (TestFunction.branin, 0.05), (TestFunction.sphere, 0.05), (TestFunction.hartmann, 0.119 + 0.1),
  ]

  @Test(arguments: distances)
  func `a search ends where little is left to gain`(function: TestFunction, distance: Double) {
    let endings = (1...5 as ClosedRange<UInt64>).map { ending(of: function, seed: $0, bound: 0.05) }
    #expect(endings.allSatisfy { (20..<120).contains($0.trials) }, "\(endings)")
    #expect(endings.allSatisfy { $0.left < distance }, "\(endings)")
    print("MEASURED endings of \(function.testDescription): \(endings)")
  }

  @Test func `a search in a valley goes on, which brings little at a time for long`() {
    // Of one more trial less than 0.05 is expected, of many more than ten times as much.
    let endings = (1...3 as ClosedRange<UInt64>).map {
      ending(of: .rosenbrock, seed: $0, bound: 0.05)
    }
    #expect(endings.allSatisfy { $0.trials == 150 || $0.left < 0.1 }, "\(endings)")
    print("MEASURED endings of Rosenbrock: \(endings)")
  }

  @Test func `what was worked out earlier changes nothing`() {
    let stop = ImprovementStop(bound: 0.01)
    let whole = history(50)
    var memory = ImprovementStop.Memory()
    var verdicts: [ImprovementStop.Verdict] = []
    for count in 40...50 {
      var part = whole
      part.trials = Array(whole.trials.prefix(count))
      verdicts.append(stop.verdict(on: part, memory: &memory))
    }
    var nothing = ImprovementStop.Memory()
    #expect(verdicts.last == stop.verdict(on: whole, memory: &nothing))
    #expect(verdicts.last?.isEnough == stop.shouldStop(whole))
    #expect(verdicts.last?.outlook == stop.outlook(whole))
  }

  @Test func `a search goes on whose best trials are not foretold`() {
    // Ackley's waves: little is expected after 22 trials, 20 from the optimum.
    #expect(ending(of: .ackley, seed: 2, bound: 0.05).trials == 150)
  }

  @Test func `what is expected is about what there is to gain`() throws {
    let stop = ImprovementStop(bound: 0.01)
    // 20 even draws from a square of 16: the nearest to the bottom is one in 20, some 16/20/π = 0.25 of
    // squared distance away, and so much is its value above the least.
    let random = history(20, sampler: RandomSampler())
    let left = try #require(random.trials.compactMap(\.value).min())
    let early = try #require(stop.outlook(random)).expected
    #expect((left / 4...left * 4).contains(early), "\(early) of \(left)")
    #expect(!stop.shouldStop(random))
    var guided = history(80)
    let whole = guided.trials
    var memory = ImprovementStop.Memory()
    let end = (20...80).first { count in
      guided.trials = Array(whole.prefix(count))
      return stop.verdict(on: guided, memory: &memory).isEnough
    }
    #expect(end != nil)
    let late = try #require(stop.outlook(guided)).expected
    #expect(late < early / 10)
    #expect(stop.shouldStop(guided))
    #expect(!ImprovementStop(bound: late / 2).shouldStop(guided))
  }

  @Test func `what the latest trials have gained keeps a search going, whatever is expected`() {
    var study = Study(space: Self.space, goal: .minimize, sampler: RandomSampler(), seed: 3)
    for number in 0..<40 {
      let trial = study.ask()
      study.tell(trial.number, .completed(value: number == 30 ? -1 : 0.01 * Double(number % 7)))
    }
    let stop = ImprovementStop(bound: 1e9)
    #expect(stop.outlook(study.history)?.gained == 1)
    #expect(stop.shouldStop(study.history))
    #expect(!stop.isEnough(ImprovementStop.Outlook(expected: 0, gained: 1e9, error: 0, regret: 0)))
    #expect(!stop.isEnough(ImprovementStop.Outlook(expected: 1e9, gained: 0, error: 0, regret: 0)))
    #expect(!stop.isEnough(ImprovementStop.Outlook(expected: 0, gained: 0, error: 1e9, regret: 0)))
    #expect(!stop.isEnough(ImprovementStop.Outlook(expected: 0, gained: 0, error: 0, regret: 1e9)))
    #expect(!stop.isEnough(nil))
    study.tell(study.ask().number, .completed(value: 0.5))
    #expect(stop.outlook(study.history)?.gained == 0)
    // Five trials for each of two parameters, whatever is less; more if more are asked for.
    #expect(ImprovementStop(bound: 1, patience: 3).outlook(study.history)?.gained == 0)
    #expect(ImprovementStop(bound: 1, patience: 11).outlook(study.history)?.gained == 1)
  }

  @Test func `it is said in the unit of the metric, for either goal`() throws {
    let stop = ImprovementStop(bound: 1)
    let one = try #require(stop.outlook(history(20, sampler: RandomSampler())))
    // A power of two, so that nothing is rounded otherwise.
    let scaled = try #require(
      stop.outlook(history(20, scale: 1_024, sampler: RandomSampler())))
    #expect(scaled.expected == one.expected * 1_024)
    #expect(scaled.gained == one.gained * 1_024)
    let most = try #require(
      stop.outlook(history(20, goal: .maximize, sampler: RandomSampler())))
    #expect(most == one)
  }

  @Test func `nothing is believed of few, equal or failed trials, nor of several goals`() {
    let stop = ImprovementStop(bound: 1e9)
    #expect(stop.outlook(history(19)) == nil)
    #expect(!stop.shouldStop(history(19)))
    #expect(stop.outlook(history(30, scale: 0)) == nil)
    var failed = history(30)
    for index in failed.trials.indices.dropFirst(5) {
      failed.trials[index].state = .failed(message: "no")
    }
    #expect(stop.outlook(failed) == nil)
    var several = history(30)
    several.goals = [.minimize, .minimize]
    #expect(stop.outlook(several) == nil)
  }

  /// A search on a bowl of which a part fails, its least value and a third of the space with it.
  private static func besideFailures(_ count: Int, until stop: ImprovementStop?) -> SearchHistory {
    var study = Study(space: space, goal: .minimize, sampler: GaussianProcessSampler(), seed: 3)
    var memory = ImprovementStop.Memory()
    while study.trials.count < count {
      if let stop, stop.verdict(on: study.history, memory: &memory).isEnough { break }
      let trial = study.ask()
      let (x, y) = (trial.point.number("x") ?? 0, trial.point.number("y") ?? 0)
      study.tell(
        trial.number,
        y < -0.7
          ? .failed(message: "no memory")
          : .completed(value: (x - 0.5) * (x - 0.5) + (y + 1) * (y + 1)))
    }
    return study.history
  }

  @Test func `a search ends that has nothing left to try but what fails`() {
    let ended = Self.besideFailures(150, until: ImprovementStop(bound: 0.05))
    #expect((20..<150).contains(ended.trials.count), "\(ended.trials.count)")
    let best = ended.trials.compactMap(\.value).min() ?? .infinity
    // The best that does not fail has 0.09; twice the bound above it is near enough.
    #expect((0.09..<0.19).contains(best), "\(best)")
  }

  @Test func `failed trials have gained nothing`() throws {
    var study = Study(space: Self.space, goal: .minimize, sampler: RandomSampler(), seed: 3)
    for number in 0..<41 {
      // The best is the last that does not fail.
      study.tell(
        study.ask().number,
        number > 30
          ? .failed(message: "no") : .completed(value: number == 30 ? -1 : Double(number % 7)))
    }
    let stop = ImprovementStop(bound: 1)
    #expect(try #require(stop.outlook(study.history)).gained == 0)
    study.tell(study.ask().number, .completed(value: -3))
    #expect(try #require(stop.outlook(study.history)).gained == 2)
  }

  @Test func `points that failed have been tried`() {
    let small = SamplerCases.space([SearchParameter("n", .int(low: 1, high: 30))])
    var study = Study(space: small, goal: .minimize, sampler: GridSampler(levels: 30), seed: 1)
    for _ in 0..<30 {
      let trial = study.ask()
      let value = trial.point.number("n") ?? 0
      study.tell(
        trial.number, value > 22 ? .failed(message: "no") : .completed(value: 100 - value))
    }
    let stop = ImprovementStop(bound: 0.001)
    #expect(stop.outlook(study.history)?.expected == 0)
    #expect(stop.shouldStop(study.history))
  }

  @Test func `a long row of failures is enough, and one value among them is not`() {
    let stop = ImprovementStop(bound: 1e-9)
    var study = Study(space: Self.space, goal: .minimize, sampler: RandomSampler(), seed: 3)
    func fail(_ count: Int) {
      for _ in 0..<count { study.tell(study.ask().number, .failed(message: "no")) }
    }
    fail(99)
    #expect(!stop.shouldStop(study.history))
    // One that runs is none, one whose value is infinitely bad is one.
    _ = study.ask()
    #expect(!stop.shouldStop(study.history))
    study.tell(99, .completed(value: .infinity))
    #expect(stop.shouldStop(study.history))
    study.tell(study.ask().number, .completed(value: 3))
    #expect(!stop.shouldStop(study.history))
    fail(99)
    #expect(!stop.shouldStop(study.history))
    fail(1)
    #expect(stop.shouldStop(study.history))
    #expect(stop.outlook(study.history) == nil)
    // 20 for each parameter, where that is more.
    var wide = study.history
    wide.space = SamplerCases.space(
      (0..<6).map { SearchParameter("x\($0)", .float(low: 0, high: 1)) })
    #expect(!stop.shouldStop(wide))
  }

  @Test func `failures that overtook a trial that still runs are no row`() throws {
    let stop = ImprovementStop(bound: 1e-9)
    var study = Study(space: Self.space, goal: .minimize, sampler: RandomSampler(), seed: 3)
    func fail(_ count: Int) {
      for _ in 0..<count { study.tell(study.ask().number, .failed(message: "no")) }
    }
    fail(60)
    let long = study.ask().number
    fail(100)
    #expect(!stop.shouldStop(study.history))
    // Of what was asked before the next that runs, 100 have failed in a row.
    var hopeless = study
    hopeless.tell(long, .failed(message: "no"))
    let running = hopeless.ask().number
    #expect(stop.shouldStop(hopeless.history))
    // A value that came after it.
    hopeless.tell(hopeless.ask().number, .completed(value: 1))
    #expect(!stop.shouldStop(hopeless.history))
    hopeless.tell(running, .failed(message: "no"))
    #expect(!stop.shouldStop(hopeless.history))
    study.tell(long, .completed(value: 1))
    #expect(stop.shouldStop(study.history))
  }

  @Test func `a shared study waits for a trial that a row of failures overtook`() throws {
    var study = StudyCoordinator(
      StudyTerms(
        name: "s", space: Self.space, sampler: .random, seed: 1, leaseMs: 1_000, stopBelow: 0.05))
    #expect(try StudyCoordinatorTests.take(&study, "slow") == 0)
    for number in 1...110 {
      #expect(try StudyCoordinatorTests.take(&study, "\(number)") == number)
      _ = try StudyCoordinatorTests.ask(
        &study, #"{"tell": \#(number), "attempt": 1, "outcome": "failed", "message": "no"}"#)
    }
    #expect(try StudyCoordinatorTests.take(&study, "next") == 111)
    _ = try StudyCoordinatorTests.ask(
      &study, #"{"tell": 0, "attempt": 1, "outcome": "failed", "message": "no"}"#)
    #expect(
      try StudyCoordinatorTests.ask(&study, #"{"ask": {"worker": "w", "key": "end"}}"#)["trial"]
        == nil)
  }

  @Test func `a shared study whose programs all fail ends`() throws {
    var study = StudyCoordinator(
      StudyTerms(
        name: "s", space: Self.space, sampler: .gaussianProcess, seed: 1, leaseMs: 1_000,
        stopBelow: 0.05))
    for number in 0..<100 {
      #expect(try StudyCoordinatorTests.take(&study, "\(number)") == number)
      _ = try StudyCoordinatorTests.ask(
        &study, #"{"tell": \#(number), "attempt": 1, "outcome": "failed", "message": "no"}"#)
    }
    #expect(
      try StudyCoordinatorTests.ask(&study, #"{"ask": {"worker": "w", "key": "end"}}"#)
        == ["done": true])
  }

  @Test func `running trials change nothing, and the same history gives the same answer`() throws {
    let stop = ImprovementStop(bound: 1)
    let ended = history(20)
    var running = ended
    running.trials.append(Trial(number: 20, point: ended.trials[0].point, state: .running))
    #expect(stop.outlook(ended) != nil)
    #expect(stop.outlook(ended) == stop.outlook(running))
  }

  @Test func `where every point has been tried, nothing is expected`() throws {
    let small = SamplerCases.space([SearchParameter("n", .int(low: 1, high: 20))])
    var study = Study(space: small, goal: .minimize, sampler: GridSampler(), seed: 1)
    for _ in 0..<20 {
      let trial = study.ask()
      study.tell(trial.number, .completed(value: trial.point.number("n") ?? 0))
    }
    #expect(ImprovementStop(bound: 1).outlook(study.history)?.expected == 0)
  }

  @Test func `where rules hide what is left, nothing is known`() throws {
    let small = try SearchSpace(
      [SearchParameter("n", .int(low: 1, high: 24))], constraints: [Constraint(parsing: "n <= 20")])
    var study = Study(space: small, goal: .minimize, sampler: GridSampler(), seed: 1)
    for number in 1...20 {
      let trial = study.ask(SearchPoint(["n": .int(number)]))
      study.tell(trial.number, .completed(value: Double(number)))
    }
    #expect(ImprovementStop(bound: 1).outlook(study.history) == nil)
  }

  @Test func `a shared study gives no more trials, but waits for those that run`() throws {
    var study = StudyCoordinator(
      StudyTerms(
        name: "s", space: Self.space, sampler: .gaussianProcess, seed: 1, budget: 200,
        leaseMs: 1_000, stopBelow: 0.05))
    // Somebody holds the first trial to the end.
    _ = try StudyCoordinatorTests.take(&study, "other")
    var told = 0
    var last: JSONValue = [:]
    while told < 150 {
      last = try StudyCoordinatorTests.ask(
        &study, #"{"ask": {"worker": "w", "key": "\#(told)"}}"#)
      guard let trial = last["trial"] else { break }
      let number = Int(trial["number"]?.numberValue ?? 0)
      let (x, y) = (trial["point"]?["x"]?.numberValue ?? 0, trial["point"]?["y"]?.numberValue ?? 0)
      _ = try StudyCoordinatorTests.ask(
        &study,
        #"{"tell": \#(number), "attempt": 1, "outcome": "completed", "value": \#(x * x + y * y)}"#)
      told += 1
    }
    #expect((20..<150).contains(told), "\(told)")
    #expect(last["wait_ms"] != nil)
    _ = try StudyCoordinatorTests.ask(
      &study, #"{"tell": 0, "attempt": 1, "outcome": "failed", "message": "no"}"#)
    #expect(
      try StudyCoordinatorTests.ask(&study, #"{"ask": {"worker": "w", "key": "end"}}"#)
        == ["done": true])
  }

  @Test func `the terms of a study say so`() throws {
    let terms = StudyTerms(name: "s", space: Self.space, stopBelow: 0.25)
    #expect(try StudyTerms(json: terms.json) == terms)
    #expect(terms.json["stop_below"]?.numberValue == 0.25)
  }
}
