import API
import Basics
import Optimization
import Testing

@testable import FactoryCLI

struct StudyWordsTests {
  static func study(values: [Double], goal: String = "minimize", sampler: String = "random")
    -> StudyWire
  {
    StudyWire(
      id: "study_\(sampler)", name: "wine", job: nil, metric: "rmse", goal: goal, sampler: sampler,
      pruner: "none", seed: 1, createdAtMs: 0,
      trials: values.enumerated().map { number, value in
        StudyWire.Trial(
          number: number, outcome: value.isNaN ? "failed" : "completed",
          value: value.isNaN ? nil : value, steps: 1, parameters: ["x": "\(number)"],
          startedAtMs: Int64(number) * 1_000, endedAtMs: Int64(number) * 1_000 + 500, message: nil)
      })
  }

  @Test func `a bar is as long as its share`() {
    #expect(StudiesImportanceCommand.bar(0) == "")
    #expect(StudiesImportanceCommand.bar(1).count == 20)
    #expect(StudiesImportanceCommand.bar(0.5) == String(repeating: "█", count: 10))
    #expect(StudiesImportanceCommand.bar(0.03) == "▋")
    #expect(StudiesImportanceCommand.bar(-1) == "")
    #expect(StudiesImportanceCommand.bar(7).count == 20)
  }

  @Test func `a study is found by a name that it alone has`() throws {
    let list = StudyListWire(studies: [
      Self.study(values: [1], sampler: "tpe"), Self.study(values: [1], sampler: "gp"),
    ])
    #expect(try StudyListWire(studies: [list.studies[1]]).identifier(named: "wine") == "study_gp")
    #expect(throws: CLIError.self) { try list.identifier(named: "wine") }
    do {
      _ = try list.identifier(named: "wnie")
      Issue.record("a name that nothing has was found")
    } catch let error as CLIError {
      #expect(error.hint == "Did you mean wine?")
    }
  }

  @Test func `studies are compared after numbers of trials that all could have`() throws {
    let short = Self.study(values: [5, 4, .nan, 3])
    let long = Self.study(values: (0..<30).map { 40 - Double($0) }, sampler: "tpe")
    let studies = try [short, long].map { ComparedStudy(wire: $0, told: try $0.told()) }
    let counts = ComparedStudy.budgets(of: studies)
    #expect(counts == [10, 25, 30])
    let text = ComparedStudy.table(studies, counts).rendered(on: .pipe)
    #expect(text.contains("best of 25"))
    #expect(text.contains("16"))
    #expect(ComparedStudy.obstacle(among: studies) == "the search space of one was not kept")
  }

  @Test func `a search over orders of magnitude is drawn on a logarithmic axis`() throws {
    let study = Self.study(values: [1e4, 1e-4, 1, 3, 1e-2, 40])
    let text = SearchPlot(metric: "rmse", told: try study.told(), width: 40).text
    #expect(text.contains("The axis is logarithmic."))
    let none = SearchPlot(metric: "rmse", told: try Self.study(values: [.nan]).told(), width: 40)
    #expect(none.text == "Nothing to draw: no trial has completed with a value that counts.")
  }

  @Test func `all goals of a study are named`() {
    var study = Self.study(values: [1])
    #expect(study.aim == "minimize rmse")
    study.goals = ["minimize", "maximize"]
    study.metrics = ["error", "recall"]
    #expect(study.aim == "minimize error, maximize recall")
  }

  @Test func `parameters in a table keep their magnitude`() {
    var trial = Self.study(values: [1]).trials?[0]
    trial?.parameters = [
      "a": "1.2345678901234e-07", "b": "0.001625263506", "c": "a_long_choice", "d": "123456789",
      "e": "adam",
    ]
    #expect(trial?.settings == "a=1.235e-07 b=0.001625 c=a_long_… d=123456789 e=adam")
  }

  @Test func `a search is drawn with its values and the best so far`() throws {
    let study = Self.study(values: [3, 5, 2, 4, 1])
    let plot = SearchPlot(metric: "rmse", told: try study.told(), width: 40).text
    #expect(plot.contains("rmse (5)"))
    #expect(plot.contains("best so far (5)"))
    let empty = Self.study(values: [.nan])
    #expect(SearchPlot(metric: "rmse", told: try empty.told(), width: 40).text.contains("Nothing"))
  }

  @Test func `what broke a constraint is drawn, but is not the best so far`() throws {
    var study = Self.study(values: [3, 5, -50, 4, 1])
    study.trials?[2].constraints = [1]
    let plot = SearchPlot(metric: "rmse", told: try study.told(), width: 40).text
    #expect(plot.contains("rmse (5)"))
    #expect(plot.contains("best so far (4)"))
    #expect(plot.contains("Trials that broke a constraint, and are never the best: 1."))
  }

  @Test func `an explanation says who wanted a trial, and what is noted of it`() throws {
    var study = Self.study(values: [3, 5])
    study.trials?[1].enqueued = ["x": 1]
    study.trials?[1].userAttributes = ["why": #""a guess""#, "sizes": "[1, 2]"]
    let explanation = try TrialExplanation(of: 1, in: study.told())
    #expect(explanation.origin == .enqueued)
    let text = TrialWords(explanation: explanation, metrics: ["rmse"]).text
    #expect(text.contains("  Somebody enqueued it, with x = 1.\n"), "\(text)")
    #expect(text.hasSuffix("What programs noted of it\n  sizes: [1, 2]\n  why: a guess\n"))
    #expect(AttributeWords.line(["b": "2", "a": #""x""#]) == "a=x b=2")
  }

  @Test func `an explanation reads from top to bottom`() throws {
    let study = Self.study(values: [3, 5, 2, 4, 1, 6])
    let explanation = try TrialExplanation(of: 5, in: study.told())
    let text = TrialWords(explanation: explanation, metrics: ["rmse"]).text
    let parts = [
      "Why this point", "let expect rmse", "Against the best", "x: 4 → 5", "rank 6 of 6",
    ]
    var rest = text[...]
    for part in parts {
      let range = try #require(rest.firstRange(of: part), "\(part) in \(text)")
      rest = rest[range.upperBound...]
    }
  }
}
