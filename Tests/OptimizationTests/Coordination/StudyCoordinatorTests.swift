import Basics
import JobProtocol
import Testing

@testable import Optimization

struct StudyCoordinatorTests {
  static let space = SamplerCases.space([
    SearchParameter("x", .float(low: 0, high: 2)), SearchParameter("n", .int(low: 1, high: 9)),
    SearchParameter("kind", .categorical(["1", "two"])),
  ])

  static func coordinator(
    budget: Int? = nil, pruner: PrunerName = .none, steps: Int? = nil,
    space: SearchSpace? = space, sampler: SamplerName = .tpe
  ) -> StudyCoordinator {
    StudyCoordinator(
      StudyTerms(
        name: "s", space: space, sampler: sampler, pruner: pruner, seed: 5, budget: budget,
        steps: steps, leaseMs: 1_000))
  }

  /// Asks a question in words, and returns the answer.
  static func ask(
    _ coordinator: inout StudyCoordinator, _ question: String, at nowMs: Int64 = 0
  ) throws -> JSONValue {
    coordinator.answer(Array(question.utf8), nowMs: nowMs).json
  }

  static func take(
    _ coordinator: inout StudyCoordinator, _ key: String, at nowMs: Int64 = 0
  ) throws -> Int? {
    let answer = try ask(
      &coordinator, #"{"ask": {"worker": "w", "key": "\#(key)"}}"#, at: nowMs)
    return (answer["trial"]?["number"]?.numberValue).map { Int($0) }
  }

  @Test func `each asking gets a trial of its own, and the same asking the same one`() throws {
    var study = Self.coordinator()
    #expect(try Self.take(&study, "a") == 0)
    #expect(try Self.take(&study, "b") == 1)
    #expect(try Self.take(&study, "a") == 0)
    let answer = study.answer(Array(#"{"ask": {"worker": "w", "key": "a"}}"#.utf8), nowMs: 1)
    #expect(answer.events.isEmpty)
    #expect(answer.json["trial"]?["attempt"] == 1)
  }

  @Test func `who asks for what he had gets nothing new`() throws {
    var study = Self.coordinator()
    let question = #"{"ask": {"worker": "w", "key": "a", "held": true}}"#
    #expect(try Self.ask(&study, question) == ["done": true])
    #expect(try Self.take(&study, "a") == 0)
    #expect(try Self.ask(&study, question)["trial"]?["number"] == 0)
    _ = try Self.ask(&study, #"{"tell": 0, "attempt": 1, "outcome": "completed", "value": 1}"#)
    #expect(try Self.ask(&study, question) == ["done": true])
  }

  @Test func `a silent worker's trial is given again, and its reports are no news`() throws {
    var study = Self.coordinator()
    _ = try Self.take(&study, "a")
    #expect(try Self.take(&study, "b", at: 500) == 1)
    #expect(try Self.ask(&study, #"{"renew": 1, "attempt": 1}"#, at: 900) == ["lost": false])
    // The first has been silent for a lease, the second has not.
    let again = try Self.ask(&study, #"{"ask": {"worker": "v", "key": "c"}}"#, at: 1_000)
    #expect(again["trial"]?["number"] == 0)
    #expect(again["trial"]?["attempt"] == 2)
    let late = try Self.ask(
      &study, #"{"report": 0, "attempt": 1, "step": 1, "value": 3}"#, at: 1_001)
    #expect(late["lost"] == true)
    #expect(late["prune"] == true)
    #expect(
      try Self.ask(&study, #"{"renew": 0, "attempt": 1}"#, at: 1_001) == ["lost": true])
    #expect(
      try Self.ask(&study, #"{"renew": 0, "attempt": 2}"#, at: 1_001) == ["lost": false])
  }

  @Test func `who says that it is at work keeps its trial`() throws {
    var study = Self.coordinator()
    _ = try Self.take(&study, "a")
    for now in stride(from: Int64(600), through: 9_000, by: 600) {
      _ = try Self.ask(&study, #"{"renew": 0, "attempt": 1}"#, at: now)
    }
    #expect(try Self.take(&study, "b", at: 9_600) == 1)
  }

  @Test func `a silence of all is nobody's fault, and all keep their trials`() throws {
    var study = Self.coordinator(budget: 2)
    _ = try Self.take(&study, "a")
    _ = try Self.take(&study, "b")
    // The server was away for a minute; the first that comes back is not given another's trial.
    #expect(try Self.take(&study, "c", at: 60_000) == nil)
    for number in 0..<2 {
      let renewed = try Self.ask(&study, #"{"renew": \#(number), "attempt": 1}"#, at: 60_400)
      #expect(renewed == ["lost": false])
    }
    // Who does not come back loses it after a lease.
    _ = try Self.ask(&study, #"{"renew": 0, "attempt": 1}"#, at: 61_000)
    #expect(try Self.take(&study, "c", at: 61_400) == 1)
  }

  @Test func `the first result counts, whoever brings it, and telling twice is telling once`()
    throws
  {
    var study = Self.coordinator()
    _ = try Self.take(&study, "a")
    _ = try Self.take(&study, "b", at: 500)
    #expect(try Self.take(&study, "c", at: 1_000) == 0)
    let tell = #"{"tell": 0, "attempt": 1, "outcome": "completed", "value": 7}"#
    #expect(try Self.ask(&study, tell, at: 1_001) == ["told": true, "lost": false])
    #expect(try Self.ask(&study, tell, at: 1_002) == ["told": true, "lost": false])
    let changed = #"{"tell": 0, "attempt": 1, "outcome": "failed", "message": "no, not so"}"#
    #expect(try Self.ask(&study, changed, at: 1_003) == ["told": false, "lost": false])
    let other = try Self.ask(
      &study, #"{"tell": 0, "attempt": 2, "outcome": "completed", "value": 8}"#, at: 1_003)
    #expect(other == ["told": false, "lost": true])
    #expect(study.report(of: 0)?.value == 7)
    #expect(try Self.ask(&study, #"{"best": true}"#)["value"] == 7)
  }

  @Test(arguments: [
    #""outcome": "completed", "value": 0.5"#, #""outcome": "completed", "value": NaN"#,
    #""outcome": "pruned", "value": NaN"#, #""outcome": "pruned""#,
    #""outcome": "failed", "message": "why""#,
  ])
  func `a result that is told again because its answer was lost is told`(words: String) throws {
    var study = Self.coordinator()
    _ = try Self.take(&study, "a")
    let tell = #"{"tell": 0, "attempt": 1, \#(words)}"#
    for _ in 0..<2 { #expect(try Self.ask(&study, tell) == ["told": true, "lost": false]) }
    let other = #"{"tell": 0, "attempt": 1, "outcome": "completed", "value": 7}"#
    #expect(try Self.ask(&study, other) == ["told": false, "lost": false])
  }

  @Test func `another range for a parameter is refused, also where a trial has a value of it`()
    throws
  {
    var study = Self.coordinator(space: nil)
    func suggest(_ domain: String, of number: Int) throws -> JSONValue {
      try Self.ask(
        &study, #"{"suggest": \#(number), "attempt": 1, "parameter": {"name": "x", \#(domain)}}"#)
    }
    _ = try Self.take(&study, "a")
    #expect(try suggest(#""choice": ["a", "b"]"#, of: 0)["point"]?["x"] != nil)
    _ = try Self.ask(&study, #"{"tell": 0, "attempt": 1, "outcome": "completed", "value": 1}"#)
    _ = try Self.take(&study, "b")
    #expect(try suggest(#""choice": ["b", "a"]"#, of: 1)["point"]?["x"] != nil)
    let refusal = try suggest(#""choice": ["a", "b", "c"]"#, of: 1)["error"]
    #expect(refusal?["code"] == "search_parameter_conflict")
    #expect(refusal?["message"]?.stringValue?.contains(#""choice":["a","b"]"#) == true)
    // A space that was declared does not mind how a program writes what has a value.
    var declared = Self.coordinator()
    _ = try Self.take(&declared, "a")
    let words = #"{"suggest": 0, "attempt": 1, "parameter": {"name": "kind", "choice": [1, "2"]}"#
    #expect(try Self.ask(&declared, words + "}")["error"] != nil)
    #expect(try Self.ask(&declared, words + #", "given": true}"#)["point"]?["kind"] != nil)
  }

  @Test func `a program hears of it where a declared space has other numbers than it names`() throws
  {
    var study = Self.coordinator(
      space: SamplerCases.space([SearchParameter("n", .int(low: 1, high: 8))]))
    _ = try Self.take(&study, "a")
    func note(_ domain: String) throws -> String? {
      try Self.ask(
        &study,
        #"{"suggest": 0, "attempt": 1, "parameter": {"name": "n", \#(domain)}, "given": true}"#
      )["note"]?.stringValue
    }
    #expect(
      try note(#""int": [1, 99]"#)
        == "the declared space has n from 1 to 8, which is searched, and not from 1 to 99")
    #expect(try note(#""int": [1, 8]"#) == nil)
    #expect(try note(#""uniform": [1, 8], "step": 1"#) == nil)
    #expect(try note(#""ordinal": [1, 2, 4, 8]"#) == nil)
  }

  @Test func `a study with a budget ends when all of it was told`() throws {
    var study = Self.coordinator(budget: 2)
    _ = try Self.take(&study, "a")
    _ = try Self.take(&study, "b", at: 400)
    let wait = try Self.ask(&study, #"{"ask": {"worker": "w", "key": "c"}}"#, at: 500)
    #expect(wait["done"] == false)
    #expect(wait["wait_ms"] == 500)
    // What was lost comes back instead of a third one.
    #expect(try Self.take(&study, "c", at: 1_000) == 0)
    for number in 0..<2 {
      _ = try Self.ask(
        &study, #"{"tell": \#(number), "attempt": 1, "outcome": "failed", "message": "m"}"#,
        at: 1_100)
    }
    #expect(
      try Self.ask(&study, #"{"ask": {"worker": "w", "key": "d"}}"#, at: 1_200)
        == ["done": true])
    let state = try Self.ask(&study, #"{"state": true}"#)
    #expect(state == ["trials": 2, "running": 0, "completed": 0, "pruned": 0, "failed": 2])
  }

  @Test func `trials are stopped at the pruner's rungs, wherever their own steps lie`() throws {
    // Rungs of successive halving over 81 steps: 3, 9, 27.
    var study = Self.coordinator(pruner: .successiveHalving, steps: 81)
    for key in "abcd" { _ = try Self.take(&study, String(key)) }
    func report(_ number: Int, _ step: Int, _ value: Double) throws -> JSONValue {
      try Self.ask(
        &study, #"{"report": \#(number), "attempt": 1, "step": \#(step), "value": \#(value)}"#)
    }
    #expect(try report(0, 4, 0.3)["prune"] == false)
    #expect(try report(1, 2, 9)["prune"] == false)
    #expect(try report(1, 5, 0.1)["prune"] == false)
    #expect(try report(2, 4, 0.2)["prune"] == true)
    let verdict = try Self.ask(&study, #"{"verdict": 2}"#)
    #expect(verdict["reason"]?.stringValue?.contains("1 of 2 others was better") == true)
    // The same step again is an answer that was lost.
    #expect(try report(2, 4, 0.2)["prune"] == true)
    _ = try Self.ask(&study, #"{"tell": 2, "attempt": 1, "outcome": "pruned"}"#)
    let told = try #require(study.report(of: 2))
    #expect(told.outcome == .pruned)
    #expect(told.value == 0.2)
    #expect(told.steps == 4)
    #expect(told.message?.contains("others was better") == true)
  }

  /// As Optuna's pruners do: what has become NaN does not come back.
  @Test(arguments: [PrunerName.median, .percentile, .asha, .hyperband])
  func `a report that is no number stops a trial at the next rung, with any pruner that compares`(
    pruner: PrunerName
  ) throws {
    var study = Self.coordinator(pruner: pruner, steps: 27)
    _ = try Self.take(&study, "a")
    let answer = try Self.ask(
      &study, #"{"report": 0, "attempt": 1, "step": 9, "value": "NaN"}"#)
    #expect(answer["prune"] == true)
    #expect(answer["reason"]?.stringValue == "at rung 9 its value was no finite number")
    var other = Self.coordinator(steps: 27)
    _ = try Self.take(&other, "a")
    let free = try Self.ask(&other, #"{"report": 0, "attempt": 1, "step": 9, "value": "NaN"}"#)
    #expect(free["prune"] == false)
  }

  @Test func `a trial that has done all of its steps is not stopped`() throws {
    for (step, stops) in [(26, true), (27, false)] {
      var study = Self.coordinator(pruner: .asha, steps: 27)
      for number in 0..<4 {
        #expect(try Self.take(&study, "\(number)") == number)
        let answer = try Self.ask(
          &study,
          #"{"report": \#(number), "attempt": 1, "step": \#(step), "value": \#(number)}"#)
        #expect(answer["prune"]?.boolValue == (stops && number > 0))
      }
    }
  }

  @Test func `values that are no numbers fail a trial, and infinities are values`() throws {
    var study = Self.coordinator()
    for key in "abc" { _ = try Self.take(&study, String(key)) }
    for (number, value) in ["\"NaN\"", "\"Infinity\"", "null"].enumerated() {
      _ = try Self.ask(
        &study, #"{"tell": \#(number), "attempt": 1, "outcome": "completed", "value": \#(value)}"#)
    }
    #expect(study.report(of: 0)?.outcome == .failed)
    #expect(study.report(of: 1)?.value == .infinity)
    #expect(study.report(of: 2)?.outcome == .failed)
  }

  @Test(arguments: [
    "", "[]", #"{"ask": {}}"#, #"{"ask": {"worker": "w", "key": ""}}"#,
    #"{"renew": 7, "attempt": 1}"#,
    #"{"renew": 0}"#, #"{"tell": 0, "attempt": 1}"#,
    #"{"tell": 0, "attempt": 9, "outcome": "failed"}"#,
    #"{"tell": 0, "attempt": 1, "outcome": "completed"}"#,
    #"{"report": 0, "attempt": 1, "step": -1, "value": 1}"#,
    #"{"suggest": 0, "attempt": 1, "parameter": {"name": "z", "uniform": [0, 1]}}"#,
    #"{"suggest": 0, "attempt": 1, "parameter": {"name": "x", "uniform": [0, 3]}}"#,
    #"{"suggest": 0, "attempt": 1, "parameter": {"name": "x", "uniform": [3, 0]}}"#,
    #"{"what": 1}"#,
  ])
  func `a wrong question is refused and changes nothing`(question: String) throws {
    var study = Self.coordinator()
    _ = try Self.take(&study, "a")
    let answer = study.answer(Array(question.utf8), nowMs: 1)
    #expect(answer.status >= 400)
    #expect(answer.json["error"]?["message"]?.stringValue?.isEmpty == false)
    #expect(answer.events.isEmpty)
    #expect(try Self.take(&study, "b") == 1)
  }
}
