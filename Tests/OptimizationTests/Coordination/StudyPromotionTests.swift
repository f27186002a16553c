import Basics
import JobProtocol
import Testing

@testable import Optimization

/// Stopped trials that are trained again, as workers of a shared study see it.
struct StudyPromotionTests {
  private static func coordinator(budget: Int? = nil) -> StudyCoordinator {
    StudyCoordinatorTests.coordinator(budget: budget, pruner: .asha, steps: 27)
  }

  private static func tell(
    _ study: inout StudyCoordinator, _ number: Int, _ outcome: String, attempt: Int = 1,
    at nowMs: Int64 = 0
  ) throws {
    _ = try StudyCoordinatorTests.ask(
      &study,
      #"{"tell": \#(number), "attempt": \#(attempt), "outcome": "\#(outcome)", "value": 1}"#,
      at: nowMs)
  }

  private static func report(
    _ study: inout StudyCoordinator, _ number: Int, _ step: Int, _ value: Double,
    attempt: Int = 1, stop: String = "", at nowMs: Int64 = 0
  ) throws -> JSONValue {
    try StudyCoordinatorTests.ask(
      &study,
      #"{"report": \#(number), "attempt": \#(attempt), "step": \#(step), "value": \#(value)"#
        + stop + "}", at: nowMs)
  }

  /// Six trials at rung 1, of which the third was stopped and is the second best by now.
  private static func play(_ study: inout StudyCoordinator, stop: String = "") throws {
    for (number, value) in [5.0, 4, 4.5, 6, 6, 7].enumerated() {
      #expect(try StudyCoordinatorTests.take(&study, "\(number)") == number)
      let answer = try Self.report(
        &study, number, 1, value, stop: number == 2 ? stop : "")
      #expect(answer["prune"]?.boolValue == (number > 1))
      try Self.tell(&study, number, number > 1 ? "pruned" : "completed")
    }
  }

  private static func ask(
    _ study: inout StudyCoordinator, _ key: String, at nowMs: Int64 = 0
  ) throws -> JSONValue? {
    try StudyCoordinatorTests.ask(
      &study, #"{"ask": {"worker": "w", "key": "\#(key)"}}"#, at: nowMs)["trial"]
  }

  @Test func `a stopped trial that is due is given again, to one worker`() throws {
    var study = Self.coordinator()
    try Self.play(&study)
    let trial = try #require(try Self.ask(&study, "a"))
    #expect(trial["number"] == 6)
    #expect(trial["promotion"] == ["trial": 2, "rung": 1, "better": 1, "seen": 6])
    #expect(trial["point"] == study.study.trials[2].point.json)
    #expect(try Self.ask(&study, "a") == trial)
    #expect(try Self.ask(&study, "b")?["promotion"] == nil)
    #expect(try Self.report(&study, 6, 1, 99)["prune"] == false)
    try Self.tell(&study, 6, "completed")
    let told = try #require(study.report(of: 6))
    #expect(told.promotion == TrialPromotion(trial: 2, rung: 1, better: 1, seen: 6))
    #expect(study.report(of: 2)?.outcome == .pruned)
  }

  @Test func `whoever gets it after a silence trains it again from the beginning, too`() throws {
    var study = Self.coordinator()
    try Self.play(&study)
    _ = try Self.ask(&study, "a")
    _ = try Self.report(&study, 6, 3, 2)
    #expect(try StudyCoordinatorTests.take(&study, "b", at: 500) == 7)
    let trial = try #require(try Self.ask(&study, "c", at: 1_000))
    #expect(trial["number"] == 6 && trial["attempt"] == 2)
    #expect(trial["promotion"]?["trial"] == 2)
    #expect(try Self.report(&study, 6, 1, 99, attempt: 2, at: 1_001)["prune"] == false)
    // What the first attempt had at rung 3 is forgotten.
    #expect(study.study.moment(of: 7, step: 3, value: 1)?.peers.isEmpty == true)
  }

  @Test func `what a worker stopped by a rule of its own stays stopped`() throws {
    var study = Self.coordinator()
    for (number, value) in [5.0, 4, 3, 6, 6, 7].enumerated() {
      #expect(try StudyCoordinatorTests.take(&study, "\(number)") == number)
      _ = try Self.report(
        &study, number, 1, value, stop: number == 2 ? #", "stop": "dear""# : "")
      try Self.tell(&study, number, number > 1 ? "pruned" : "completed")
    }
    #expect(try Self.ask(&study, "a")?["promotion"] == nil)
  }

  @Test func `it is a trial of the budget`() throws {
    var study = Self.coordinator(budget: 7)
    try Self.play(&study)
    #expect(try Self.ask(&study, "a")?["promotion"] != nil)
    try Self.tell(&study, 6, "completed")
    #expect(try StudyCoordinatorTests.take(&study, "b") == nil)
  }

  @Test func `a dialogue gives the same trials`() throws {
    var dialogue = SearchDialogue()
    func answer(_ line: String) throws -> JSONValue {
      try JSONValue(parsing: dialogue.answer(Array(line.utf8)))
    }
    _ = try answer(
      #"{"space": {"parameters": [{"name": "x", "uniform": [0, 1]}]}, "sampler": "tpe", "#
        + #""pruner": "asha", "steps": 27}"#)
    for (number, value) in [5.0, 4, 4.5, 6, 6, 7].enumerated() {
      #expect(try answer(#"{"ask": 1}"#)["trials"]?[0]?["number"] == .number(Double(number)))
      let report = try answer(#"{"report": \#(number), "step": 1, "value": \#(value)}"#)
      #expect(report["prune"]?.boolValue == (number > 1))
      _ = try answer(
        number > 1
          ? #"{"tell": \#(number), "pruned": \#(value), "step": 1}"#
          : #"{"tell": \#(number), "values": [\#(value)]}"#)
    }
    let trials = try answer(#"{"ask": 2}"#)["trials"]
    #expect(trials?[0]?["promotion"] == ["trial": 2, "rung": 1, "better": 1, "seen": 6])
    #expect(trials?[1]?["promotion"] == nil)
  }
}
