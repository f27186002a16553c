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
