import JobProtocol
import Testing

@testable import Optimization

struct TrialExplanationTests {
  @Test(arguments: SamplerName.allCases)
  func `each sampler's own points are known as such, trial by trial`(sampler: SamplerName) throws {
    let study = try ToldStudies.led(by: sampler, trials: 16, budget: 16)
    for number in 0..<16 {
      let explanation = try TrialExplanation(of: number, in: study)
      #expect([.sampler, .startup].contains(explanation.origin), "trial \(number)")
      #expect(explanation.reason.hasSuffix("."))
    }
  }

  @Test func `TPE says which good trials a point is like`() throws {
    let study = try ToldStudies.led(by: .tpe, trials: 30)
    let early = try TrialExplanation(of: 4, in: study)
    #expect(early.origin == .startup)
    #expect(early.reason.contains("4 trials had ended, and it begins to learn at 10"))
    let late = try TrialExplanation(of: 29, in: study)
    #expect(late.origin == .sampler)
    #expect(late.reason.contains("x, rate, kind"))
    let best = try #require(study.best(ofFirst: 29)?.number)
    #expect(late.best?.number == best)
    #expect(late.reason.contains("\(best)"), "\(late.reason)")
  }

  @Test func `the Gaussian process says what chance it gave a point`() throws {
    let study = try ToldStudies.led(by: .gaussianProcess, trials: 14)
    #expect(try TrialExplanation(of: 3, in: study).origin == .startup)
    let late = try TrialExplanation(of: 13, in: study)
    #expect(late.origin == .sampler)
    #expect(late.reason.contains("chance of"))
  }

  @Test func `initial points and points from elsewhere are told apart`() throws {
    let initial = SearchPoint(["x": .float(0.5), "rate": .float(0.01), "kind": .category("a")])
    let space = try SearchSpace(ToldStudies.space.parameters, initialPoints: [initial])
    let study = try ToldStudies.led(by: .random, trials: 9, space: space, wanting: [5: initial])
    #expect(try TrialExplanation(of: 0, in: study).origin == .initial)
    #expect(try TrialExplanation(of: 1, in: study).origin == .sampler)
    let given = try TrialExplanation(of: 5, in: study)
    #expect(given.origin == .other)
    #expect(given.nearest?.number == 0)
    #expect(given.distance == 0)
  }

  @Test func `a grid's combinations are known beside initial points and enqueued ones`() throws {
    let initial = SearchPoint(["x": .float(0.5), "rate": .float(0.01), "kind": .category("a")])
    let space = try SearchSpace(ToldStudies.space.parameters, initialPoints: [initial])
    var study = try ToldStudies.led(by: .grid, trials: 9, space: space, wanting: [5: initial])
    study.trials[5].enqueued = #"{"x": 0.5}"#
    let reasons = try (0..<9).map { try TrialExplanation(of: $0, in: study).reason }
    #expect(reasons[4] == "It is combination 4 of the grid.")
    #expect(reasons[5].hasPrefix("Somebody enqueued it"))
    #expect(reasons[6...] == (5...7).map { "It is combination \($0) of the grid." }[...])
  }

  /// Two goals that are at odds along `x`.
  static func severalGoals(_ count: Int) throws -> ToldStudy {
    var study = try ToldStudies.led(by: .random, trials: count)
    study.goals = [.minimize, .maximize]
    study.trials = study.trials.map { trial in
      var trial = trial
      let x = Double(trial.parameters["x"] ?? "") ?? .nan
      (trial.outcome, trial.value, trial.values) = (.completed, x * x, [x * x, x])
      return trial
    }
    return study
  }

  @Test func `with several goals each is explained, and who beats a trial`() throws {
    let study = try Self.severalGoals(24)
    let frontier = Set(study.frontier.map(\.number))
    for trial in study.trials {
      let explanation = try TrialExplanation(of: trial.number, in: study)
      let ending = explanation.ending.joined(separator: " ")
      #expect(ending.contains("on the frontier") == frontier.contains(trial.number), "\(ending)")
      #expect(ending.contains("as good or better") != frontier.contains(trial.number), "\(ending)")
      #expect(explanation.prospects.count == 2)
    }
    let last = try TrialExplanation(of: 23, in: study)
    let before = study.trials.prefix(23)
    #expect(last.prospects[0].best?.value == before.compactMap { $0.values?[0] }.min())
    #expect(last.prospects[1].best?.value == before.compactMap { $0.values?[1] }.max())
    #expect(last.prospects.allSatisfy { $0.forecast != nil })
    #expect(last.prospects[0].forecast == last.forecast)
    let own = study.projected(on: 1)
    #expect(own.goals == [.maximize] && own.best?.value == last.prospects[1].best?.value)
    #expect(own.trials.allSatisfy { $0.values == nil })
  }

  @Test func `what was running then is not taken for known`() throws {
    var study = try ToldStudies.led(by: .tpe, trials: 30)
    #expect(try TrialExplanation(of: 29, in: study).origin == .sampler)
    // The best trial ended after the last one began: the sampler cannot have known its value.
    let best = try #require(study.best(ofFirst: 29)?.number)
    study.trials[best].endedAtMs = 1_000_000
    let explanation = try TrialExplanation(of: 29, in: study)
    #expect(explanation.best?.number != best)
    #expect(explanation.origin == .other)
  }

  @Test func `a trial that trains a stopped one again says why, and the others are still known`()
    throws
  {
    let search = PromotionTests.search(trials: 60)
    let reports = search.trials.map { trial in
      var report = TrialReport(
        number: trial.number, outcome: .completed, parameters: trial.point.texts,
        value: trial.value, steps: 27, startedAtMs: Int64(trial.number) * 1_000,
        endedAtMs: Int64(trial.number + 1) * 1_000)
      if case .pruned(let value, let step) = trial.state {
        (report.outcome, report.value, report.steps) = (.pruned, value, step)
      }
      report.promotion = trial.promotion
      return report
    }
    let study = try ToldStudy(
      space: PromotionTests.space, goals: [.minimize], sampler: "tpe", pruner: "asha",
      seed: search.seed, budget: nil, trials: reports)
    for trial in search.trials {
      let explanation = try TrialExplanation(of: trial.number, in: study)
      if let promotion = trial.promotion {
        #expect(explanation.origin == .promotion)
        #expect(
          explanation.reason.hasPrefix(
            "It is the point of trial \(promotion.trial), trained again because"))
        #expect(explanation.reason.contains("best third at rung \(promotion.rung)"))
      } else {
        #expect([.startup, .sampler].contains(explanation.origin), "trial \(trial.number)")
      }
    }
    #expect(search.trials.contains { $0.promotion != nil })
  }

  @Test func `what became of a trial is told with its rank, or why it was stopped`() throws {
    let study = try ToldStudies.led(by: .tpe, trials: 15)
    let best = try #require(study.best)
    let first = try TrialExplanation(of: best.number, in: study).ending.joined(separator: " ")
    #expect(first.contains("rank 1 of 13"), "\(first)")
    let pruned = try TrialExplanation(of: 6, in: study).ending.joined(separator: " ")
    #expect(pruned.contains("stopped after 3 steps"))
    #expect(pruned.contains("far behind"))
    #expect(pruned.contains("median of five"))
  }

  /// How a trial ended, what was said of it, and the words for that.
  static let endings: [(TrialReport.Outcome, Double?, Int, String?, String, [String])] = [
    (
      .pruned, 0.9, 20, "at rung 20 it had 0.9, and 2 of 3 others were better (their median 0.6)",
      "median",
      [
        "It was stopped after 20 steps with 0.9: 2 of 3 others were better (their median 0.6).",
        "median stops what is worse than the median of five or more others.",
      ]
    ),
    (
      .pruned, 0.9, 1, "at rung 1 it had 0.9, and the only other trial there was better", "asha",
      [
        "It was stopped after 1 step with 0.9: the only other trial there was better.",
        "asha lets the best third of the trials seen at a rung go on.",
      ]
    ),
    (
      .pruned, 0.9, 36, "at rung 20 it had 0.8, and 2 of 3 others were better", "asha",
      [
        "It was stopped after 36 steps with 0.9: at rung 20 it had 0.8, and 2 of 3 others were "
          + "better.",
        "asha lets the best third of the trials seen at a rung go on.",
      ]
    ),
    (
      .pruned, nil, 3, "at rung 3 its value was no finite number", "median",
      ["It was stopped after 3 steps: its value was no finite number."]
    ),
    (
      .pruned, 12, 2, "at step 2 it had 12, which is not within 0 to 10", "threshold 0..10",
      ["It was stopped after 2 steps with 12, which is not within 0 to 10."]
    ),
    (
      .pruned, 60, 60,
      "at rung 60 it had 60, and since rung 1 none was better than the 1 of rung 1",
      "patience",
      [
        "It was stopped after 60 steps with 60: since rung 1 none was better than the 1 of rung 1.",
        "patience stops what has not become better for ten rungs.",
      ]
    ),
    // Measurements of one point, a program's own rule, and time: the pruner had no part in it.
    (
      .pruned, 3, 0, "after 2 of 5 measurements it had 3 ± 0.1, clearly worse than the best, 1",
      "median",
      [
        "It was stopped: after 2 of 5 measurements it had 3 ± 0.1, clearly worse than the best, 1."
      ]
    ),
    (
      .pruned, 3, 7, "the time was over", "asha",
      ["It was stopped after 7 steps with 3: the time was over."]
    ),
    (
      .pruned, 3, 7, nil, "median", ["It was stopped after 7 steps with 3; no reason was kept."]
    ),
    (.failed, nil, 0, "", "none", ["It failed; no reason was kept."]),
    (
      .failed, nil, 0, "out of memory.\n  See the log.\n", "none",
      ["It failed: out of memory. See the log."]
    ),
    (.failed, nil, 4, "exit code 1", "none", ["It failed after 4 steps: exit code 1."]),
    (
      .completed, 1, 0, nil, "median",
      [
        "It completed with 1. That is rank 2 of 2.",
        "It was worse by 0.5 than the best until then, trial 0 with 0.5.",
        "It told of no step from 1 on, so median could not judge it: what is logged or reported needs a step.",
      ]
    ),
    (
      .completed, .infinity, 4, nil, "none",
      [
        "It completed after 4 steps with inf. That is rank 2 of 2.",
        "It was worse than the best until then, trial 0 with 0.5.",
      ]
    ),
  ]

  @Test(arguments: endings)
  func `what became of a trial is said once, and plainly`(
    outcome: TrialReport.Outcome, value: Double?, steps: Int, message: String?, pruner: String,
    words: [String]
  ) throws {
    let first = TrialReport(
      number: 0, outcome: .completed, parameters: ["x": "0.5"], value: 0.5, steps: 9,
      startedAtMs: 0, endedAtMs: 1)
    let second = TrialReport(
      number: 1, outcome: outcome, parameters: ["x": "0.25"], value: value, steps: steps,
      startedAtMs: 2, endedAtMs: 3, message: message)
    let study = try ToldStudy(
      space: try SearchSpace([SearchParameter("x", .float(low: 0, high: 1))]), goals: [.minimize],
      sampler: "random", pruner: pruner, seed: 9, budget: nil, trials: [first, second])
    #expect(try TrialExplanation(of: 1, in: study).ending == words)
  }

  @Test func `generations are said as they were`() throws {
    let study = try ToldStudies.led(by: .nsga2, trials: 24, budget: 60)
    #expect(
      try TrialExplanation(of: 9, in: study).reason
        == "NSGA-II drew it at random, for its first generation.")
    #expect(
      try TrialExplanation(of: 12, in: study).reason
        == "NSGA-II bred it from the survivors of its first 10 trials, a generation.")
    #expect(
      try TrialExplanation(of: 23, in: study).reason
        == "NSGA-II bred it from the survivors of its first 20 trials, 2 generations.")
  }

  @Test func `the first trials of a Gaussian process are said as they were`() throws {
    let study = try ToldStudies.led(by: .gaussianProcess, trials: 4)
    #expect(
      try TrialExplanation(of: 0, in: study).reason
        == "It is the middle of all ranges, where the Gaussian process begins.")
    #expect(
      try TrialExplanation(of: 3, in: study).reason
        == "It is quasi-random: 3 trials had ended, and the Gaussian process needs 8 with different "
        + "values.")
  }

  @Test func `one best trial is one, and one value is`() throws {
    let space = try SearchSpace([SearchParameter("x", .float(low: -1, high: 1))])
    let study = try ToldStudies.led(by: .tpe, trials: 11, space: space)
    let best = try #require(study.best(ofFirst: 10)?.number)
    let reason = try TrialExplanation(of: 10, in: study).reason
    #expect(reason.hasPrefix("Its value of x is "), "\(reason)")
    #expect(reason.contains(" beside the best trial (\(best)) as among the other "), "\(reason)")
  }

  @Test func `a study without its space is explained as far as its trials go`() throws {
    let known = try ToldStudies.led(by: .random, trials: 12)
    let study = try ToldStudy(
      space: nil, goals: known.goals, sampler: "random", pruner: "none", seed: 9, budget: nil,
      trials: known.trials)
    let explanation = try TrialExplanation(of: 11, in: study)
    #expect(explanation.origin == .other)
    #expect(explanation.reason.contains("space was not kept"))
    #expect(explanation.forecast != nil)
    #expect(!explanation.changes.isEmpty)
  }

  @Test func `what broke a constraint is compared with nothing`() throws {
    let known = try ToldStudies.led(by: .random, trials: 6)
    var trials = known.trials
    trials[5].constraints = [0.5]
    let study = try ToldStudy(
      space: known.space, goals: known.goals, sampler: "optuna", pruner: "optuna", seed: 0,
      budget: nil, trials: trials)
    let explanation = try TrialExplanation(of: 5, in: study)
    #expect(explanation.reason == "A sampler of optuna chose it, which cannot be asked again.")
    #expect(explanation.ending.count == 1, "\(explanation.ending)")
    #expect(explanation.ending[0].hasSuffix("It broke its constraint by 0.5, and does not count."))
    let feasible = try TrialExplanation(of: 4, in: study)
    #expect(feasible.ending.contains { $0.contains("the best until then") }, "\(feasible.ending)")
  }

  @Test func `a trial that is not there is an error that says how many there are`() throws {
    let study = try ToldStudies.led(by: .random, trials: 3)
    do {
      _ = try TrialExplanation(of: 3, in: study)
      Issue.record("no error")
    } catch {
      #expect(error.code == .trialNotFound)
      #expect(error.hint?.contains("2") == true)
    }
  }
}
