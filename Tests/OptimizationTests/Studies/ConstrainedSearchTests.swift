import Basics
import Foundation
import JobProtocol
import Testing

@testable import Optimization

/// Searches whose trials measure constraints.
struct ConstrainedSearchTests {
  /// The least sum of two numbers that a wave and a disk allow, 0.5998 at (0.1954, 0.4044).
  ///
  /// Gramacy et al. 2016, "Modeling an Augmented Lagrangian for Blackbox Constrained Optimization".
  enum Gramacy {
    static let optimum = 0.5998
    static let space = SamplerCases.space([
      SearchParameter("x", .float(low: 0, high: 1)), SearchParameter("y", .float(low: 0, high: 1)),
    ])

    static func measure(_ point: SearchPoint) -> (value: Double, constraints: [Double]) {
      let (x, y) = (point.number("x") ?? .nan, point.number("y") ?? .nan)
      let wave = 0.5 * sin(2 * .pi * (x * x - 2 * y))
      return (x + y, [1.5 - x - 2 * y - wave, x * x + y * y - 1.5])
    }
  }

  static func search(_ sampler: any Sampler, trials: Int, seed: UInt64) -> Study {
    var study = Study(
      space: Gramacy.space, goal: .minimize, sampler: sampler, seed: seed, budget: trials)
    for _ in 0..<trials {
      let trial = study.ask()
      let measured = Gramacy.measure(trial.point)
      study.tell(
        trial.number, .completed(value: measured.value), constraints: measured.constraints)
    }
    return study
  }

  @Test(
    arguments: [
      (.gaussianProcess, 50, 0.0002), (.tpe, 100, 0.03), (.cmaes, 150, 0.02),
      (.begunCMAES, 130, 0.0002), (.nsga2, 300, 0.08), (.nsga3, 300, 0.1),
    ] as [(SamplerName, Int, Double)])
  func `samplers find what is good where constraints are kept`(
    sampler: SamplerName, trials: Int, bound: Double
  ) throws {
    let regrets = try (0..<5).map { seed in
      let study = Self.search(sampler.sampler, trials: trials, seed: UInt64(seed))
      let best = try #require(study.best)
      #expect(!best.isInfeasible)
      #expect(Gramacy.measure(best.point).constraints.allSatisfy { $0 <= 0 })
      return (best.value ?? .infinity) - Gramacy.optimum
    }.sorted()
    #expect(regrets[0] > -1e-4, "better than the optimum: \(regrets)")
    #expect(regrets[2] < bound, "\(regrets)")
  }

  @Test(arguments: SamplerCases.pairs)
  func `what is remembered changes no suggestion where constraints are broken`(
    pair: SamplerCases.Pair
  ) {
    func points(remembers: Bool) -> [SearchPoint] {
      var study = Study(
        space: pair.searched, goal: .minimize, sampler: pair.value, seed: 4, budget: 40)
      for number in 0..<40 {
        if !remembers { study.forget() }
        let trial = study.ask()
        let value = SamplerContractTests.value(trial.point)
        study.tell(
          number, .completed(value: value),
          constraints: number % 7 == 6 ? [] : [value - 0.4, Double(number % 3) - 1])
      }
      return study.trials.map(\.point)
    }
    let kept = points(remembers: true)
    #expect(points(remembers: false) == kept)
    #expect(kept.allSatisfy(pair.searched.contains))
  }

  static func history(_ trials: [(state: TrialState, constraints: [Double])]) -> SearchHistory {
    SearchHistory(
      space: Gramacy.space, goals: [.minimize],
      trials: trials.enumerated().map { number, trial in
        Trial(
          number: number, point: SearchPoint(), state: trial.state, constraints: trial.constraints)
      }, seed: 1)
  }

  @Test func `feasible trials rank before stopped ones, these before broken ones by how much`() {
    let history = Self.history([
      (.completed(value: -9), [5, -3]), (.failed(message: "no"), []),
      (.completed(value: 3), [0, -1]), (.completed(value: -8), [0.5, 0.5]),
      (.pruned(value: 0, step: 2), []), (.completed(value: 1), []),
      (.completed(value: 1), [.nan, -1]), (.completed(value: .infinity), [2, 2]),
    ])
    let ranked = history.ranked(history.trials.indices)
    #expect(ranked.map(\.index) == [5, 2, 4, 3, 0, 1, 6, 7])
    #expect(
      ranked.map(\.group) == [
        .completed, .completed, .pruned, .infeasible, .infeasible, .hopeless, .hopeless, .hopeless,
      ])
    #expect(history.best(9, of: Array(history.trials.indices)) == [5, 2, 4, 3, 0])
  }

  @Test func `with several goals what is broken comes behind every front`() {
    var history = Self.history([
      (.completed(values: [0, 0]), [1]), (.completed(values: [2, 2]), [-1]),
      (.completed(values: [1, 3]), [0]), (.completed(values: [5, 5]), []),
      (.completed(values: [0, 0]), [0.5]),
    ])
    history.goals = [.minimize, .minimize]
    #expect(history.ranked(history.trials.indices).map(\.index) == [1, 2, 3, 4, 0])
  }

  @Test func `the best and the frontier keep all constraints`() throws {
    var study = Study(space: Gramacy.space, goal: .maximize, sampler: RandomSampler(), seed: 1)
    for (value, constraints) in [(9, [0.1]), (3, [0]), (4, []), (8, [-1, 1e-9])] {
      let trial = study.ask()
      study.tell(trial.number, .completed(value: Double(value)), constraints: constraints)
    }
    #expect(study.best?.number == 2)
    #expect(study.frontier.map(\.number) == [2])
  }

  private static func data(_ trials: [(TrialState, [Double])]) throws -> BeliefData {
    var random = SeededGenerator(seed: 1)
    var history = history(trials.map { (state: $0.0, constraints: $0.1) })
    for place in history.trials.indices {
      history.trials[place].point = RandomSampler.draw(Gramacy.space.parameters, using: &random)
    }
    return try #require(BeliefData(history, most: 100, atLeast: 8))
  }

  @Test func `what failed or was stopped has kept no constraint`() throws {
    let broken = (0..<9).map { (TrialState.completed(value: Double($0)), [1.0 + Double($0)]) }
    var data = try Self.data(
      broken + [(.failed(message: "no"), []), (.pruned(value: 1, step: 1), [])])
    data.addHopeless()
    #expect(data.best(of: data.points.map { _ in 1 }) == nil)
    var free = try Self.data(
      broken.map { ($0.0, []) } + [(.failed(message: "no"), []), (.pruned(value: 1, step: 1), [])])
    free.addHopeless()
    #expect(free.violations.allSatisfy { $0 == 0 })
  }

  @Test func `a constraint counts from the first trial that breaks it`() throws {
    // The kernel is fitted to fewer than these thirty-five.
    let kept = (0..<34).map { (TrialState.completed(value: Double($0 % 7)), [-1.0 - Double($0)]) }
    let data = try Self.data(kept + [(.completed(value: 0), [2])])
    #expect(!data.isFittedToAll)
    var kernels: [BeliefData.FittedConstraint] = []
    let beliefs = data.constraintBeliefs(remembering: &kernels)
    #expect(beliefs.count == 1 && kernels.count == 1)
    let place = try #require(data.points.last)
    #expect(beliefs[0].logChance(at: place) < beliefs[0].logChance(at: data.points[3]))
    // Where all are broken by as much, nothing tells them apart, and the search goes on.
    let same = try Self.data((0..<9).map { (.completed(value: Double($0)), [1]) })
    #expect(same.constraintBeliefs(remembering: &kernels).isEmpty)
  }

  // MARK: Shared studies

  @Test func `a worker tells constraints, and what breaks one is not the best`() throws {
    var study = StudyCoordinatorTests.coordinator()
    func ask(_ question: String) throws -> JSONValue {
      try StudyCoordinatorTests.ask(&study, question)
    }
    for key in ["a", "b", "c"] { _ = try StudyCoordinatorTests.take(&study, key) }
    let tell = #"{"tell": 0, "attempt": 1, "outcome": "completed", "value": 1, "constraints": [2]}"#
    let answer = study.answer(Array(tell.utf8), nowMs: 0)
    #expect(answer.json["told"] == true)
    // Its event says it, and survives the journal.
    let event = try #require(answer.events.first)
    #expect(try StudyEvent(json: event.json) == event)
    #expect(try ask(#"{"best": true}"#) == [:])
    #expect(try ask(#"{"state": true}"#)["infeasible"] == 1)
    // The same again is the same result; with other constraints it is another one.
    #expect(try ask(tell)["told"] == true)
    #expect(try ask(tell.replacing("[2]", with: "[3]"))["told"] == false)
    for (wrong, words) in [
      ("[1, 2]", "other trials of this study tell of 1 constraint, this one of 2"),
      ("[]", "other trials of this study tell of 1 constraint, this one of none"),
      ("null", "other trials of this study tell of 1 constraint, this one of none"),
      ("[null]", "a constraint is no finite number"), ("3", "constraints are a list of numbers"),
      ("[\"Infinity\"]", "a constraint is no finite number"),
    ] {
      let refused = try ask(
        #"{"tell": 1, "attempt": 1, "outcome": "completed", "value": 2, "constraints": \#(wrong)}"#)
      #expect(refused["error"]?["message"]?.stringValue == words, "\(wrong)")
    }
    _ = try ask(
      #"{"tell": 1, "attempt": 1, "outcome": "completed", "value": 2, "constraints": [-1]}"#)
    let best = try ask(#"{"best": true}"#)
    #expect(best["number"] == 1 && best["constraints"] == [-1])
    #expect(try ask(#"{"frontier": true}"#)["trials"]?[0]?["constraints"] == [-1])
    #expect(study.report(of: 0)?.constraints == [2] && study.report(of: 0)?.isInfeasible == true)
    // Whoever tells of an ended trial hears that it has, whatever it measured.
    let late = try ask(
      #"{"tell": 1, "attempt": 1, "outcome": "completed", "value": 2, "constraints": [1, 2]}"#)
    #expect(late["told"] == false)
    // A trial that failed has measured nothing.
    _ = try ask(#"{"tell": 2, "attempt": 1, "outcome": "failed", "constraints": [1, 2, 3]}"#)
    #expect(study.report(of: 2)?.constraints == nil)
  }

  @Test func `a dialogue takes constraints`() throws {
    let answers = try SearchDialogueTests.answers([
      SearchDialogueTests.begin, "{\"ask\": 2}",
      "{\"tell\": 0, \"values\": [1], \"constraints\": [1]}",
      "{\"tell\": 1, \"values\": [2], \"constraints\": [1, 2]}",
      "{\"tell\": 1, \"values\": [2], \"constraints\": [0]}", "{\"best\": true}",
    ])
    #expect(answers[3]["error"]?["code"] == "search_question_invalid", "\(answers[3])")
    #expect(answers[4] == ["told": true])
    #expect(answers[5]["trials"]?[0]?["number"] == 1)
  }

  @Test func `what was measured of constraints is kept as Optuna keeps it`() throws {
    var report = TrialReport(
      number: 0, outcome: .completed, parameters: [:], value: 1, steps: 0, startedAtMs: 0,
      endedAtMs: 1)
    report.constraints = [-0.5, 1.5e300]
    let details = try #require(TrialDetails(report))
    #expect(details.attributes == [StudyAttribute(.system, "constraints", "[-0.5,1.5e+300]")])
    let again = try #require(TrialDetails(text: details.text))
    #expect(again.constraints == report.constraints)
  }

  // MARK: Explaining and ending

  @Test func `an explanation says which constraint was broken, and how likely that was`() throws {
    let study = Self.search(GaussianProcessSampler(), trials: 24, seed: 3)
    let reports = study.trials.map { trial in
      var report = TrialReport(
        number: trial.number, outcome: .completed, parameters: trial.point.texts,
        value: trial.value, steps: 0, startedAtMs: Int64(trial.number) * 10,
        endedAtMs: Int64(trial.number) * 10 + 9)
      report.constraints = trial.constraints
      return report
    }
    let told = try ToldStudy(
      space: study.space, goals: [.minimize], sampler: "gp", pruner: "none", seed: 3, budget: 24,
      trials: reports)
    #expect(told.best?.number == study.best?.number)
    let broken = try #require(reports.last { $0.isInfeasible })
    let ending = try TrialExplanation(of: broken.number, in: told).ending[0]
    #expect(ending.contains("It broke constraint 1 by "), "\(ending)")
    let last = try TrialExplanation(of: 23, in: told)
    #expect(last.origin == .sampler)
    #expect(
      last.reason.contains("% to be better") && last.reason.contains("% to be kept"),
      "\(last.reason)")
  }

  @Test func `a search goes on until something keeps the constraints, and then may end`() throws {
    let stop = ImprovementStop(bound: 0.01)
    var study = Self.search(GaussianProcessSampler(), trials: 60, seed: 1)
    #expect(stop.shouldStop(study.history))
    study = Study(
      space: Gramacy.space, goal: .minimize, sampler: GaussianProcessSampler(), seed: 1)
    for _ in 0..<45 {
      let trial = study.ask()
      let measured = Gramacy.measure(trial.point)
      study.tell(
        trial.number, .completed(value: measured.value),
        constraints: [9 + measured.constraints[0]])
    }
    #expect(study.best == nil)
    #expect(!stop.shouldStop(study.history))
  }
}
